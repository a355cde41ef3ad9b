"""Fitting the likeness to what people decided.

Logistic regression by Newton's method (iteratively reweighted least squares; Bishop,
*Pattern Recognition and Machine Learning*, 4.3.3), drawn towards coefficients that
are already known: with few decisions the result stays near them, with many it
follows the decisions.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from model.contracts import Contract
from rules.matching.conclude import Ranked
from rules.matching.likeness import Coefficients
from rules.matching.match import Matcher, Request
from rules.matching.pairs import PairSet, Side

_STEPS = 25

Vector = list[float]
Matrix = list[Vector]


class Sample(NamedTuple):
    """Features, and whether what they should tell was so."""

    features: Sequence[float]
    right: bool


class Ranker(Protocol):
    """An index that tells of every clause how it compares."""

    def rank(self, request: Request) -> list[Ranked]:
        """Clauses, nearest first."""
        ...


class RankingMatcher(Protocol):
    """A matcher whose indexes do."""

    def index(self, contract: Contract) -> Ranker:
        """Prepare a contract."""
        ...


def clause_samples(
    matcher: RankingMatcher, sets: Iterable[PairSet]
) -> Iterator[Sample]:
    """Every clause that each request meets, and whether it is the one."""
    for one in sets:
        index = matcher.index(one.contract)
        for pair in one.pairs:
            for ranked in index.rank(pair.request):
                yield Sample(ranked.features, ranked.clause.id == pair.clause)


def inside_samples(matcher: Matcher, sets: Iterable[PairSet]) -> Iterator[Sample]:
    """How each request stands to its contract, and whether it is inside."""
    for one in sets:
        index = matcher.index(one.contract)
        for pair in one.pairs:
            leaning = index.match(pair.request).leaning
            yield Sample(leaning, pair.side is Side.IN)


def fit(
    seen: Sequence[Sample], prior: Coefficients, *, pull: float, version: str
) -> Coefficients:
    """Coefficients that explain the samples.

    Args:
        seen: what people decided.
        prior: what holds without any.
        pull: how strongly the prior holds, in samples; above 0.
        version: names the result.
    """
    origin = [prior.base, *prior.weights]
    found = list(origin)
    for _ in range(_STEPS):
        slope, curve = _slope_and_curve(seen, found, origin, pull)
        step = _solve(curve, slope)
        found = [value - change for value, change in zip(found, step, strict=True)]
    return Coefficients(version, found[0], tuple(found[1:]))


def _slope_and_curve(
    seen: Sequence[Sample], at: Vector, origin: Vector, pull: float
) -> tuple[Vector, Matrix]:
    """First and second derivative of the penalised loss."""
    size = range(len(at))
    now = Coefficients("", at[0], tuple(at[1:]))
    slope = [pull * (at[i] - origin[i]) for i in size]
    curve = [[pull if i == j else 0.0 for j in size] for i in size]
    for sample in seen:
        likely, row = now.probability(sample.features), (1.0, *sample.features)
        for i in size:
            slope[i] += (likely - sample.right) * row[i]
            for j in size:
                curve[i][j] += likely * (1 - likely) * row[i] * row[j]
    return slope, curve


def _solve(matrix: Matrix, right: Vector) -> Vector:
    """Gaussian elimination; the matrix is symmetric and positive definite."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        rows[i] = [value / pivot[i] for value in pivot]
        for j in range(len(rows)):
            if j != i:
                share = rows[j][i]
                rows[j] = [
                    value - share * other
                    for value, other in zip(rows[j], rows[i], strict=True)
                ]
    return [line[-1] for line in rows]
