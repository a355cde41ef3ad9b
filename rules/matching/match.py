"""Finding the clauses that a request is about: the seam, and the first engine."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from model.contracts import Contract
from model.decisions import Evidence
from rules.matching.calibration import Calibration
from rules.matching.likeness import Leaning


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of an issue when it is matched.

    Attributes:
        title: plain text.
        description: plain text, possibly empty.
        module: component names or the like, in the tracker's words; several are
            separated by commas.
        issue_type: the tracker's own name of the type.
        phase: of the project, as :class:`model.projects.Phase` spells it; empty when
            not known.
        opinion: what the judge said, 1 inside and -1 outside; 0 when there is none.
        today: clauses must hold on this day, in the ruleset's time zone; None asks all.
    """

    title: str
    description: str = ""
    module: str = ""
    issue_type: str = ""
    phase: str = ""
    opinion: float = 0.0
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What came near.

    Attributes:
        clauses: the three nearest at most, best first; none when nothing meets.
        score: the best clause's, 0 when there is none: the probability that this
            clause is what the request is about.
        excluded: a clause that the contract excludes is the best, or half as near as
            the best and no less than 0.2: it was written to take something out of what others
            grant, so the two are often met together.
        engine: name and version of what matched.
        inside: the probability that the request is in the contract, calibrated on
            what people decided; see :class:`rules.matching.calibration.Calibration`.
        leaning: what that probability was told from.
    """

    clauses: tuple[Evidence, ...]
    score: float
    excluded: bool
    engine: str
    inside: float = 0.5
    leaning: Leaning = Leaning()  # noqa: RUF009 - a named tuple is immutable


_CARVED_OUT_SHARE = 0.5
_CARVED_OUT_LEAST = 0.2


def settle(nearest: tuple[Evidence, ...], engine: str) -> Match:
    """The match that some evidence, best first, amounts to."""
    score = nearest[0].score if nearest else 0.0
    near = min(score, max(_CARVED_OUT_LEAST, _CARVED_OUT_SHARE * score))
    return Match(
        clauses=nearest,
        score=score,
        excluded=any(one.excluded and one.score >= near for one in nearest),
        engine=engine,
    )


class Index(Protocol):
    """A contract, prepared for many requests."""

    def match(self, request: Request) -> Match:
        """The nearest clauses; the same for the same request, always."""
        ...


class Matcher(Protocol):
    """An engine that finds clauses."""

    @property
    def engine(self) -> str:
        """Name and version; changes whenever an answer could."""
        ...

    def index(self, contract: Contract) -> Index:
        """Prepare a contract."""
        ...

    def calibrated(self, calibration: Calibration) -> "Matcher":
        """The same engine, going by what people decided."""
        ...
