"""Conditions taken apart into rows: each row asks single facts, and all must hold."""

from collections.abc import Iterable
from typing import assert_never

from rules.conditions import AllOf, AnyOf, Ask, Condition, Not

Row = tuple[Condition, ...]
"""Parts that must all hold; each reads one fact."""

_MOST_ROWS = 2_000


class TooManyRowsError(Exception):
    """A condition of many alternatives within alternatives."""


def rows_of(condition: Condition | None) -> list[Row]:
    """The disjunctive normal form of a condition over parts that read one fact each.

    Raises:
        TooManyRowsError: it would be larger than is worth while.
    """
    return [()] if condition is None else _rows(condition, wanted=True)


def facts_of(condition: Condition) -> frozenset[str]:
    """The facts that a condition is about."""
    match condition:
        case Ask():
            return frozenset({condition.fact})
        case Not():
            return facts_of(condition.part)
        case AllOf() | AnyOf():
            return frozenset[str]().union(*map(facts_of, condition.parts))
        case _:
            assert_never(condition)


def asks_of(condition: Condition) -> Iterable[Ask]:
    """Every question in a condition."""
    match condition:
        case Ask():
            yield condition
        case Not():
            yield from asks_of(condition.part)
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from asks_of(part)
        case _:
            assert_never(condition)


def _rows(condition: Condition, *, wanted: bool) -> list[Row]:
    if len(facts_of(condition)) == 1:
        return [(condition if wanted else Not(condition),)]
    match condition:
        case Not():
            return _rows(condition.part, wanted=not wanted)
        case AllOf() | AnyOf():
            parts = [_rows(part, wanted=wanted) for part in condition.parts]
            must_all_hold = isinstance(condition, AllOf) == wanted
            return _product(parts) if must_all_hold else _sum(parts)
        case Ask():
            raise AssertionError("a question reads one fact")
        case _:
            assert_never(condition)


def _product(parts: list[list[Row]]) -> list[Row]:
    rows: list[Row] = [()]
    for part in parts:
        _check(len(rows) * len(part))
        rows = [row + more for row in rows for more in part]
    return rows


def _sum(parts: list[list[Row]]) -> list[Row]:
    _check(sum(map(len, parts)))
    return [row for part in parts for row in part]


def _check(count: int) -> None:
    if count > _MOST_ROWS:
        raise TooManyRowsError
