"""Stored facts as they were when a decision was taken, to decide or explain again."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from model.decisions import Facts, FactValue
from rules.vocabulary import VOCABULARY, FactType

_DAY_LENGTH = len("2026-07-31")
ACCEPTANCE = "project.days_to_acceptance"
"""The fact that counts days until another one."""


def revive_facts(stored: Mapping[str, Any]) -> Facts:
    """Facts from their JSON; a fact that the vocabulary no longer has is left out."""
    return {
        name: _REVIVE.get(VOCABULARY[name].type, _as_it_is)(value)
        for name, value in stored.items()
        if name in VOCABULARY
    }


def _as_it_is(value: Any) -> FactValue:
    fact: FactValue = value
    return fact


def revive_day(value: str) -> FactValue:
    """A day or a moment, as it was stored."""
    if len(value) == _DAY_LENGTH:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value)


def _number(value: Any) -> FactValue:
    return Decimal(value) if isinstance(value, str) else _as_it_is(value)


_REVIVE: Mapping[FactType, Callable[[Any], FactValue]] = {
    FactType.DATE: revive_day,
    FactType.NUMBER: _number,
    FactType.LIST: tuple,
}


def bring_up_to(today: date, facts: Facts) -> dict[str, FactValue]:
    """Facts of an earlier day on a later one: what counts days has moved on."""
    moved = {**facts, "today": today}
    then, left = facts.get("today"), facts.get(ACCEPTANCE)
    if isinstance(then, date) and isinstance(left, int | float):
        moved[ACCEPTANCE] = left - (today - then).days
    return moved


def have_aged(stored: Mapping[str, Any], facts: Facts) -> bool:
    """Whether stored facts differ from those of a later day by more than the day."""
    today = facts.get("today")
    if not isinstance(today, date):
        return True
    return bring_up_to(today, revive_facts(stored)) != dict(facts)
