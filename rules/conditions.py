"""Conditions: what a rule asks of the facts, compiled once to closures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, assert_never

import re2

from rules.case import AS_WRITTEN, Case, fold

Predicate = Callable[[Case], bool]
"""Pure; an absent fact makes it False, never an error."""


class Operator(StrEnum):
    """What can be asked of one fact; ``IS`` is written as a plain value or list."""

    IS = "is"
    ANY = "any"
    ALL = "all"
    NONE = "none"
    CONTAINS = "contains"
    MATCHES = "matches"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question about one fact.

    Attributes:
        operand: comparable: a frozenset for ``IS``, ``ANY``, ``ALL``, ``NONE`` and
            ``CONTAINS``; a number, date, flag, pattern, or days for the others.
        shown: the operand as its author wrote it.
    """

    fact: str
    operator: Operator
    operand: Any
    shown: str = field(compare=False)
    holds: Predicate = field(compare=False, repr=False)
    pattern: Any = field(compare=False, repr=False, default=None)

    def __str__(self) -> str:
        """``fact operator operand``."""
        return f"{self.fact} {self.operator} {self.shown}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition = Ask | AllOf | AnyOf | Not


def make_ask(fact: str, operator: Operator, operand: Any, shown: str) -> Ask:
    """Build a question with its closure.

    Raises:
        re2.error: a pattern that RE2 cannot run, or too many words.
    """
    pattern = _PATTERNS[operator](operand) if operator in _PATTERNS else None
    given = operand if pattern is None else pattern
    holds = _CLOSURES[operator](fact, given)
    return Ask(fact, operator, operand, shown, holds, pattern)


def compile_condition(condition: Condition | None) -> Predicate:
    """One closure for a whole condition; None always holds."""
    match condition:
        case None:
            return _always
        case Ask():
            return condition.holds
        case Not():
            part = compile_condition(condition.part)
            return lambda case: not part(case)
        case AllOf():
            return _all_of(
                [compile_condition(part) for part in _cheap_first(condition)]
            )
        case AnyOf():
            return _any_of(
                [compile_condition(part) for part in _cheap_first(condition)]
            )
        case _:
            assert_never(condition)


def _always(_case: Case) -> bool:
    return True


def _cheap_first(group: AllOf | AnyOf) -> list[Condition]:
    return sorted(group.parts, key=_cost)


def _cost(condition: Condition) -> int:
    match condition:
        case Ask():
            return 8 if condition.pattern is not None else 1
        case Not():
            return _cost(condition.part)
        case AllOf() | AnyOf():
            return sum(_cost(part) for part in condition.parts)
        case _:
            assert_never(condition)


def _all_of(parts: list[Predicate]) -> Predicate:
    def holds(case: Case) -> bool:
        for part in parts:  # noqa: SIM110 - twice as quick as all() of a generator
            if not part(case):
                return False
        return True

    match parts:
        case [only]:
            return only
        case [one, two]:
            return lambda case: one(case) and two(case)
        case [one, two, three]:
            return lambda case: one(case) and two(case) and three(case)
        case _:
            return holds


def _any_of(parts: list[Predicate]) -> Predicate:
    def holds(case: Case) -> bool:
        for part in parts:  # noqa: SIM110 - twice as quick as any() of a generator
            if part(case):
                return True
        return False

    return parts[0] if len(parts) == 1 else holds


def _is(fact: str, wanted: frozenset[object]) -> Predicate:
    if len(wanted) == 1:
        (only,) = wanted
        return lambda case: bool(case[fact] == only)
    return lambda case: case[fact] in wanted


def _any(fact: str, wanted: frozenset[str]) -> Predicate:
    return lambda case: not wanted.isdisjoint(case[fact] or ())


def _none(fact: str, wanted: frozenset[str]) -> Predicate:
    return lambda case: wanted.isdisjoint(case[fact] or ())


def _all(fact: str, wanted: frozenset[str]) -> Predicate:
    return lambda case: wanted.issubset(case[fact] or ())


def _compare(compare: Callable[[Any, Any], bool]) -> Callable[[str, Any], Predicate]:
    def make(fact: str, bound: float | date) -> Predicate:
        def holds(case: Case) -> bool:
            value = case[fact]
            return value is not None and bool(compare(value, bound))

        return holds

    return make


def _within(fact: str, days: int) -> Predicate:
    def holds(case: Case) -> bool:
        day, today = case[fact], case["today"]
        if day is None or today is None:
            return False
        return bool(abs((today - day).days) <= days)

    return holds


def _exists(fact: str, wanted: bool) -> Predicate:  # noqa: FBT001 - the operand itself
    return lambda case: (case[fact] is not None) == wanted


def _contains(fact: str, pattern: Any) -> Predicate:
    search = pattern.search

    def holds(case: Case) -> bool:
        text = case[fact]
        return text is not None and search(text) is not None

    return holds


def _matches(fact: str, pattern: Any) -> Predicate:
    return _contains(fact + AS_WRITTEN, pattern)


_CLOSURES: Mapping[Operator, Callable[[str, Any], Predicate]] = {
    Operator.IS: _is,
    Operator.ANY: _any,
    Operator.ALL: _all,
    Operator.NONE: _none,
    Operator.CONTAINS: _contains,
    Operator.MATCHES: _matches,
    Operator.GT: _compare(gt),
    Operator.GTE: _compare(ge),
    Operator.LT: _compare(lt),
    Operator.LTE: _compare(le),
    Operator.BEFORE: _compare(lt),
    Operator.AFTER: _compare(gt),
    Operator.WITHIN: _within,
    Operator.EXISTS: _exists,
}

_LETTERS = "0-9a-zß-öø-ɏ"
"""Folded Latin letters; RE2's own class of them makes a pattern ten times as large."""

_LETTER = re2.compile(f"^[{_LETTERS}]$")
_NO_LETTER = f"[^{_LETTERS}]"


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = False
    return options


@lru_cache(maxsize=128)
def _words_pattern(words: frozenset[str]) -> Any:
    """Finds any of the words in folded text.

    Chinese has no spaces, so its words are found anywhere. A word that begins or
    ends with a Latin letter is found as a whole word (``bug`` is not in ``debug``),
    with an English ending or none (``export`` is in ``exported``).
    """
    by_edges: dict[tuple[str, str], list[str]] = {}
    for word in sorted(words):
        by_edges.setdefault(_edges(word), []).append(_escaped(word))
    found = (
        f"{before}(?:{'|'.join(group)}){after}"
        for (before, after), group in by_edges.items()
    )
    return re2.compile("|".join(found), options=_options())


def _escaped(word: str) -> str:
    return r"\s+".join(map(re2.escape, word.split()))


def _edges(word: str) -> tuple[str, str]:
    """What must stand before and after a word, so that it is not part of another."""
    before = f"(?:^|{_NO_LETTER})" if _is_latin(word[0]) else ""
    ending = "(?:s|es|d|ed|ing)?" if word[-1].isalpha() else ""
    after = f"{ending}(?:{_NO_LETTER}|$)" if _is_latin(word[-1]) else ""
    return before, after


def _is_latin(letter: str) -> bool:
    return _LETTER.search(letter) is not None


_PATTERN_BYTES = 1 << 20
"""Enough for any pattern that somebody reads; one that is larger is refused quickly."""


def _author_pattern(pattern: str) -> Any:
    options = _options()
    options.max_mem = _PATTERN_BYTES
    options.case_sensitive = False
    return re2.compile(pattern, options=options)


_PATTERNS: Mapping[Operator, Callable[[Any], Any]] = {
    Operator.CONTAINS: _words_pattern,
    Operator.MATCHES: _author_pattern,
}


@lru_cache(maxsize=128)
def fold_all(words: tuple[str, ...]) -> frozenset[str]:
    """The comparable form of a list of words; those of nothing but space drop out."""
    folded = (" ".join(fold(word).split()) for word in words)
    return frozenset(word for word in folded if word)
