"""What is usually found inside, by what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching.heard import HeardRequest
from rules.matching.meaning import Meaning
from rules.matching.usual import Direction, Usual
from rules.matching.usual_weights import USUAL

EAST, NORTH = Meaning.of([1.0, 0.0]), Meaning.of([0.0, 1.0])
TOWARDS_EAST = Direction.of([0.5, 0.0])
LEARNT = Usual("compass/", TOWARDS_EAST, TOWARDS_EAST)
WEIGHTS = st.lists(st.floats(-1, 1), min_size=4, max_size=4)


def test_what_points_that_way_is_usual() -> None:
    heard = HeardRequest(whole=EAST, title=NORTH)
    assert LEARNT.tell("compass/1", heard, None) == pytest.approx(0.5)


def test_what_the_clause_says_itself_counts_less() -> None:
    heard = HeardRequest(whole=EAST, title=EAST)
    assert LEARNT.tell("compass/1", heard, NORTH) == pytest.approx(1.0)
    assert LEARNT.tell("compass/1", heard, EAST) == pytest.approx(0.5)


def test_nothing_is_told_of_another_encoders_vectors() -> None:
    heard = HeardRequest(whole=Meaning.of([1.0] * 7), title=Meaning.of([1.0] * 7))
    assert LEARNT.tell("letters/1", heard, None) == 0.0


@given(WEIGHTS, WEIGHTS)
def test_directions_survive_packing(one: list[float], two: list[float]) -> None:
    usual = Usual("e/", Direction.of(one), Direction.of(two))
    strengths = (usual.whole.strength, usual.title.strength)
    assert Usual.unpack("e/", strengths, usual.pack()) == usual


def test_what_ships_has_a_weight_for_each_dimension() -> None:
    assert len(USUAL.whole.towards.steps) == len(USUAL.title.towards.steps) == 512
