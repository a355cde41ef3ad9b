"""What a match alone says about scope."""

from collections.abc import Mapping

from model.decisions import Scope
from rules.matching.likeness import INSIDE, Coefficients, Leaning
from rules.matching.match import Match


def leaning_of(match: Match) -> Leaning:
    """The best score among the clauses that grant, and among those that exclude."""
    return Leaning(
        granted=_best(match, excluded=False), excluded=_best(match, excluded=True)
    )


def likely_scopes(match: Match, inside: Coefficients = INSIDE) -> Mapping[Scope, float]:
    """The probability of being inside and outside of the contract, by text alone.

    A daily change and a review are what the rules make of it, so they have none.
    """
    likely = round(inside.probability(leaning_of(match)), 4)
    return {
        Scope.IN_CONTRACT: likely,
        Scope.OUT_OF_CONTRACT: round(1 - likely, 4),
    }


def _best(match: Match, *, excluded: bool) -> float:
    scores = (one.score for one in match.clauses if one.excluded is excluded)
    return max(scores, default=0.0)
