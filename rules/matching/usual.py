"""What requests usually found inside mean, against those usually found outside.

A direction in the encoder's space, learnt by ridge regression on labelled requests of
many trades (``benchmarks/fit_usual.py``): defects of daily work point one way, further
systems, places and channels the other. What the nearest granting clause says itself is
taken off by half, so that a trade's own words count for less.
"""

from base64 import b85decode, b85encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from rules.matching.heard import HeardRequest
from rules.matching.meaning import Meaning

CLAUSE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a text points; ``strength`` is the length of what was learnt."""

    towards: Meaning
    strength: float

    @classmethod
    def of(cls, weights: Sequence[float]) -> "Direction":
        """Round what was learnt."""
        towards = Meaning.of(weights)
        return cls(towards, sum(each * each for each in weights) ** 0.5)

    def follow(self, meaning: Meaning) -> float:
        """How far a text goes that way."""
        return self.strength * self.towards.likeness(meaning)


@dataclass(frozen=True, slots=True)
class Usual:
    """Two directions, for a request as a whole and for its title.

    Attributes:
        encoder: what the names of the encoders begin with whose space it is.
    """

    encoder: str
    whole: Direction
    title: Direction

    @property
    def fingerprint(self) -> str:
        """Part of the engine's version."""
        told = f"{self.pack()} {self.whole.strength} {self.title.strength}"
        return sha256(told.encode()).hexdigest()[:8]

    @classmethod
    def unpack(
        cls, encoder: str, strengths: tuple[float, float], packed: str
    ) -> "Usual":
        """The directions that :meth:`pack` made text of."""
        steps = b85decode(packed)
        middle = len(steps) // 2
        halves = (Meaning.unpack(steps[:middle]), Meaning.unpack(steps[middle:]))
        return cls(encoder, *map(Direction, halves, strengths))

    def pack(self) -> str:
        """Both directions as text, one byte a dimension, less their strengths."""
        steps = self.whole.towards.pack() + self.title.towards.pack()
        return b85encode(steps).decode()

    def tell(
        self, encoder: str, heard: HeardRequest, granting: Meaning | None
    ) -> float:
        """How usual it is that such a request is inside, beside what a clause says.

        Returns:
            Seldom beyond -1 and 1; 0 when another encoder was asked.
        """
        if not encoder.startswith(self.encoder):
            return 0.0
        told = self.whole.follow(heard.whole) + self.title.follow(heard.title)
        if granting is None:
            return told
        said = self.whole.follow(granting) + self.title.follow(granting)
        return told - CLAUSE_SHARE * said
