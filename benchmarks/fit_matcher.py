"""Fit the built-in coefficients on the labelled requests that may be tuned on.

``python -m benchmarks.fit_matcher`` prints the coefficients to be written into
``rules/matching/likeness.py``, and how well they hold where each contract is asked
with what was learnt on the others. The held-out third is never read here; see
``python -m benchmarks.matching`` for it.
"""

from dataclasses import replace

from benchmarks.labelled import bundled_meanings, load_sets
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibrate import Sample, clause_samples, fit, inside_samples
from rules.matching.evaluate import Measured, evaluate
from rules.matching.likeness import Coefficients
from rules.matching.pairs import PairSet
from rules.matching.word_matcher import WordMatcher

PULL = 2.0
INSIDE_PULL = 4.0
VERSION = "2"
STRUCTURE = Coefficients(
    "structure", -3.0, (1.0, 1.0, 1.0, 1.0, 0.0, -1.0, 1.0, 8.0, 1.0, 1.0)
)
"""What is known without any pair: facts of structure outweigh words."""

LEANS = Coefficients(
    "leans",
    0.0,
    (2.0, -2.0, 1.0, -1.0, 1.0, -1.0, 0.5, 0.5, -0.5, 0.5, 2.5, 0.0),
)
"""The same for a request as a whole; the last two have no labelled request to learn on."""

Matching = WordMatcher | BlendedMatcher


def fit_clause(matcher: Matching, sets: list[PairSet]) -> Coefficients:
    seen = list(clause_samples(matcher, sets))
    return fit(seen, STRUCTURE, pull=PULL, version=VERSION)


def fit_across(matcher: Matching, sets: list[PairSet]) -> list[Sample]:
    """Leanings of each contract by coefficients that were fitted on the others."""
    samples: list[Sample] = []
    for held in sets:
        others = [one for one in sets if one is not held]
        taught = replace(matcher, coefficients=fit_clause(matcher, others))
        samples += inside_samples(taught, [held])
    return samples


def show(title: str, measured: Measured) -> None:
    auc = "" if measured.auc is None else f"AUC {measured.auc:.2f}"
    print(
        f"{title:24} {measured.language:6} {measured.pairs:4} pairs  "
        f"@1 {measured.recall_at_1:.2f}  @3 {measured.recall_at_3:.2f}  {auc}"
    )


def tell(name: str, found: Coefficients) -> None:
    weights = tuple(round(weight, 2) for weight in found.weights)
    print(f"{name} = Coefficients({VERSION!r}, {found.base:.2f}, {weights})")


def main() -> None:
    sets = load_sets(held_out=False)
    for name, matcher in (
        ("CLAUSE", WordMatcher()),
        ("BLENDED", BlendedMatcher(bundled_meanings())),
    ):
        tell(name, fit_clause(matcher, sets))
        seen = fit_across(matcher, sets)
        tell("INSIDE", fit(seen, LEANS, pull=INSIDE_PULL, version=VERSION))
        for held in sets:
            others = [one for one in sets if one is not held]
            taught = replace(matcher, coefficients=fit_clause(matcher, others))
            show(f"without {held.contract.slug}", evaluate(taught, [held]).measured[0])


if __name__ == "__main__":
    main()
