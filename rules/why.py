"""What a condition saw: the facts that made it hold, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from rules.case import AS_WRITTEN, Case, show
from rules.conditions import (
    AllOf,
    AnyOf,
    Ask,
    Condition,
    Not,
    Operator,
    compile_condition,
)

_AROUND = 24


@dataclass(frozen=True, slots=True)
class Check:
    """One line of an explanation.

    Attributes:
        depth: 0 for the condition itself, 1 for its parts …
        asked: the question as in the file; ``all``, ``any`` or ``not`` for a group.
        value: what the fact was; empty for a group or an absent fact.
        held: how it came out.
    """

    depth: int
    asked: str
    value: str
    held: bool


def matched_facts(condition: Condition | None, case: Case) -> Mapping[str, str]:
    """The facts that made a condition hold, with their values."""
    if condition is None:
        return {}
    return {ask.fact: show_for(ask, case) for ask in _holding(condition, case)}


def _holding(condition: Condition, case: Case) -> Iterator[Ask]:
    match condition:
        case Ask():
            yield condition
        case AllOf():
            for part in condition.parts:
                yield from _holding(part, case)
        case AnyOf():
            holds = (part for part in condition.parts if compile_condition(part)(case))
            for part in holds:
                yield from _holding(part, case)
        case Not():
            yield from _holding(condition.part, case)
        case _:
            assert_never(condition)


def check_condition(
    condition: Condition | None, case: Case, depth: int = 0
) -> Iterator[Check]:
    """Every question of a condition, with how it came out."""
    match condition:
        case None:
            return
        case Ask():
            held = condition.holds(case)
            yield Check(depth, str(condition), show_for(condition, case), held)
        case Not():
            yield Check(depth, "not", "", compile_condition(condition)(case))
            yield from check_condition(condition.part, case, depth + 1)
        case AllOf() | AnyOf():
            word = "all" if isinstance(condition, AllOf) else "any"
            yield Check(depth, word, "", compile_condition(condition)(case))
            for part in condition.parts:
                yield from check_condition(part, case, depth + 1)
        case _:
            assert_never(condition)


def show_for(ask: Ask, case: Case) -> str:
    """A fact's value for people: of a searched text the place that was found."""
    if ask.pattern is None:
        return show(case.value(ask.fact))
    text = case[ask.fact + AS_WRITTEN if ask.operator is Operator.MATCHES else ask.fact]
    found = ask.pattern.search(text) if text else None
    if found is None:
        return show(case.value(ask.fact))
    return _around(text, *found.span())


def _around(text: str, start: int, end: int) -> str:
    """The words that were found, in 【】, and a little of what is around them."""
    start, end = _trim(text, start, end)
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    left = "…" if start > _AROUND else ""
    right = "…" if end + _AROUND < len(text) else ""
    line = f"{left}{before}【{show(text[start:end])}】{after}{right}"
    return " ".join(line.split())


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the blanks at the ends that a pattern may find with a word."""
    found = text[start:end]
    return end - len(found.lstrip()), start + len(found.rstrip())
