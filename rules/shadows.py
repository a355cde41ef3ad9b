"""Finds rules that can never win, because an earlier one takes every issue of theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.decisions import Section
from rules.conditions import AllOf, AnyOf, Ask, Condition, Not, Operator
from rules.ruleset import Rule

_STEPS = 200_000
"""Comparisons before the search gives up; no ruleset that people wrote needs them."""

_WIDER_SETS = frozenset({Operator.IS, Operator.ANY, Operator.CONTAINS})
_NARROWER_SETS = frozenset({Operator.ALL, Operator.NONE})
_UPPER = frozenset({Operator.LT, Operator.LTE, Operator.BEFORE, Operator.WITHIN})
_LOWER = frozenset({Operator.GT, Operator.GTE, Operator.AFTER})


def find_shadowed(
    sections: Mapping[Section, Sequence[Rule]],
) -> list[tuple[Rule, Rule]]:
    """Every rule that can never win, with the earlier rule that is to blame.

    Sound, not complete: only what follows from the conditions' own structure is
    found (a subset of values, a tighter bound, one more thing that must hold).
    """
    steps = _Steps()
    return [
        (rule, earlier)
        for rules in sections.values()
        for index, rule in enumerate(rules)
        if (earlier := _blocker(rule, rules[:index], steps))
    ]


def _blocker(rule: Rule, earlier: Sequence[Rule], steps: "_Steps") -> Rule | None:
    for other in earlier:
        if steps.are_spent:
            return None
        if other.condition is None:
            return other
        if rule.condition and steps.implies(rule.condition, other.condition):
            return other
    return None


class _Steps:
    def __init__(self) -> None:
        self._left = _STEPS

    @property
    def are_spent(self) -> bool:
        return self._left <= 0

    def implies(self, narrow: Condition, wide: Condition) -> bool:
        """Whether ``wide`` holds wherever ``narrow`` does."""
        self._left -= 1
        return self._left > 0 and self._follows(narrow, wide)

    def _follows(self, narrow: Condition, wide: Condition) -> bool:
        if isinstance(narrow, Ask) and isinstance(wide, Ask):
            self._left -= _effort(narrow)
            return _ask_implies(narrow, wide)
        match narrow, wide:
            case _, AllOf():
                return all(self.implies(narrow, part) for part in wide.parts)
            case AnyOf(), _:
                return all(self.implies(part, wide) for part in narrow.parts)
            case Not(), Not():
                return self.implies(wide.part, narrow.part)
            case _:
                return self._by_a_part(narrow, wide)

    def _by_a_part(self, narrow: Condition, wide: Condition) -> bool:
        parts = narrow.parts if isinstance(narrow, AllOf) else ()
        if any(self.implies(part, wide) for part in parts):
            return True
        choices = wide.parts if isinstance(wide, AnyOf) else ()
        return any(self.implies(narrow, choice) for choice in choices)


def _ask_implies(narrow: Ask, wide: Ask) -> bool:
    if narrow.fact != wide.fact:
        return False
    if wide.operator is Operator.EXISTS:
        return wide.operand is _exists_where(narrow)
    if narrow.operator is not wide.operator:
        return False
    same = narrow.operand is wide.operand
    return same or _operand_implies(narrow.operator, narrow.operand, wide.operand)


def _exists_where(ask: Ask) -> bool | None:
    """Whether the fact is there wherever the question holds; None if unknown."""
    match ask.operator:
        case Operator.EXISTS:
            return bool(ask.operand)
        case Operator.NONE:
            return None
        case _:
            return True


def _effort(ask: Ask) -> int:
    """Long lists of words take longer to compare."""
    return len(ask.operand) // 50 if isinstance(ask.operand, frozenset) else 0


def _operand_implies(operator: Operator, narrow: Any, wide: Any) -> bool:
    if operator in _WIDER_SETS:
        return bool(narrow <= wide)
    if operator in _NARROWER_SETS:
        return bool(wide <= narrow)
    if operator in _UPPER:
        return bool(narrow <= wide)
    if operator in _LOWER:
        return bool(narrow >= wide)
    return bool(narrow == wide)
