"""One fact at a time: which rows of a table of rules survive what the fact is.

A fact's values fall into classes that all questions answer alike: between two bounds
lies one class of numbers, and the labels that no rule names are all the same. What
survives a class is worked out once, by the conditions' own closures.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never
from zoneinfo import ZoneInfo

from model.decisions import Facts
from rules.case import Case, comparable, fold, fold_lines, sound, value_of
from rules.conditions import AllOf, AnyOf, Ask, Condition, Not, Operator
from rules.rows import asks_of
from rules.search import make_search
from rules.vocabulary import VOCABULARY, FactType

Survivors = Callable[[Facts], int]
"""From all facts to the rows that one of them leaves, a bit each."""

_MOST_KNOWN = 50_000
"""Then what was worked out is forgotten, so that no pool makes memory grow."""

_Worth = TypeVar("_Worth")

_NONE_FOUND: frozenset[Ask] = frozenset()


@dataclass(frozen=True, slots=True)
class Dimension:
    """One fact with the conditions that read it alone.

    Attributes:
        parts: the conditions, each with the rows that it stands in.
        zone: in which moments become days.
    """

    fact: str
    parts: Mapping[Condition, int]
    zone: ZoneInfo

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every question about the fact, once."""
        return tuple(dict.fromkeys(ask for part in self.parts for ask in asks_of(part)))

    def comparable(self, facts: Facts) -> Any:
        """The fact as it is compared."""
        return comparable(self.fact, value_of(self.fact, facts), self.zone)

    def work_out(self, facts: Facts, found: Collection[Ask] = _NONE_FOUND) -> int:
        """The survivors; ``found`` are the patterns that the text has."""
        case = Case(facts, self.zone, facts)
        failed = 0
        for part, rows in self.parts.items():
            if not _holds(part, case, found):
                failed |= rows
        return ~failed

    def operands(self, *operators: Operator) -> frozenset[Any]:
        """What the questions with these operators compare with."""
        found = (
            ask.operand if isinstance(ask.operand, frozenset) else {ask.operand}
            for ask in self.asks
            if ask.operator in operators
        )
        return frozenset[Any]().union(*found)


def make_survivors(dimension: Dimension) -> Survivors:
    """What tells the surviving rows of a dimension."""
    if any(ask.pattern is not None for ask in dimension.asks):
        return Searched(dimension)
    return _FOR[VOCABULARY[dimension.fact].type](dimension)


def remember(known: dict[Any, _Worth], key: Hashable, value: _Worth) -> _Worth:
    """Keep what was worked out, within bounds."""
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[key] = value
    return value


def _holds(condition: Condition, case: Case, found: Collection[Ask]) -> bool:
    match condition:
        case Ask():
            searched = condition.pattern is not None
            return condition in found if searched else condition.holds(case)
        case Not():
            return not _holds(condition.part, case, found)
        case AllOf():
            return all(_holds(part, case, found) for part in condition.parts)
        case AnyOf():
            return any(_holds(part, case, found) for part in condition.parts)
        case _:
            assert_never(condition)


def _for_words(dimension: Dimension) -> Survivors:
    fact, named = dimension.fact, dimension.operands(Operator.IS)
    known: dict[Any, int] = {}
    by_class: dict[Any, int] = {}

    def work_out(facts: Facts) -> int:
        word = dimension.comparable(facts)
        key = word if word is None or word in named else ""
        return by_class.get(key) or remember(by_class, key, dimension.work_out(facts))

    def survivors(facts: Facts) -> int:
        word = facts.get(fact)
        if not isinstance(word, str):
            return work_out(facts)
        return known.get(word) or remember(known, word, work_out(facts))

    return survivors


def _for_lists(dimension: Dimension) -> Survivors:
    fact = dimension.fact
    named = dimension.operands(Operator.ANY, Operator.ALL, Operator.NONE)
    known: dict[Any, int] = {}
    by_class: dict[Any, int] = {}

    def work_out(facts: Facts) -> int:
        words = dimension.comparable(facts)
        key = None if words is None else words & named
        return by_class.get(key) or remember(by_class, key, dimension.work_out(facts))

    def survivors(facts: Facts) -> int:
        value = facts.get(fact)
        if not isinstance(value, list | tuple):
            return work_out(facts)
        try:
            words = tuple(value)
            return known.get(words) or remember(known, words, work_out(facts))
        except TypeError:  # what cannot be a key is no word
            return work_out(facts)

    return survivors


def _for_flags(dimension: Dimension) -> Survivors:
    fact = dimension.fact
    by_value: dict[Any, int] = {}

    def survivors(facts: Facts) -> int:
        value = facts.get(fact)
        flag = value if value is True or value is False else None
        return by_value.get(flag) or remember(by_value, flag, dimension.work_out(facts))

    return survivors


def _for_numbers(dimension: Dimension) -> Survivors:
    fact, bounds = dimension.fact, _bounds(dimension)
    by_place: dict[Any, int] = {}

    def survivors(facts: Facts) -> int:
        value: Any = facts.get(fact)
        if value.__class__ is not float:
            value = dimension.comparable(facts)
        if value is None or value != value:  # noqa: PLR0124 - NaN
            place = None
        else:
            place = bisect_left(bounds, value) + bisect_right(bounds, value)
        return by_place.get(place) or remember(
            by_place, place, dimension.work_out(facts)
        )

    return survivors


def _for_days(dimension: Dimension) -> Survivors:
    bounds, spans = _bounds(dimension), sorted(dimension.operands(Operator.WITHIN))
    by_place: dict[Any, int] = {}

    def survivors(facts: Facts) -> int:
        day = dimension.comparable(facts)
        today = comparable("today", facts.get("today"), dimension.zone)
        place = _place_of(day, today)
        return by_place.get(place) or remember(
            by_place, place, dimension.work_out(facts)
        )

    def _place_of(day: Any, today: Any) -> Hashable:
        if day is None:
            return None
        at = bisect_left(bounds, day) + bisect_right(bounds, day)
        if today is None:
            return at
        return at, bisect_left(spans, abs((today - day).days))

    return survivors


class Searched:
    """Survivors of a text that is searched for words and patterns."""

    def __init__(self, dimension: Dimension) -> None:
        asks = dimension.asks
        self._dimension = dimension
        self._words = [ask for ask in asks if ask.operator is Operator.CONTAINS]
        self._patterns = [ask for ask in asks if ask.operator is Operator.MATCHES]
        self._find_words = make_search(self._words)
        self._find_patterns = make_search(self._patterns)
        self._named = dimension.operands(Operator.IS)
        self._known: dict[Any, int] = {}

    def __call__(self, facts: Facts) -> int:
        """The survivors of one text."""
        text = value_of(self._dimension.fact, facts)
        if not isinstance(text, str) or not text:
            return self.of_none(facts)
        return self._of(text, fold(text))

    def of_none(self, facts: Facts) -> int:
        """The survivors where there is no text."""
        known = self._known
        return known.get(None) or remember(known, None, self._dimension.work_out(facts))

    def of_all(self, values: Sequence[object]) -> list[int]:
        """The survivors of many values; what is no text counts as absent."""
        texts = [value if isinstance(value, str) else "" for value in values]
        of_none = self.of_none({})
        return [
            self._of(text, folded) if text else of_none
            for text, folded in zip(texts, fold_lines(texts), strict=True)
        ]

    def _of(self, text: str, folded: str) -> int:
        found = self._find_words(folded)
        patterns = self._find_patterns(sound(text)) if self._patterns else ()
        named = folded if folded in self._named else ""
        key = found, patterns, named
        rows = self._known.get(key)
        if rows is None:
            asks = {ask for place, ask in enumerate(self._words) if place in found}
            asks |= {
                ask for place, ask in enumerate(self._patterns) if place in patterns
            }
            facts = {self._dimension.fact: text}
            work_out = self._dimension.work_out
            rows = remember(self._known, key, work_out(facts, asks))
        return rows


_FOR: Mapping[FactType, Callable[[Dimension], Survivors]] = {
    FactType.TEXT: _for_words,
    FactType.CHOICE: _for_words,
    FactType.LIST: _for_lists,
    FactType.NUMBER: _for_numbers,
    FactType.FLAG: _for_flags,
    FactType.DATE: _for_days,
}


def _bounds(dimension: Dimension) -> list[Any]:
    """Every value that is compared with, sorted; NaN is on no side of anything."""
    others = set(Operator) - {Operator.EXISTS, Operator.WITHIN}
    compared: Iterable[Any] = dimension.operands(*others)
    return sorted(bound for bound in compared if bound == bound)  # noqa: PLR0124 - NaN
