"""The texts of which meaning is asked: of a clause, and of a request.

A long clause means a little of everything it says. So each of its sentences is heard
on its own as well, and of an exclusion each thing that it names.
"""

import re
from collections.abc import Iterator

from model.contracts import Clause
from rules.matching.meaning import asked_text

_SENTENCE = re.compile(r"[。;!?\n\uff1b\uff01\uff1f]|(?<=[a-z0-9)])\.\s")
_ITEM = re.compile(r"[,、\uff0c]| and | or |以及|或者|和|及|与")
_TAKEN_OUT = re.compile(
    r"(?:不属于|不包含|不包括|不在|不含|不提供|均不|不纳入)[^。]{0,14}$"
    r"|\b(?:is|are) (?:not|neither|excluded)\b.*$"
    r"|\bnot (?:included|supplied|provided|part of)\b.*$|^no\b",
    re.IGNORECASE,
)
_SHORTEST = 2
_SHORTEST_IN_ENGLISH = 4


def clause_texts(clause: Clause) -> tuple[str, ...]:
    """A clause's wording, then its segments, each once."""
    return tuple(dict.fromkeys((clause.text, *_segments(clause))))


def asked_texts(title: str, description: str) -> tuple[str, str]:
    """What of a request is heard: the whole as far as it is read, and its title."""
    return asked_text(title, description), title


def _segments(clause: Clause) -> Iterator[str]:
    sentences = [each.strip() for each in _SENTENCE.split(clause.text)]
    texts = [each for each in (*sentences, clause.module) if _says_something(each)]
    yield from texts
    if clause.excluded:
        yield from _named(texts)


def _named(texts: list[str]) -> Iterator[str]:
    """What an exclusion takes out, without saying that it does."""
    for text in texts:
        matter = _TAKEN_OUT.sub("", text).strip()
        items = [each.strip() for each in _ITEM.split(matter)]
        yield from (each for each in (matter, *items) if _says_something(each))


def _says_something(text: str) -> bool:
    least = _SHORTEST_IN_ENGLISH if text.isascii() else _SHORTEST
    return len(text) >= least
