"""What to show of a match: the request's own words, joined where they touch."""

from collections.abc import Iterable, Sequence
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
        for start, end in _merged(text, sorted(set(spans))):
            found.setdefault(text[start:end].casefold(), text[start:end])
    return tuple(found.values())[:_MOST]


def _merged(text: str, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and _touches(text, merged[-1][1], start):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _touches(text: str, end: int, start: int) -> bool:
    return start <= end or text[end:start] in _GLUE
