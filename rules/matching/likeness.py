"""From how a request and a clause meet to a probability.

The score of a clause is the probability that a person, asked which clause the request
is about, would name it: a logistic regression (Platt 1999; Robertson and Zaragoza
2009 for the weights below it) over a handful of features, each between -1 and 1. The
coefficients are data: the built-in ones were fitted by ``benchmarks/fit_matcher.py``
on the labelled pairs beside the tests, a deployment may fit its own on what its
people decided.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp


@dataclass(frozen=True, slots=True)
class Features:
    """How a request and a clause meet.

    Attributes:
        coverage: the share of what is asked that the clause speaks of.
        answered: the share of what the clause speaks of that is asked.
        strength: how much they have in common at all; near 0 for one faint word.
        lead: this clause's common part over the best clause's.
        strange: the share of what is asked that no clause of the contract knows.
        module: 1 when the request's module is the clause's, -1 when it is another's,
            0 when it cannot be told.
        reference: 1 when the request names the clause by its id.
    """

    coverage: float
    answered: float
    strength: float
    lead: float
    strange: float
    module: float = 0.0
    reference: float = 0.0


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The weight of each feature, and what is there without any.

    Attributes:
        version: names the fit; part of the engine's version.
        base: the log-odds when every feature is 0.
        weights: in the order of the fields of :class:`Features`.
    """

    version: str
    base: float
    weights: tuple[float, ...]

    def likeness(self, features: Features) -> float:
        """The probability, from 0 to 1."""
        values: Sequence[float] = astuple(features)
        pairs = zip(self.weights, values, strict=True)
        return _logistic(self.base + sum(weight * value for weight, value in pairs))


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


BUILT_IN = Coefficients(
    version="0",
    base=-5.0,
    weights=(3.0, 2.0, 2.0, 1.5, -1.0, 0.8, 7.0),
)
