"""How well clauses are found, on pairs that people labelled."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from model.contracts import Clause, Contract
from model.decisions import Evidence
from rules.matching.calibration import Calibration
from rules.matching.evaluate import ALL, Measured, Report, evaluate
from rules.matching.match import Match, Request
from rules.matching.pairs import Pair, PairSet, Side, parse_pairs
from rules.matching.word_matcher import WordMatcher
from tests.rules.matching.demo import NAMES, demo_contract, demo_pairs


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(WordMatcher(), [demo_pairs(name) for name in NAMES])


def test_there_are_pairs_enough_to_mean_something(report: Report) -> None:
    assert report.of(ALL).pairs >= 60
    assert {one.language for one in report.measured} == {ALL, "zh", "en", "mixed"}


@pytest.mark.parametrize(
    ("language", "first", "among_three", "auc"),
    [(ALL, 0.81, 0.90, 0.88), ("zh", 0.79, 0.88, 0.88), ("en", 0.80, 0.90, 0.88)],
)
def test_clauses_are_found_as_well_as_measured(
    report: Report, language: str, first: float, among_three: float, auc: float
) -> None:
    measured = report.of(language)
    assert measured.recall_at_1 >= first
    assert measured.recall_at_3 >= among_three
    assert (measured.auc or 0) >= auc


CONTRACT = Contract(
    slug="c",
    name="C",
    client="c",
    clauses=(
        Clause("1", "M", "bank statement import"),
        Clause("2", "M", "mobile app", excluded=True),
    ),
)


def measured_on(*pairs: Pair) -> Report:
    return evaluate(WordMatcher(), [PairSet(CONTRACT, pairs)])


@dataclass
class Said:
    """An engine and its index: what it answers to each title is given."""

    found: Mapping[str, tuple[tuple[str, ...], float]]
    engine: str = "said/1"

    def index(self, _contract: Contract) -> "Said":
        return self

    def calibrated(self, _calibration: Calibration) -> "Said":
        return self

    def match(self, request: Request) -> Match:
        clauses, inside = self.found[request.title]
        near = tuple(Evidence(one, "M", "", 0.5, ()) for one in clauses)
        return Match(near, 0.5, excluded=False, engine=self.engine, inside=inside)


def test_the_figures_are_by_language_and_what_is_missed_is_named() -> None:
    pairs = (
        Pair(Request("first"), "1", Side.IN, "zh"),
        Pair(Request("third"), "1", Side.IN, "zh"),
        Pair(Request("other"), "1", Side.IN, "en", acceptable=frozenset({"2"})),
        Pair(Request("missed"), "1", Side.OUT, "en"),
        Pair(Request("none"), None, Side.OUT, "en"),
    )
    engine = Said(
        {
            "first": (("1", "2"), 0.9),
            "third": (("3", "2", "1"), 0.5),
            "other": (("2",), 0.4),
            "missed": (("2", "3"), 0.5),
            "none": ((), 0.1),
        }
    )
    found = evaluate(engine, [PairSet(CONTRACT, pairs)])
    assert found.engine == "said/1"
    assert found.measured == (
        Measured(ALL, 5, 4, 2 / 4, 3 / 4, 4.5 / 6),
        Measured("en", 3, 2, 1 / 2, 1 / 2, 0.5),
        Measured("zh", 2, 2, 1 / 2, 1.0, None),
    )
    assert [(it.pair.request.title, it.rank) for it in found.missed] == [
        ("missed", None)
    ]
    assert found.of("zh").pairs == 2


def test_recall_is_over_the_pairs_that_are_about_a_clause() -> None:
    found = measured_on(
        Pair(Request("bank statement import"), "1", Side.IN),
        Pair(Request("zebra"), "1", Side.IN),
        Pair(Request("canteen"), None, Side.OUT),
    )
    overall = found.of(ALL)
    assert (overall.pairs, overall.with_clause) == (3, 2)
    assert overall.recall_at_1 == overall.recall_at_3 == 0.5
    assert [answer.pair.request.title for answer in found.missed] == ["zebra"]


def test_an_excluded_clause_speaks_against_the_contract() -> None:
    found = measured_on(
        Pair(Request("mobile app"), "2", Side.OUT),
        Pair(Request("bank statement import"), "1", Side.IN),
    )
    assert found.of(ALL).auc == 1.0


def test_without_either_side_there_is_nothing_to_separate() -> None:
    found = measured_on(Pair(Request("bank"), "1", Side.IN))
    assert found.of(ALL).auc is None


def test_wrong_labels_are_told_line_by_line() -> None:
    text = '{"title": "a", "clause": "99", "scope": "in"}\n{"title": "b"}\n'
    pairs, problems = parse_pairs(text, demo_contract("acme"), file="p.jsonl")
    assert pairs is None
    assert [(one.code, one.line) for one in problems] == [("E_REF", 1), ("E_REF", 2)]
