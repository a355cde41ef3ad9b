"""The labelled requests that are held out as a whole: their shape, nothing else."""

from collections import Counter

import pytest

from benchmarks.labelled import TESTS, Collection
from rules.matching.pairs import PairSet, Side

FRESH = Collection(TESTS / "fresh/pairs", (TESTS / "fresh/contracts",))


@pytest.fixture(scope="module")
def sets() -> list[PairSet]:
    return FRESH.load_sets(held_out=True)


def test_all_of_it_is_held_out(sets: list[PairSet]) -> None:
    assert {one.contract.client: len(one.pairs) for one in sets} == {
        "heat": 80,
        "lab": 80,
        "expo": 80,
    }
    assert FRESH.load_sets(held_out=False) == []


def test_every_clause_cited_exists(sets: list[PairSet]) -> None:
    for one in sets:
        known = {clause.id for clause in one.contract.clauses}
        assert 25 <= len(known) <= 40
        for pair in one.pairs:
            assert {pair.clause} - {None} | pair.acceptable <= known
            assert pair.clause not in pair.acceptable


def test_what_a_contract_excludes_is_out(sets: list[PairSet]) -> None:
    for one in sets:
        excluded = {clause.id for clause in one.contract.clauses if clause.excluded}
        cited = [pair for pair in one.pairs if pair.clause in excluded]
        assert cited
        assert all(pair.side is Side.OUT for pair in cited)


def test_no_request_is_there_twice(sets: list[PairSet]) -> None:
    titles = Counter(pair.request.title for one in sets for pair in one.pairs)
    assert max(titles.values()) == 1


def test_both_languages_and_both_sides_are_about_half(sets: list[PairSet]) -> None:
    pairs = [pair for one in sets for pair in one.pairs]
    for share in (
        sum(pair.language == "zh" for pair in pairs) / len(pairs),
        sum(pair.side is Side.IN for pair in pairs) / len(pairs),
    ):
        assert 0.45 <= share <= 0.55
