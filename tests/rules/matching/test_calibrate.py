"""Fitting the likeness to what people decided."""

import pytest

from rules.matching.calibrate import Sample, clause_samples, fit
from rules.matching.evaluate import ALL, evaluate
from rules.matching.likeness import CLAUSE, Coefficients
from rules.matching.word_matcher import WordMatcher
from tests.rules.matching.demo import NAMES, demo_pairs

FLAT = Coefficients("flat", 0.0, (0.0,))


def test_without_decisions_what_was_known_stays() -> None:
    found = fit([], Coefficients("known", -1.0, (2.0,)), pull=1.0, version="ours")
    assert (found.base, *found.weights) == pytest.approx((-1.0, 2.0))
    assert found.version == "ours"


def test_many_decisions_are_followed() -> None:
    seen = [Sample((0.0,), right=n < 10) for n in range(100)]
    seen += [Sample((1.0,), right=n < 70) for n in range(100)]
    found = fit(seen, FLAT, pull=0.001, version="ours")
    assert found.probability((0.0,)) == pytest.approx(0.1, abs=0.001)
    assert found.probability((1.0,)) == pytest.approx(0.7, abs=0.001)


def test_a_perfect_separation_still_ends_in_finite_weights() -> None:
    seen = [Sample((0.0,), right=False), Sample((1.0,), right=True)] * 50
    found = fit(seen, FLAT, pull=1.0, version="ours")
    assert 0.8 < found.probability((1.0,)) < 1.0


@pytest.mark.parametrize("held", NAMES)
def test_a_contract_is_read_well_by_what_others_taught(held: str) -> None:
    others = [demo_pairs(name) for name in NAMES if name != held]
    seen = list(clause_samples(WordMatcher(), others))
    taught = fit(seen, CLAUSE, pull=2.0, version="others")
    report = evaluate(WordMatcher(taught), [demo_pairs(held)])
    assert report.of(ALL).recall_at_3 >= 0.82


def test_scores_mean_what_they_say() -> None:
    sets = [demo_pairs(name) for name in NAMES]
    seen = [
        (CLAUSE.probability(sample.features), sample.right)
        for sample in clause_samples(WordMatcher(), sets)
    ]
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        right = [right for score, right in seen if low <= score < high]
        assert low - 0.1 <= sum(right) / len(right) <= high + 0.1
