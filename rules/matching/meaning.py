"""What texts mean, as far as a sentence encoder can tell, so that they can be compared.

The encoder stays behind a seam: it is built by ``app/`` and handed down. Its vectors
are rounded to 8 bits, so that the last bits of a processor's arithmetic never show in
a decision and a meaning is small enough to be kept in the pool.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from operator import mul
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_STEPS = 127
_KEPT = 20_000
_DESCRIPTION_READ = 200


class Encoder(Protocol):
    """A sentence encoder: texts that mean alike get vectors that point alike."""

    @property
    def name(self) -> str:
        """Name and version; changes whenever a vector could."""
        ...

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, all of one length; may be called from any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """A vector in steps of 8 bits; ``length`` is Euclid's, in steps."""

    steps: "array[int]"
    length: float

    @classmethod
    def of(cls, vector: Sequence[float]) -> "Meaning":
        """Round a vector."""
        most = max(map(abs, vector), default=0.0) or 1.0
        return cls._of(array("b", (round(x * _STEPS / most) for x in vector)))

    @classmethod
    def unpack(cls, packed: bytes) -> "Meaning":
        """The meaning that :meth:`pack` made bytes of."""
        return cls._of(array("b", packed))

    @classmethod
    def _of(cls, steps: "array[int]") -> "Meaning":
        return cls(steps, sqrt(sum(map(mul, steps, steps))) or 1.0)

    def pack(self) -> bytes:
        """One byte a dimension."""
        return self.steps.tobytes()

    def likeness(self, other: "Meaning") -> float:
        """The cosine, from -1 to 1."""
        common: int = sum(map(mul, self.steps, other.steps))
        return common / (self.length * other.length)


@dataclass(frozen=True, slots=True, eq=False)
class MeaningRows:
    """Many meanings, compared with one in one go.

    Steps are whole numbers and so are their sums, which a float of 64 bits holds
    exactly: the order of summing, which processors differ in, changes nothing. They are
    kept in 8 bits, since every contract of a deployment may be in memory.
    """

    steps: NDArray[np.int8]
    lengths: NDArray[np.float64]

    @classmethod
    def of(cls, meanings: Sequence[Meaning]) -> "MeaningRows":
        """Line them up."""
        rows = [np.asarray(one.steps, dtype=np.int8) for one in meanings]
        lengths = np.array([one.length for one in meanings])
        return cls(np.array(rows), lengths)

    def likeness(self, other: Meaning) -> NDArray[np.float64]:
        """The cosine with each, from -1 to 1."""
        if not self.lengths.size:
            return self.lengths
        steps = self.steps.astype(np.float64)
        common = steps @ np.asarray(other.steps, dtype=np.float64)
        likeness: NDArray[np.float64] = common / (self.lengths * other.length)
        return likeness


@dataclass(frozen=True, slots=True)
class Meanings:
    """The meanings of texts; each is encoded once and kept while it is asked for."""

    encoder: Encoder
    _kept: OrderedDict[str, Meaning] = field(default_factory=OrderedDict)

    @property
    def name(self) -> str:
        """The encoder's."""
        return self.encoder.name

    def find_missing(self, texts: Iterable[str]) -> list[str]:
        """Those that would have to be encoded, each once."""
        return [text for text in dict.fromkeys(texts) if text not in self._kept]

    def keep(self, text: str, meaning: Meaning) -> None:
        """Remember what was encoded elsewhere or before."""
        self._kept[text] = meaning
        self._kept.move_to_end(text)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def encode(self, texts: Sequence[str]) -> list[Meaning]:
        """Encode without keeping: for threads beside the one that keeps."""
        return [Meaning.of(vector) for vector in self.encoder.encode(texts)]

    def get(self, texts: Sequence[str]) -> list[Meaning]:
        """The meaning of each text; what is missing is encoded now, in one go."""
        missing = self.find_missing(texts)
        fresh = dict(zip(missing, self.encode(missing) if missing else (), strict=True))
        found = [fresh.get(text) or self._kept[text] for text in texts]
        for text, meaning in zip(texts, found, strict=True):
            self.keep(text, meaning)
        return found


def asked_text(title: str, description: str) -> str:
    """What of a request is encoded: its title, and how its description begins."""
    begins = description[:_DESCRIPTION_READ].strip()
    return f"{title}\n{begins}" if begins else title
