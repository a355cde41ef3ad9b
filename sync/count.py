"""Count what a candidate ruleset would do to blocks of issues."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from model.decisions import FactValue
from model.releases import Release
from planning.next_release import next_release
from pool.standing import Block
from rules.count import Counting
from rules.in_columns import Raw, Read
from rules.load_ruleset import load_ruleset
from rules.tally import NO_RELEASE, Issues, ReleaseOn, Tally
from rules.vocabulary import VOCABULARY, FactType
from sync.replay import ACCEPTANCE, bring_up_to, revive_day


@dataclass(frozen=True, slots=True)
class Task:
    """What a process is sent: a ruleset as its texts, for closures do not travel.

    Attributes:
        trains: the releases of each that have not shipped.
        train_of: by the name of a release.
        fresh: ids of the rules that are new, or not what they were.
    """

    name: str
    texts: Mapping[str, str]
    trains: Mapping[str, tuple[Release, ...]]
    train_of: Mapping[str, str]
    fresh: frozenset[str]
    today: date


def count(task: Task, blocks: Iterable[Block]) -> Tally:
    """Count one block after the other."""
    candidate, _problems = load_ruleset(
        task.texts[task.name], file=task.name, load_base=task.texts.__getitem__
    )
    if candidate is None:
        raise LookupError(task.name)
    read = _reading_of(task.today)
    find_next = lru_cache(maxsize=10_000)(_Trains(task).next_release)
    counting = Counting(candidate, read, find_next, task.train_of, task.fresh)
    for block in blocks:
        columns = _columns(block, counting.asked, task.today)
        counting.count(Issues(block.keys, block.stood, columns))
    return counting.finish()


@dataclass(frozen=True, slots=True)
class _Trains:
    task: Task

    def next_release(self, train: str, days: float) -> ReleaseOn:
        found = next_release(
            self.task.trains.get(train, ()), on=self.task.today, days=Decimal(days)
        )
        return (found.name, found.ship_on) if found else NO_RELEASE


def _columns(
    block: Block, asked: frozenset[str], today: date
) -> Mapping[str, Sequence[Raw]]:
    """As they were stored, but what is another today."""
    columns: dict[str, Sequence[Raw]] = dict(block.facts)
    if ACCEPTANCE in columns:
        pairs = zip(columns[ACCEPTANCE], columns["today"], strict=True)
        columns[ACCEPTANCE] = list(pairs)
    if "requirement.state" in asked:
        columns["requirement.state"] = [stood.state.value for stood in block.stood]
    columns["today"] = [today] * len(block.keys)
    return columns


def _reading_of(today: date) -> Mapping[str, Read]:
    """What makes a fact's value of its text."""

    def acceptance(raw: tuple[str, str]) -> FactValue | None:
        left, then = raw
        if not left or not then:
            return _number(left)
        facts = {ACCEPTANCE: float(left), "today": date.fromisoformat(then)}
        return bring_up_to(today, facts)[ACCEPTANCE]

    read = {name: _READ[fact.type] for name, fact in VOCABULARY.items()}
    return {**read, ACCEPTANCE: acceptance, "today": lambda day: day}


def _text(raw: str) -> FactValue | None:
    return raw or None


def _number(raw: str) -> FactValue | None:
    return float(raw) if raw else None


def _flag(raw: str) -> FactValue | None:
    return raw == "true" if raw else None


def _list(raw: str) -> FactValue | None:
    return tuple(json.loads(raw)) if raw else None


def _moment(raw: str) -> FactValue | None:
    return revive_day(raw) if raw else None


_READ: Mapping[FactType, Read] = {
    FactType.TEXT: _text,
    FactType.CHOICE: _text,
    FactType.LIST: _list,
    FactType.NUMBER: _number,
    FactType.FLAG: _flag,
    FactType.DATE: _moment,
}
