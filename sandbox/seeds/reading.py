"""Reads the issues people wrote, from the plain text files in `texts/`.

An issue is a block:

    ## question|low|done|wang.li|Fund reports|export,print|covered=small twin=export
    The title on one line
    The description, on as many as it takes.
    > daniel.okafor: a comment

The blocks of a client stand in the order they were written, oldest first.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from sandbox.seeds import Kind, Priority, SeedComment, SeedIssue, State

TEXTS = Path(__file__).parent / "texts"
SPAN_DAYS = 178
REMARK = re.compile(r"> ([a-z.]+): (.*)")


def read_issues(client: str) -> tuple[SeedIssue, ...]:
    """Read all files of a client, spread over the last six months."""
    files = sorted(TEXTS.glob(f"{client}_*.md"))
    blocks = [block for path in files for block in _blocks(path.read_text("utf-8"))]
    dice = random.Random(client)
    days = _spread(len(blocks), dice)
    return tuple(
        _issue(block, ago, dice) for block, ago in zip(blocks, days, strict=True)
    )


def _spread(count: int, dice: random.Random) -> Iterable[float]:
    # The trial run is a burst: the later half comes in the last third of the time.
    for place in range(count):
        share = 1 - (place + 1) / (count + 1)
        yield round(SPAN_DAYS * share**1.5 + dice.uniform(0.05, 0.6), 3)


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            if block:
                yield block
            block = [line[3:]]
        elif block:
            block.append(line)
    if block:
        yield block


def _issue(block: Sequence[str], days_ago: float, dice: random.Random) -> SeedIssue:
    head, title, *lines = block
    kind, priority, state, reporter, module, labels, *more = head.split("|")
    extra = dict(part.split("=", 1) for part in " ".join(more).split())
    remarks = [REMARK.fullmatch(line) for line in lines]
    words = [line for line, said in zip(lines, remarks, strict=True) if not said]
    said = [(match.group(1), match.group(2)) for match in remarks if match]
    return SeedIssue(
        title=title,
        description="\n".join(words).strip(),
        kind=_one_of(kind, get_args(Kind)),
        module=module,
        reporter=reporter,
        days_ago=days_ago,
        priority=_one_of(priority, get_args(Priority)),
        state=_one_of(state, get_args(State)),
        labels=tuple(label for label in labels.split(",") if label),
        comments=tuple(_comments(said, days_ago, dice)),
        covered=extra.get("covered", ""),
        twin=extra.get("twin", ""),
        done_after_days=round(min(days_ago * 0.8, dice.uniform(1, 15)), 2),
    )


def _one_of(word: str, known: tuple[Any, ...]) -> Any:
    if word not in known:
        msg = f"{word!r} is none of {known}"
        raise ValueError(msg)
    return word


def _comments(
    said: Iterable[tuple[str, str]], days_ago: float, dice: random.Random
) -> Iterator[SeedComment]:
    after = 0.0
    for author, body in said:
        after = min(after + dice.uniform(0.1, 1.8), days_ago * 0.9)
        yield SeedComment(author, body, round(after, 3))
