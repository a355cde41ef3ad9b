"""What changed between two wordings, word by word; a Chinese character is a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+|\s+|[^\w\s]")
_MOST_WORDS = 1_500
_LEAST_KEPT = 0.3
"""Texts that share less are two texts: a mixture of both reads as neither."""


class Fate(StrEnum):
    """What became of a piece."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words with one fate."""

    fate: Fate
    text: str


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both wordings in reading order; what goes comes before what is new.

    Kept and gone pieces together are ``before``, kept and new ones ``after``. Texts
    that have little in common, or are longer than people write in a clause, are
    compared as a whole.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        old, new = [before], [after]
    pieces = [(fate, words) for fate, words in _compare(old, new) if words]
    kept = sum(len(words) for fate, words in pieces if fate is Fate.KEPT)
    if kept < _LEAST_KEPT * max(len(old), len(new)):
        pieces = [(Fate.GONE, old), (Fate.NEW, new)]
    _slide(pieces)
    return tuple(Piece(fate, "".join(words)) for fate, words in pieces if words)


def _compare(old: list[str], new: list[str]) -> Iterator[tuple[Fate, list[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Fate.KEPT, old[i:j]
        else:
            yield Fate.GONE, old[i:j]
            yield Fate.NEW, new[k:m]


def _slide(pieces: list[tuple[Fate, list[str]]]) -> None:
    """Move what was put in or taken out as far on as it goes.

    Of two readings, ``日{报、周}报`` and ``日报{、周报}``, that is the one of people.
    """
    for before, moved, behind in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if before[0] is behind[0] is Fate.KEPT:
            while behind[1] and moved[1][0] == behind[1][0]:
                before[1].append(moved[1].pop(0))
                moved[1].append(behind[1].pop(0))
