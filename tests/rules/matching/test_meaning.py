"""What texts mean, kept once and compared."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibration import BUILT_IN, Calibration, Precedent
from rules.matching.match import Request
from rules.matching.meaning import Meaning, Meanings
from tests.rules.matching.demo import demo_contract

VECTORS = st.lists(st.floats(-1, 1), min_size=8, max_size=8)


class Letters:
    """Hears letters: texts with the same ones mean the same."""

    name = "letters/1"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.encoded += texts
        return [[float(text.count(chr(97 + i))) for i in range(26)] for text in texts]


@given(VECTORS)
def test_a_meaning_survives_the_pool(vector: list[float]) -> None:
    meaning = Meaning.of(vector)
    assert Meaning.unpack(meaning.pack()) == meaning


@given(VECTORS, VECTORS)
def test_likeness_is_a_cosine(one: list[float], two: list[float]) -> None:
    near = Meaning.of(one).likeness(Meaning.of(two))
    assert -1.0001 <= near <= 1.0001
    assert near == pytest.approx(Meaning.of(two).likeness(Meaning.of(one)))


def test_a_text_is_encoded_once() -> None:
    encoder = Letters()
    meanings = Meanings(encoder)
    assert meanings.get(["abc", "abc", "d"]) == meanings.get(["abc", "abc", "d"])
    assert encoder.encoded == ["abc", "d"]


def test_the_engine_names_encoder_and_calibration() -> None:
    matcher = BlendedMatcher(Meanings(Letters()))
    assert "letters/1" in matcher.engine
    other = matcher.calibrated(Calibration("c7", BUILT_IN.inside))
    assert other.engine.endswith("calibration/c7")


def test_what_was_decided_on_a_like_request_counts_under_its_own_contract() -> None:
    matcher = BlendedMatcher(Meanings(Letters()))
    contract = demo_contract("acme")

    def likely(*precedents: Precedent) -> float:
        taught = Calibration("taught", BUILT_IN.inside, precedents=precedents)
        index = matcher.calibrated(taught).index(contract)
        return index.match(Request("zzyzx quiz")).inside

    untaught = likely()
    assert likely(Precedent("quiz zzyzx", True, contract.slug)) > untaught
    assert likely(Precedent("quiz zzyzx", False, contract.slug)) < untaught
    assert likely(Precedent("quiz zzyzx", True, "another")) == untaught
