"""From how a request and a clause meet to a probability.

The score of a clause is the probability that a person, asked which clause the request
is about, would name it: a logistic regression (Platt 1999; Robertson and Zaragoza
2009 for the weights below it) over a handful of features, each between -1 and 1. The
coefficients are data: the built-in ones were fitted by ``benchmarks/fit_matcher.py``
on the labelled pairs beside the tests, a deployment may fit its own on what its
people decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple


class Features(NamedTuple):
    """How a request and a clause meet.

    Attributes:
        coverage: the share of what is asked that the clause speaks of.
        answered: the share of what the clause speaks of that is asked.
        strength: how much they have in common at all; near 0 for one faint word.
        lead: this clause's common part over the best clause's.
        strange: the share of what is asked that no clause of the contract knows.
        foreign: 1 when the title asks for something that contracts often leave out and
            this clause does not speak of, less when only the description does; also 1
            for an exclusion of such things when none of them is asked for.
        module: 1 when the request's module is the clause's, -1 when it is another's,
            0 when it cannot be told.
        reference: 1 when the request names the clause by its id.
    """

    coverage: float
    answered: float
    strength: float
    lead: float
    strange: float
    foreign: float = 0.0
    module: float = 0.0
    reference: float = 0.0


class Leaning(NamedTuple):
    """How a request stands to its contract as a whole.

    Attributes:
        granted: the best score of a clause that is not excluded, 0 without any.
        excluded: the best score of an excluded clause, 0 without any.
    """

    granted: float
    excluded: float


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A logistic regression.

    Attributes:
        version: names the fit; part of the engine's version.
        base: the log-odds when every feature is 0.
        weights: one a feature, in the order of its fields.
    """

    version: str
    base: float
    weights: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        """From 0 to 1."""
        pairs = zip(self.weights, features, strict=True)
        return _logistic(self.base + sum(weight * value for weight, value in pairs))


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


CLAUSE = Coefficients("1", -5.64, (2.23, 3.07, 2.33, 3.73, -0.18, -1.22, 1.03, 8.09))
"""The probability that a clause is the one that a request is about."""

INSIDE = Coefficients("1", -0.68, (3.23, -2.13))
"""The probability that a request is inside the contract, by its nearest clauses."""
