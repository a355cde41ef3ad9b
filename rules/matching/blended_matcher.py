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
from rules.matching.conclude import Asked, Ranked, conclude
from rules.matching.likeness import BLENDED, Coefficients
from rules.matching.match import Match, Request
from rules.matching.meaning import Meaning, Meanings, asked_text
from rules.matching.word_matcher import WordIndex, WordMatcher


@dataclass(frozen=True, slots=True)
class BlendedMatcher:
    """Finds clauses by the words and the meaning they share with a request."""

    meanings: Meanings
    words: WordMatcher = field(default_factory=WordMatcher)
    coefficients: Coefficients = BLENDED

    @property
    def engine(self) -> str:
        """Names and versions of all that take part."""
        return f"blend/{self.coefficients.version} {self.meanings.name} {self.words.engine}"

    def calibrated(self, calibration: Calibration) -> "BlendedMatcher":
        """The same, going by other decisions."""
        return replace(self, words=self.words.calibrated(calibration))

    def index(self, contract: Contract) -> "BlendedIndex":
        """Count a contract's words and hear what its clauses mean, once."""
        texts = [clause.text for clause in contract.clauses]
        calibration = self.words.calibration
        return BlendedIndex(
            engine=self.engine,
            meanings=self.meanings,
            words=self.words.index(contract),
            coefficients=self.coefficients,
            clauses=dict(zip(texts, self.meanings.get(texts), strict=True)),
            precedents=gather_precedents(calibration, contract.slug, self.meanings),
        )


@dataclass(frozen=True, slots=True)
class BlendedIndex:
    """A contract whose words are counted.

    Attributes:
        clauses: by their wording, what they mean.
        precedents: what was decided on requests under this contract.
    """

    engine: str
    meanings: Meanings
    words: WordIndex
    coefficients: Coefficients
    clauses: dict[str, Meaning]
    precedents: tuple[tuple[Meaning, bool], ...] = ()

    def match(self, request: Request) -> Match:
        """The nearest clauses that hold on the request's day."""
        asked, meaning = self._read(request)
        return conclude(
            self._compare(request, asked, meaning),
            asked,
            self.words.calibration.inside,
            self.engine,
            follow_precedents(meaning, self.precedents),
        )

    def rank(self, request: Request) -> list[Ranked]:
        """Every clause, nearest first."""
        ranked = self._compare(request, *self._read(request))
        return sorted(ranked, key=lambda one: -one.score)

    def _read(self, request: Request) -> tuple[Asked, Meaning]:
        text = asked_text(request.title, request.description)
        return self.words.read(request), self.meanings.get([text])[0]

    def _compare(
        self, request: Request, asked: Asked, meaning: Meaning
    ) -> list[Ranked]:
        compared = self.words.compare(asked, request.today)
        alike = [meaning.likeness(self.clauses[one.clause.text]) for one in compared]
        most = max(alike, default=0.0)
        return [
            one.weigh(
                one.features._replace(meaning=near, meaning_lead=near - most),
                self.coefficients,
            )
            for one, near in zip(compared, alike, strict=True)
        ]
