"""Which days matter to a ruleset: those on which it may say something else of an issue.

Of the facts only :data:`rules.vocabulary.DAILY` are others on another day, and only
``within`` looks at the day besides. So the days on which an answer may turn follow from
the questions and from the facts of today; on every other day each condition holds as it
does today.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from math import ceil, floor
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from model.decisions import Facts
from rules.case import comparable
from rules.conditions import AllOf, AnyOf, Ask, Condition, Not, Operator
from rules.ruleset import Ruleset
from rules.vocabulary import DAILY


@dataclass(frozen=True, slots=True)
class Calendar:
    """What of a ruleset has to do with days.

    Attributes:
        zone: in which days are counted.
        asked: every fact that it reads, of whatever kind.
        asks: the questions whose answer may turn with the day.
        counts_days: points are given for each of a number of days.
    """

    zone: ZoneInfo
    asked: frozenset[str]
    asks: tuple[Ask, ...]
    counts_days: bool

    def find_next(self, facts: Facts) -> date | None:
        """The first day after today on which a condition may hold otherwise.

        Args:
            facts: of today, ``today`` among them; with ``release.ship_on`` where the
                issue is in a release.

        Returns:
            None when every later day is like today. On the days before it the rules
            say the same: kind, scope, priority, points, release, comment and person.
        """
        today = comparable("today", facts.get("today"), self.zone)
        if today is None:
            return None
        if self.counts_days:
            return _later(today, 1)
        turns = chain.from_iterable(self._turns(facts, today))
        return min((turn for turn in turns if turn and turn > today), default=None)

    def _turns(self, facts: Facts, today: date) -> Iterator[Iterable[date | None]]:
        for ask in self.asks:
            value = comparable(ask.fact, facts.get(ask.fact), self.zone)
            if value is not None:  # of an absent fact nothing ever holds
                yield _turns_of(ask, value, today)


def _turns_of(ask: Ask, value: Any, today: date) -> Iterable[date | None]:
    """The days on which the answer to one question may turn."""
    match ask.operator, value:
        case Operator.WITHIN, date():
            return _later(value, -ask.operand), _later(value, ask.operand + 1)
        case Operator.BEFORE, date():
            return (ask.operand,)
        case Operator.AFTER, date():
            return (_later(ask.operand, 1),)
        case operator, float():
            counts = _turning_counts(operator, ask.operand)
            return [_later(today, value - left) for left in counts]
        case _:
            return (_later(today, 1),)


def _turning_counts(operator: Operator, bound: Any) -> Iterator[float]:
    """How many days are left when an answer turns; each day there is one fewer."""
    match operator:
        case Operator.GT | Operator.LTE:
            yield _whole(floor, bound)
        case Operator.GTE | Operator.LT:
            yield _whole(ceil, bound) - 1
        case _:
            for number in bound:
                yield _whole(floor, number)
                yield _whole(ceil, number) - 1


def _whole(rounded: Any, number: float) -> float:
    try:
        return float(rounded(number))
    except OverflowError:  # infinitely many
        return number


def _later(day: date, days: float) -> date | None:
    """None for a day that no calendar has."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def read_calendar(ruleset: Ruleset) -> Calendar:
    """Read everything that a ruleset asks, what it writes back included."""
    asks = tuple(_all_asks(_conditions(ruleset)))
    counted = {rule.per for rule in ruleset.points if rule.per}
    return Calendar(
        zone=ruleset.zone,
        asked=frozenset(ask.fact for ask in asks) | counted,
        asks=tuple(ask for ask in asks if _is_daily(ask)),
        counts_days=not counted.isdisjoint(DAILY),
    )


def _is_daily(ask: Ask) -> bool:
    """Today is always there, and always within any number of days."""
    if ask.operator is Operator.EXISTS:
        return False
    within = ask.operator is Operator.WITHIN
    return within if ask.fact not in DAILY else not within


def _conditions(ruleset: Ruleset) -> Iterator[Condition | None]:
    for rules in ruleset.sections.values():
        yield from (rule.condition for rule in rules)
    yield from (rule.condition for rule in ruleset.points)
    yield from (template.condition for template in ruleset.write_back.comments)
    yield from (given.condition for given in ruleset.write_back.assignees)


def _all_asks(conditions: Iterable[Condition | None]) -> Iterator[Ask]:
    for condition in conditions:
        match condition:
            case None:
                pass
            case Ask():
                yield condition
            case Not():
                yield from _all_asks([condition.part])
            case AllOf() | AnyOf():
                yield from _all_asks(condition.parts)
            case _:
                assert_never(condition)
