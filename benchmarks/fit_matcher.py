"""Fit the built-in likeness on the labelled pairs, and say how well it holds.

``python -m benchmarks.fit_matcher`` prints the coefficients to be written into
``rules/matching/likeness.py``, the figures on the pairs themselves, and the honest
ones: each contract's pairs asked with coefficients fitted on the other contracts.
"""

from pathlib import Path

from rules.matching.calibrate import clause_samples, fit, inside_samples
from rules.matching.contract import load_contract
from rules.matching.evaluate import Measured, evaluate
from rules.matching.likeness import Coefficients
from rules.matching.pairs import PairSet, parse_pairs
from rules.matching.word_matcher import WordMatcher

ROOT = Path(__file__).parent.parent
CONTRACTS = ROOT / "cli/demo_data/contracts"
PAIRS = ROOT / "tests/rules/matching/pairs"
PULL = 2.0
STRUCTURE = Coefficients("structure", -3.0, (1.0, 1.0, 1.0, 1.0, 0.0, -1.0, 1.0, 8.0))
"""What is known without any pair: facts of structure outweigh words."""


def load_sets() -> list[PairSet]:
    sets = []
    for path in sorted(PAIRS.glob("*.jsonl")):
        place = CONTRACTS / f"{path.stem}.yaml"
        contract, problems = load_contract(place.read_text(), file=place.name)
        assert contract, problems
        pairs, problems = parse_pairs(path.read_text(), contract, file=path.name)
        assert pairs, "\n".join(map(str, problems))
        sets.append(pairs)
    return sets


def fit_on(sets: list[PairSet], version: str = "fit") -> Coefficients:
    seen = list(clause_samples(WordMatcher(STRUCTURE), sets))
    return fit(seen, STRUCTURE, pull=PULL, version=version)


def show(title: str, measured: Measured) -> None:
    auc = "" if measured.auc is None else f"AUC {measured.auc:.2f}"
    print(
        f"{title:24} {measured.language:6} {measured.pairs:4} pairs  "
        f"@1 {measured.recall_at_1:.2f}  @3 {measured.recall_at_3:.2f}  {auc}"
    )


def main() -> None:
    sets = load_sets()
    found = fit_on(sets)
    seen = list(inside_samples(WordMatcher(found), sets))
    inside = fit(seen, Coefficients("", 0.0, (1.0, -1.0)), pull=PULL, version="fit")
    for name, one in (("CLAUSE", found), ("INSIDE", inside)):
        weights = tuple(round(weight, 2) for weight in one.weights)
        print(f"{name} base {one.base:.2f} weights {weights}")
    for measured in evaluate(WordMatcher(found), sets).measured:
        show("fitted on all", measured)
    for held in sets:
        others = [one for one in sets if one is not held]
        report = evaluate(WordMatcher(fit_on(others)), [held])
        show(f"without {held.contract.slug}", report.measured[0])


if __name__ == "__main__":
    main()
