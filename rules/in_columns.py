"""Many issues at once, a column of values for each fact.

What :mod:`rules.bulk` works out for one issue holds for every issue whose values are
the same: a value is looked at once, however often it occurs, and issues of which the
same rows are left share one outcome. A test holds the outcomes equal to those of
:func:`rules.decide.decide`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import and_
from typing import Any

from model.decisions import Facts, FactValue, Section
from rules.bulk import Bulk, Outcome
from rules.decide import NO_OVERRIDES
from rules.dimensions import Searched, remember
from rules.table import Early
from rules.vocabulary import VOCABULARY, FactType

Raw = Any
"""A value as it was stored; hashable, and None for an absent fact."""

Read = Callable[[Raw], FactValue | None]
"""Makes a fact's value of what was stored."""

Columns = Mapping[str, Sequence[Raw]]
"""Stored values by fact, all of one length."""

NOBODY: Mapping[int, Mapping[Section, str]] = {}


class InColumns:
    """A ruleset made ready for columns of stored facts."""

    def __init__(self, bulk: Bulk, read: Mapping[str, Read]) -> None:
        """Take what stays the same for all issues.

        Args:
            bulk: the ruleset.
            read: for each fact what makes a value of its column's; other facts are
                absent.
        """
        self._bulk = bulk
        self._read = read
        self._sieves = [_make_sieve(early, read) for early in bulk.early]
        self._known: dict[Any, Outcome] = {}

    def decide(
        self,
        columns: Columns,
        count: int,
        overrides: Mapping[int, Mapping[Section, str]] = NOBODY,
    ) -> list[Outcome]:
        """Decide on ``count`` issues; ``overrides`` by place, where there are any."""
        rows = [self._bulk.every_row] * count
        for sieve in self._sieves:
            rows = sieve(rows, columns)
        keys = list(zip(rows, *self._units(columns, count), strict=True))
        known = map(self._known.get, keys)
        return [
            outcome
            if outcome and place not in overrides
            else self._conclude(
                keys[place], columns, place, overrides.get(place, NO_OVERRIDES)
            )
            for place, outcome in enumerate(known)
        ]

    def facts_at(self, columns: Columns, place: int) -> Facts:
        """The facts of one issue."""
        return _facts_of(
            {name: self._read[name](column[place]) for name, column in columns.items()}
        )

    def _units(self, columns: Columns, count: int) -> Iterator[Sequence[Raw]]:
        absent = [None] * count
        return (columns.get(name, absent) for name in self._bulk.per)

    def _conclude(
        self,
        key: tuple[Raw, ...],
        columns: Columns,
        place: int,
        overrides: Mapping[Section, str],
    ) -> Outcome:
        """Work an outcome out, or find it among those known; ``key`` begins with rows."""
        pinned = (*key, tuple(overrides.items())) if overrides else key
        known = self._known.get(pinned)
        if known is not None:
            return known
        facts = self.facts_at(columns, place)
        outcome = self._bulk.conclude(key[0], facts, overrides)
        if self._bulk.undivided:
            return outcome
        return remember(self._known, pinned, outcome)


Sieve = Callable[[list[int], Columns], list[int]]
"""Strikes rows out by one fact's column."""


def _make_sieve(early: Early, read: Mapping[str, Read]) -> Sieve:
    if early.fact not in read:
        survivors = early.survivors({})
        return lambda rows, _columns: [row & survivors for row in rows]
    if isinstance(early.survivors, Searched):
        return _sieve_texts(early, early.survivors, read[early.fact])
    if VOCABULARY[early.fact].type is FactType.DATE:
        return _sieve_days(early, read)
    return _sieve_values(early, read[early.fact])


class _Remembering(dict[Raw, int]):
    """What survives a value, worked out when it is first seen."""

    def __init__(self, work_out: Callable[[Raw], int]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, raw: Raw) -> int:
        return remember(self, raw, self._work_out(raw))


def _sieve_values(early: Early, read: Read) -> Sieve:
    known = _Remembering(lambda raw: early.survivors(_facts(early.fact, read(raw))))
    survivors_of = known.__getitem__
    return lambda rows, columns: list(
        map(and_, rows, map(survivors_of, columns[early.fact]))
    )


def _sieve_days(early: Early, read: Mapping[str, Read]) -> Sieve:
    """A day's survivors may depend on which day it is."""
    names = [early.fact, *({"today"} & read.keys() - {early.fact})]

    def work_out(raw: tuple[Raw, ...]) -> int:
        values = zip(names, raw, strict=True)
        return early.survivors(_facts_of({name: read[name](it) for name, it in values}))

    survivors_of = _Remembering(work_out).__getitem__
    return lambda rows, columns: list(
        map(
            and_,
            rows,
            map(survivors_of, zip(*(columns[name] for name in names), strict=True)),
        )
    )


def _sieve_texts(early: Early, searched: Searched, read: Read) -> Sieve:
    """Texts are searched only where a row is left that asks for it."""

    def strike(rows: list[int], columns: Columns) -> list[int]:
        column = columns[early.fact]
        asked = [place for place, row in enumerate(rows) if row & early.asking]
        left = searched.of_all([read(column[place]) for place in asked])
        for place, survivors in zip(asked, left, strict=True):
            rows[place] &= survivors
        return rows

    return strike


def _facts(name: str, value: FactValue | None) -> Facts:
    return {} if value is None else {name: value}


def _facts_of(values: Mapping[str, FactValue | None]) -> Facts:
    return {name: value for name, value in values.items() if value is not None}
