"""One issue's facts, made comparable as rules ask for them."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from model.decisions import Facts
from rules.vocabulary import VOCABULARY, FactType

AS_WRITTEN = " as written"
"""Behind a text fact's name: its text with case and width kept, for ``matches``."""

_RESULTS = frozenset(name for name, fact in VOCABULARY.items() if fact.known_after)


_PUNCTUATION = [
    (sign, unicodedata.normalize("NFKC", sign)) for sign in "，：；？！（）…　"
]
"""What keeps most Chinese text from passing NFKC's quick check, at ten times the cost.

Taking a sign apart beforehand is what NFKC begins with, so the outcome is the same.
"""


def fold(text: str) -> str:
    """Text without case and width (Unicode NFKC, then full case folding).

    The apostrophe of word processors becomes the typewriter's (``doesn’t``).
    Folding may bring back what NFKC would compose, hence the second pass
    (Unicode Standard 15.0, section 3.13, D146).
    """
    if text.isascii():
        return text.lower()
    text = sound(text)
    if not unicodedata.is_normalized("NFKC", text):
        for wide, narrow in _PUNCTUATION:
            text = text.replace(wide, narrow)
        text = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", text.casefold()).replace("’", "'")


def fold_lines(texts: Sequence[str]) -> list[str]:
    """Fold many texts at once; a line's end keeps letters from composing across it."""
    folded = fold("\n".join(texts)).split("\n")
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def sound(text: str) -> str:
    """A text with U+FFFD for each half of a character, which no encoding has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\ufffd", text)
    return text


_HALF = re.compile("[\ud800-\udfff]")


class Case(dict[str, Any]):
    """Comparable values by fact name; None for an absent fact, never a KeyError.

    Values are made when first asked for, so that a long description is folded once
    and only if some rule reads it. A fact of the wrong type counts as absent.
    """

    def __init__(
        self,
        given: Facts,
        zone: ZoneInfo,
        results: Mapping[str, object] | None = None,
    ) -> None:
        """Take facts.

        Args:
            given: what is known from the start; results of sections in it are not
                looked at.
            zone: in which moments become days.
            results: what sections yielded so far.
        """
        super().__init__()
        self.given = {
            name: value for name, value in given.items() if name not in _RESULTS
        }
        self.given.update(results or {})
        self.zone = zone

    def tell(self, name: str, value: str) -> None:
        """Add a section's result, for the sections after it."""
        self.given[name] = value
        self[name] = self._comparable(name)

    def __missing__(self, name: str) -> Any:
        value = self._comparable(name)
        self[name] = value
        return value

    def _comparable(self, name: str) -> Any:
        if name.endswith(AS_WRITTEN):
            return _as_text(self.value(name.removesuffix(AS_WRITTEN)))
        return comparable(name, self.value(name), self.zone)

    def value(self, name: str) -> object | None:
        """The fact as it was given; ``issue.text`` may be made of its two halves."""
        return value_of(name, self.given)


_HALVES = ("issue.title", "issue.description")


def value_of(name: str, given: Facts) -> object | None:
    """A fact as it was given; ``issue.text`` may be made of its two halves."""
    value = given.get(name)
    if value is None and name == "issue.text":
        halves = (given.get(half) for half in _HALVES)
        return "\n".join(half for half in halves if isinstance(half, str)) or None
    return value


def comparable(name: str, value: object, zone: ZoneInfo) -> Any:
    """A fact's value as rules compare it; None when absent or of the wrong type."""
    if value is None:
        return None
    if isinstance(value, datetime):
        value = _day_of(value, zone)
    return _COMPARABLE[VOCABULARY[name].type](value)


def _day_of(moment: datetime, zone: ZoneInfo) -> date | None:
    if moment.tzinfo is None:
        return moment.date()
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return None


def _as_text(value: object) -> str | None:
    return sound(value) if isinstance(value, str) and value else None


def _folded(value: object) -> str | None:
    return fold(value) if isinstance(value, str) and value else None


def _folded_set(value: object) -> frozenset[str] | None:
    if not isinstance(value, list | tuple | set | frozenset) or not value:
        return None
    return frozenset(fold(item) for item in value if isinstance(item, str))


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return None if math.isnan(number) else number


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None


_COMPARABLE: Mapping[FactType, Callable[[object], object]] = {
    FactType.TEXT: _folded,
    FactType.CHOICE: _folded,
    FactType.LIST: _folded_set,
    FactType.NUMBER: _number,
    FactType.FLAG: _flag,
    FactType.DATE: _date,
}

_LONGEST_SHOWN = 120


def show(value: object) -> str:
    """A fact's value for people; long text is cut."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return sound(shorten(", ".join(sorted(str(item) for item in value))))
        case _:
            return sound(shorten(str(value)))


def shorten(text: str) -> str:
    """The beginning of a long text, on one line."""
    line = " ".join(text[: 2 * _LONGEST_SHOWN].split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
