"""Fit the built-in coefficients on the labelled requests that may be tuned on.

``python -m benchmarks.fit_matcher`` prints ``BLENDED`` and ``INSIDE`` as they stand in
``rules/matching/likeness.py``, and how well they hold where each contract is asked with
what was learnt on the others. Both are learnt on requests by somebody who had not seen
the gloss: on the author's own, words look better than they are. Held-out requests are
never read here; see ``python -m benchmarks.matching`` for them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.labelled import BLIND, bundled_meanings
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibrate import Sample, clause_samples, fit, inside_samples
from rules.matching.evaluate import Measured, evaluate
from rules.matching.likeness import Coefficients, Features, Leaning
from rules.matching.pairs import PairSet

PULL = 0.5
VERSION = "5"
STRUCTURE = Coefficients(
    "structure",
    -5.0,
    (2.0, 1.0, 1.0, 1.0, 0.0, -0.5, 2.0, 8.0, *[3.0] * 6, 0.5),
)
"""What is known without any pair: meaning and words count for much the same."""

LEANS = Coefficients(
    "leans",
    -0.3,
    (2.1, -2.3, 1.2, -1.5, 0.5, -0.6, 0.36, 0.63, -0.3, 0.22, 2.5, 0.0, -5.0),
)
"""The same for a request as a whole."""

NOT_LEARNT_OF_CLAUSES = ("excluded",)
"""How many requests the author wrote about exclusions is no fact of the world."""

NOT_LEARNT_OF_REQUESTS = ("broken", "wish")
"""The author's style gives the scope away in part (AUC 0.7 by style alone)."""


def fit_clause(matcher: BlendedMatcher, sets: list[PairSet]) -> Coefficients:
    seen = clause_samples(matcher, sets)
    known = list(leave_out(seen, Features._fields, NOT_LEARNT_OF_CLAUSES))
    return fit(known, STRUCTURE, pull=PULL, version=VERSION)


def fit_inside(seen: Iterable[Sample]) -> Coefficients:
    known = list(leave_out(seen, Leaning._fields, NOT_LEARNT_OF_REQUESTS))
    return fit(known, LEANS, pull=PULL, version=VERSION)


def leave_out(
    seen: Iterable[Sample], fields: tuple[str, ...], absent: tuple[str, ...]
) -> Iterator[Sample]:
    """Samples in which nothing is to be learnt of some features: they stay as known."""
    places = {fields.index(name) for name in absent}
    for sample in seen:
        kept = (0.0 if i in places else x for i, x in enumerate(sample.features))
        yield Sample(tuple(kept), sample.right)


def show(title: str, measured: Measured) -> None:
    auc = "" if measured.auc is None else f"AUC {measured.auc:.2f}"
    print(
        f"{title:24} {measured.pairs:4} pairs  "
        f"@1 {measured.recall_at_1:.2f}  @3 {measured.recall_at_3:.2f}  {auc}"
    )


def tell(name: str, found: Coefficients) -> None:
    weights = tuple(round(weight, 2) for weight in found.weights)
    print(f"{name} = Coefficients({VERSION!r}, {found.base:.2f}, {weights})")


def main() -> None:
    sets = BLIND.load_sets(held_out=False)
    matcher = BlendedMatcher(bundled_meanings())
    tell("BLENDED", fit_clause(matcher, sets))
    leanings: list[Sample] = []
    for held in sets:
        others = [one for one in sets if one is not held]
        taught = replace(matcher, coefficients=fit_clause(matcher, others))
        leanings += inside_samples(taught, [held])
        show(f"without {held.contract.slug}", evaluate(taught, [held]).measured[0])
    tell("INSIDE", fit_inside(leanings))


if __name__ == "__main__":
    main()
