"""Finds rules that read a label which their own ruleset writes."""

from collections.abc import Iterator
from typing import assert_never

from rules.case import fold
from rules.conditions import AllOf, AnyOf, Ask, Condition, Not, Operator
from rules.ruleset import PointRule, Rule


def find_self_readers(
    rules: Iterator[Rule | PointRule], owned: frozenset[str]
) -> list[tuple[Rule | PointRule, str]]:
    """Every rule that asks for one of our labels, with that label.

    Such a rule would follow what it said before: deciding twice would no longer be
    deciding once.
    """
    by_folded = {fold(label): label for label in owned}
    return [
        (rule, by_folded[label])
        for rule in rules
        for ask in _asks(rule.condition)
        if ask.fact == "issue.labels" and ask.operator is not Operator.EXISTS
        for label in sorted(ask.operand & by_folded.keys())
    ]


def _asks(condition: Condition | None) -> Iterator[Ask]:
    match condition:
        case None:
            return
        case Ask():
            yield condition
        case Not():
            yield from _asks(condition.part)
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from _asks(part)
        case _:
            assert_never(condition)
