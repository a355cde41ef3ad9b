"""How near clauses and requests come in meaning."""

from collections.abc import Sequence

import pytest

from model.contracts import Clause, Contract
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.heard import HeardClauses, Near, find_nearest, hear, heard_texts
from rules.matching.match import Match, Request
from rules.matching.meaning import Meaning, MeaningRows, Meanings
from rules.matching.seldom_granted import SELDOM_GRANTED

GRANTED = Clause("1", "M", "aaab. cccd.")
EXCLUDED = Clause("2", "M", "xxxy", excluded=True)
SELDOM = SELDOM_GRANTED[0]


class Letters:
    """Hears letters: texts with the same ones mean the same."""

    name = "letters/1"

    def __init__(self) -> None:
        self.encoded: set[str] = set()

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.encoded.update(texts)
        return [[float(text.count(chr(97 + i))) for i in range(26)] for text in texts]


def contract_of(*clauses: Clause) -> Contract:
    return Contract(slug="c", name="C", client="c", clauses=clauses)


def match(title: str, *clauses: Clause) -> Match:
    return (
        BlendedMatcher(Meanings(Letters()))
        .index(contract_of(*clauses))
        .match(Request(title))
    )


def test_rows_are_as_alike_as_each_alone() -> None:
    one, two, asked = (Meaning.of(each) for each in ([1, 0.5], [-1, 0.2], [0.3, 1]))
    rows = MeaningRows.of([one, two]).likeness(asked)
    assert list(rows) == pytest.approx([asked.likeness(one), asked.likeness(two)])


def test_a_sentence_may_come_nearer_than_its_clause() -> None:
    meanings = Meanings(Letters())
    heard = HeardClauses.of(meanings, [GRANTED])
    [near] = heard.compare(hear(meanings, "cccd", ""), [GRANTED])
    assert near.segment == pytest.approx(1.0)
    assert near.whole < near.segment


def test_the_best_of_each_kind_of_likeness_is_of_any_clause() -> None:
    found = find_nearest([Near(0.1, 0.5, 0.2), Near(0.3, 0.1, 0.2)])
    assert found == Near(0.3, 0.5, 0.2)
    assert find_nearest([]) == Near(0.0, 0.0, 0.0)


def test_nothing_is_encoded_that_was_not_announced() -> None:
    encoder = Letters()
    HeardClauses.of(Meanings(encoder), [GRANTED, EXCLUDED])
    assert encoder.encoded == set(heard_texts([GRANTED, EXCLUDED]))


def test_what_is_seldom_granted_is_hardly_inside_unless_it_is_granted_here() -> None:
    here = Clause("3", "M", SELDOM)
    beyond = match(SELDOM, GRANTED)
    granted = match(SELDOM, GRANTED, here)
    assert beyond.leaning.beyond > granted.leaning.beyond
    assert beyond.inside < granted.inside


def test_a_contract_without_clauses_has_nothing_near() -> None:
    assert match("aaab").clauses == ()
