"""Matching by words, structured facts and meaning together.

Words are exact and explain themselves; the encoder hears that two texts mean alike
which share none. Neither is enough: see ``docs/reference/contract-match.md``.
"""

from dataclasses import dataclass, field, replace

from model.contracts import Contract
from rules.matching.calibration import (
    Calibration,
    follow_precedents,
    gather_precedents,
)
from rules.matching.conclude import Asked, Ranked, best_granting, conclude
from rules.matching.heard import (
    HeardClauses,
    HeardRequest,
    find_nearest,
    hear,
    with_meaning,
)
from rules.matching.likeness import BLENDED, Coefficients
from rules.matching.match import Match, Request
from rules.matching.meaning import Meaning, Meanings
from rules.matching.seldom_granted import FINGERPRINT
from rules.matching.usual import Usual
from rules.matching.usual_weights import USUAL
from rules.matching.word_matcher import WordIndex, WordMatcher


@dataclass(frozen=True, slots=True)
class BlendedMatcher:
    """Finds clauses by the words and the meaning they share with a request."""

    meanings: Meanings
    words: WordMatcher = field(default_factory=WordMatcher)
    coefficients: Coefficients = BLENDED
    usual: Usual = USUAL

    @property
    def engine(self) -> str:
        """Names and versions of all that take part."""
        seldom = f"seldom/{FINGERPRINT} usual/{self.usual.fingerprint}"
        heard = f"{self.meanings.name} {seldom}"
        return f"blend/{self.coefficients.version} {heard} {self.words.engine}"

    def calibrated(self, calibration: Calibration) -> "BlendedMatcher":
        """The same, going by other decisions."""
        return replace(self, words=self.words.calibrated(calibration))

    def index(self, contract: Contract) -> "BlendedIndex":
        """Count a contract's words and hear what its clauses mean, once."""
        calibration = self.words.calibration
        return BlendedIndex(
            engine=self.engine,
            meanings=self.meanings,
            words=self.words.index(contract),
            coefficients=self.coefficients,
            usual=self.usual,
            clauses=HeardClauses.of(self.meanings, contract.clauses),
            precedents=gather_precedents(calibration, contract.slug, self.meanings),
        )


@dataclass(frozen=True, slots=True)
class BlendedIndex:
    """A contract whose words are counted and whose clauses are heard.

    Attributes:
        precedents: what was decided on requests under this contract.
    """

    engine: str
    meanings: Meanings
    words: WordIndex
    coefficients: Coefficients
    usual: Usual
    clauses: HeardClauses
    precedents: tuple[tuple[Meaning, bool], ...] = ()

    def match(self, request: Request) -> Match:
        """The nearest clauses that hold on the request's day."""
        asked, heard = self._read(request)
        ranked = self._compare(request, asked, heard)
        return conclude(
            ranked,
            asked,
            self.words.calibration.inside,
            self.engine,
            {
                "precedent": follow_precedents(heard.whole, self.precedents),
                "beyond": self.clauses.beyond(heard),
                "usual": self._usual(heard, ranked),
            },
        )

    def _usual(self, heard: HeardRequest, ranked: list[Ranked]) -> float:
        return self.usual.tell(self.meanings.name, heard, self._granted(ranked))

    def listen(self, request: Request) -> tuple[HeardRequest, Meaning | None]:
        """What a request means, and what the nearest granting clause does."""
        asked, heard = self._read(request)
        return heard, self._granted(self._compare(request, asked, heard))

    def _granted(self, ranked: list[Ranked]) -> Meaning | None:
        """What the nearest clause means that grants something."""
        nearest = best_granting(ranked)
        return None if nearest is None else self.clauses.meaning_of(nearest)

    def rank(self, request: Request) -> list[Ranked]:
        """Every clause, nearest first."""
        ranked = self._compare(request, *self._read(request))
        return sorted(ranked, key=lambda one: -one.score)

    def _read(self, request: Request) -> tuple[Asked, HeardRequest]:
        heard = hear(self.meanings, request.title, request.description)
        return self.words.read(request), heard

    def _compare(
        self, request: Request, asked: Asked, heard: HeardRequest
    ) -> list[Ranked]:
        compared = self.words.compare(asked, request.today)
        near = self.clauses.compare(heard, [one.clause for one in compared])
        nearest = find_nearest(near)
        return [
            one.weigh(with_meaning(one.features, each, nearest), self.coefficients)
            for one, each in zip(compared, near, strict=True)
        ]
