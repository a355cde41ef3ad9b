"""What to show of a match: the request's own words, joined where they touch."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_MOST = 8
_GLUE = (" ", "-", "/")

Span = tuple[int, int]
"""A stretch of a text: its first character, and the one after its last."""


class Passage(NamedTuple):
    """A text and the stretches of it that matched."""

    text: str
    spans: Iterable[Span]


def phrases(passages: Iterable[Passage]) -> tuple[str, ...]:
    """The stretches that matched, merged, each once, in reading order, eight at most.

    Stretches merge when they overlap or touch, or when a single blank, hyphen or
    slash parts them, so that ``approval`` and ``flow`` read ``approval flow``.
    """
    found: dict[str, str] = {}
    for text, spans in passages:
        for phrase in _merged(text, sorted(spans)):
            found.setdefault(phrase.casefold(), phrase)
    return tuple(found.values())[:_MOST]


def _merged(text: str, spans: Sequence[Span]) -> Iterator[str]:
    begun = reach = 0
    for start, end in spans:
        if reach and (start <= reach or text[reach:start] in _GLUE):
            reach = max(reach, end)
            continue
        if reach:
            yield text[begun:reach]
        begun, reach = start, end
    if reach:
        yield text[begun:reach]
