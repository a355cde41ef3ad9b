"""What changed between two wordings, word by word; a Chinese character is a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+|\s+|[^\w\s]")
_MOST_WORDS = 1_500


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

    Kept and gone pieces together are ``before``, kept and new ones ``after``. Longer
    texts than people write in a clause are compared as a whole.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        old, new = [before], [after]
    return tuple(piece for piece in _pieces(old, new) if piece.text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(Fate.KEPT, "".join(old[i:j]))
        else:
            yield Piece(Fate.GONE, "".join(old[i:j]))
            yield Piece(Fate.NEW, "".join(new[k:m]))
