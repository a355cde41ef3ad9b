"""What a match says about scope."""

from collections.abc import Mapping

from model.decisions import Scope
from rules.matching.match import Match


def likely_scopes(match: Match, daily_share: float = 0.0) -> Mapping[Scope, float]:
    """The probability of each scope that a person might give.

    A daily change is outside of the contract and granted anyway: of what people found
    to be outside, ``daily_share`` was.
    """
    outside = 1 - match.inside
    return {
        Scope.IN_CONTRACT: match.inside,
        Scope.DAILY_CHANGE: round(outside * daily_share, 4),
        Scope.OUT_OF_CONTRACT: round(outside * (1 - daily_share), 4),
    }
