"""From how each clause compares to the match that is handed on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from model.contracts import Clause
from model.decisions import Evidence
from rules.matching.likeness import Coefficients, Features, Leaning
from rules.matching.match import Match, settle
from rules.matching.phrases import Passage, Span, phrases
from rules.matching.quantities import Quantity, exceeds
from rules.matching.tone import Tone
from rules.matching.weights import Weights
from rules.matching.words import Term

_NEAREST = 3
_MEETS = 0.02
_NEAR_ENOUGH = 0.4


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read.

    Attributes:
        passages: its texts with their terms, the title first.
        masses: by term over both texts, times its rarity.
        mass: of all of them together.
        strange: the share of the mass that no clause knows.
        foreign: of what contracts often leave out, what it asks for, and how loudly.
        modules: the terms of each module that the tracker names.
        mentions: ids of clauses that it names.
        tone: how it is put.
        type: 1 for a defect, -1 for a wish, by the tracker's type.
        late: 1 from the trial run on, -1 before UAT.
        quantities: how many of what it speaks of.
        unnamed: it names something that the contract does not grant by name.
        opinion: the judge's.
    """

    passages: tuple[tuple[str, Sequence[Term]], ...]
    masses: Weights
    mass: float
    strange: float
    foreign: Weights
    modules: tuple[frozenset[str], ...]
    mentions: frozenset[str]
    tone: Tone
    type: float
    late: float
    quantities: Sequence[Quantity] = ()
    unnamed: bool = False
    opinion: float = 0.0


class Ranked(NamedTuple):
    """A clause, how it meets a request, and the terms in which they meet.

    Attributes:
        limits: by what the clause counts, the most that it grants.
    """

    clause: Clause
    features: Features
    score: float
    terms: frozenset[str]
    limits: Mapping[str, int] = MappingProxyType({})

    @property
    def met(self) -> bool:
        """They have a word in common, or the request names the clause."""
        return bool(self.terms or self.features.reference)

    def weigh(self, features: Features, coefficients: Coefficients) -> "Ranked":
        """The same clause by more features."""
        score = round(coefficients.probability(features), 4)
        return self._replace(features=features, score=score)

    @property
    def shown(self) -> bool:
        """It may be evidence: they meet in words, or are alike enough in meaning."""
        return self.met or (bool(self.features.meaning) and self.score >= _MEETS)


def best_granting(ranked: Iterable[Ranked]) -> Clause | None:
    """The nearest clause that is not an exclusion, if any."""
    granting = (one for one in ranked if not one.clause.excluded)
    best = max(granting, key=lambda one: one.score, default=None)
    return best.clause if best else None


def conclude(
    ranked: Iterable[Ranked],
    asked: Asked,
    inside: Coefficients,
    engine: str,
    heard: Mapping[str, float] | None = None,
) -> Match:
    """The match that comparing every clause amounts to.

    ``heard`` has what the leaning knows of meaning alone, by name.
    """
    shown = sorted((one for one in ranked if one.shown), key=lambda one: -one.score)
    nearest = tuple(_evidence(one, asked) for one in _choose(shown))
    known = {name: round(value, 4) for name, value in (heard or {}).items()}
    leaning = lean(shown, asked)._replace(**known)
    match = settle(nearest, engine)
    likely = round(inside.probability(leaning), 4)
    return replace(match, leaning=leaning, inside=likely)


def _choose(shown: Sequence[Ranked]) -> list[Ranked]:
    """The nearest; the last place goes to an exclusion that comes almost as near.

    Whoever decides wants to know of it more than of a third clause that grants.
    """
    nearest = list(shown[:_NEAREST])
    carved = [one for one in shown if one.clause.excluded][:1]
    least = _NEAR_ENOUGH * nearest[-1].score if nearest else 0.0
    if any(one in nearest or one.score < least for one in carved):
        return nearest
    return [*nearest[: _NEAREST - len(carved)], *carved]


def lean(shown: Sequence[Ranked], asked: Asked) -> Leaning:
    """How the request stands to its contract; ``shown`` has the nearest first."""
    granting = next((one for one in shown if not one.clause.excluded), None)
    excluding = next((one for one in shown if one.clause.excluded), None)
    best = granting.features if granting else Features(0.0, 0.0, 0.0, 0.0, 0.0)
    return Leaning(
        granted=granting.score if granting else 0.0,
        excluded=excluding.score if excluding else 0.0,
        coverage=best.coverage,
        foreign=best.foreign if granting else max(asked.foreign.values(), default=0.0),
        broken=asked.tone.broken,
        wish=asked.tone.wish,
        module=best.module,
        reference=best.reference,
        late=asked.late,
        type=asked.type,
        judge=asked.opinion,
        unnamed=float(asked.unnamed),
        over=float(exceeds(asked.quantities, [one.limits for one in shown[:_NEAREST]])),
    )


def _evidence(ranked: Ranked, asked: Asked) -> Evidence:
    passages = (
        Passage(text, _spans(terms, ranked.terms)) for text, terms in asked.passages
    )
    return Evidence(
        clause=ranked.clause.id,
        module=ranked.clause.module,
        text=ranked.clause.text,
        score=ranked.score,
        matched=phrases(passages),
        excluded=ranked.clause.excluded,
        likeness=round(ranked.features.meaning, 2),
    )


def _spans(terms: Iterable[Term], met: frozenset[str]) -> set[Span]:
    return {(start, end) for key, _, start, end in terms if key in met}
