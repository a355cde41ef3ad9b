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
from operator import mul
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
        meaning: the likeness of what both mean; 0 when no encoder was asked.
        meaning_lead: the same, less the likeness of the clause that means most alike.
        segment: the likeness of the request and what of the clause is nearest to it;
            see :mod:`rules.matching.segments`.
        segment_lead: the same, less that of the clause with the nearest.
        title: the likeness of the request's title and what of the clause is nearest.
        title_lead: the same, less that of the clause with the nearest.
        excluded: 1 for an exclusion, which names many matters and speaks of each less.
    """

    coverage: float
    answered: float
    strength: float
    lead: float
    strange: float
    foreign: float = 0.0
    module: float = 0.0
    reference: float = 0.0
    meaning: float = 0.0
    meaning_lead: float = 0.0
    segment: float = 0.0
    segment_lead: float = 0.0
    title: float = 0.0
    title_lead: float = 0.0
    excluded: float = 0.0


class Leaning(NamedTuple):
    """How a request stands to its contract as a whole.

    Attributes:
        granted: the best score of a clause that is not excluded, 0 without any.
        excluded: the best score of an excluded clause, 0 without any.
        coverage: the share of what is asked that the best granting clause speaks of.
        foreign: what contracts often leave out and that clause does not speak of.
        broken: it says that something fails.
        wish: it asks for more, or for something else.
        module: 1 when the best granting clause is of the request's module, -1 when it
            is of another.
        reference: 1 when the request names that clause by its id.
        late: 1 from the trial run on, -1 before UAT, 0 in between or not known.
        type: 1 when the tracker calls it a defect, -1 a wish.
        precedent: what was decided on similar requests, from -1 outside to 1 inside.
        judge: what the judge said, likewise; 0 when there is none.
        beyond: how much more it means something that contracts seldom grant
            (:mod:`rules.matching.seldom_granted`) than this one does; 0 is usual, also
            when no encoder was asked.
        usual: how much, beside what the best granting clause says, it means what is
            usually found inside (:mod:`rules.matching.usual`); below 0 for outside, 0
            when no encoder was asked.
        unnamed: 1 when it names a product, format, channel or language that no clause
            grants by name (:mod:`rules.matching.named`).
        over: 1 when it asks for more of something than the nearest clauses speak of
            (:mod:`rules.matching.quantities`).
    """

    granted: float = 0.0
    excluded: float = 0.0
    coverage: float = 0.0
    foreign: float = 0.0
    broken: float = 0.0
    wish: float = 0.0
    module: float = 0.0
    reference: float = 0.0
    late: float = 0.0
    type: float = 0.0
    precedent: float = 0.0
    judge: float = 0.0
    beyond: float = 0.0
    usual: float = 0.0
    unnamed: float = 0.0
    over: float = 0.0


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
        return _logistic(self.base + sum(map(mul, self.weights, features)))


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


CLAUSE = Coefficients(
    "2", -6.30, (2.37, 3.42, 2.7, 3.98, 0.0, -0.82, 2.0, 8.14, *[0.0] * 7)
)
"""The probability that a clause is the one that a request is about, by words.

The module was fitted at 1.2 on few requests that name one, and is raised: a tracker's
component is a fact, where it is mapped at all.
"""

BLENDED = Coefficients(
    "8",
    -4.39,
    (
        *(4.42, 3.06, 0.13, 0.42, 2.19, -0.05, 2.0, 8.0),
        *(-0.33, 3.83, 1.57, 4.26, 1.55, 6.12, 1.0),
    ),
)
"""The same, by words and meaning.

Fitted by ``benchmarks/fit_matcher.py`` on requests of an author who had not seen the
gloss: on requests by the gloss's own author, words look better, and meaning less needed,
than on those that nobody has read yet.
"""

INSIDE = Coefficients(
    "8",
    -0.68,
    (
        *(0.99, -3.58, 3.23, -1.16, 0.25, -0.3, 0.36, 0.63, -0.3, 0.22, 2.5, 0.0),
        *(-5.94, 4.92, -2.99, -3.65),
    ),
)
"""The probability that a request is inside the contract, by its leaning.

What the labelled requests cannot teach is set by hand. Tone (0.25 and -0.3) is a sixth
of what one author's requests taught: by full weight it did harm to another's. The type
that the tracker gives (0.22) says what tone says, and is cut likewise. Lateness (-0.3)
and earlier decisions (2.5) are assumptions until a deployment's own decisions are there
to learn from: the labelled requests have no phases or decisions of real projects.
Together they must not send a request that says what its clause says to review. The
judge counts for nothing until people's decisions have shown that it should.
"""
