"""How many of what a text speaks of, so that more than was agreed can be told.

"up to six lobby kiosks" against "kiosk no. 7", 三十条规则 against 扩到两百条. A number is
worth something beside what it counts only: units that count anything (个, 次, days) say
nothing, nor do years of the calendar.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rules.matching.gloss import ENGLISH_STOP
from rules.matching.words import fold, stem

_LEAST = 2
_CALENDAR = range(1900, 2100)
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "两": 2
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_TEN_THOUSAND = "万"
_ENGLISH = {
    word: value
    for value, words in {
        1: "one first",
        2: "two second",
        3: "three third",
        4: "four fourth",
        5: "five fifth",
        6: "six sixth",
        7: "seven seventh",
        8: "eight eighth",
        9: "nine ninth",
        10: "ten tenth",
        11: "eleven eleventh",
        12: "twelve twelfth dozen",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
    }.items()
    for word in words.split()
}
_COUNTED_IN_CHINESE = re.compile(
    rf"([0-9]+|[{''.join((*_DIGITS, *_TENS, _TEN_THOUSAND))}]+)"
    r"\s?多?([条张家台份名级套种间门页辆位路款年])"
)
_COUNTED_IN_ENGLISH = re.compile(
    rf"\b(?=[\d{''.join(sorted({word[0] for word in _ENGLISH}))}])"
    r"(?:(\d{1,3}(?:,\d{3})+|\d{1,9})(?:st|nd|rd|th)?"
    rf"|({'|'.join(_ENGLISH)}))\b"
    r"((?:[ -][a-z]+){1,3})"
)
_COUNTS_ANYTHING = ENGLISH_STOP | {"day", "hour", "minut", "second", "week", "time"}


class Quantity(NamedTuple):
    """A number, and the stem or the Chinese measure word of what it counts."""

    number: int
    unit: str


def read_quantities(text: str) -> list[Quantity]:
    """All of a text; an English number counts each of the three words behind it."""
    folded = fold(text)
    in_chinese = () if folded.isascii() else _COUNTED_IN_CHINESE.findall(folded)
    found = [Quantity(_parse_chinese(number), unit) for number, unit in in_chinese]
    for digits, word, behind in _COUNTED_IN_ENGLISH.findall(folded):
        number = _ENGLISH[word] if word else int(digits.replace(",", ""))
        units = map(stem, re.findall("[a-z]+", behind))
        found += [Quantity(number, unit) for unit in units]
    return [one for one in found if _says_something(one)]


def _says_something(one: Quantity) -> bool:
    told = one.number >= _LEAST and one.number not in _CALENDAR
    return told and one.unit not in _COUNTS_ANYTHING


def _parse_chinese(number: str) -> int:
    if number.isdigit():
        return int(number)
    whole = part = digit = 0
    for character in number:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            part, digit = part + (digit or 1) * _TENS[character], 0
        else:
            whole, part, digit = (part + digit) * 10_000, 0, 0
    return whole + part + digit


def exceeds(asked: Iterable[Quantity], limits: Iterable[Mapping[str, int]]) -> bool:
    """More of something is asked for than any of the limits that speaks of it."""
    most: dict[str, int] = {}
    for limit in limits:
        for unit, number in limit.items():
            most[unit] = max(number, most.get(unit, 0))
    return any(one.number > most.get(one.unit, one.number) for one in asked)


def limits_of(text: str) -> dict[str, int]:
    """By what is counted, the most of it that a clause speaks of."""
    most: dict[str, int] = {}
    for one in read_quantities(text):
        most[one.unit] = max(one.number, most.get(one.unit, 0))
    return most
