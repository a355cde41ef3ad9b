"""How much of a term a text holds, and how much a term says."""

import pytest

from rules.matching.weights import count_terms, even_out, rarity
from rules.matching.words import Term


def test_weights_of_a_term_add_up_by_their_share() -> None:
    terms = [Term("a", 0.5, 0, 1), Term("b", 1.0, 1, 2), Term("a", 1.0, 2, 3)]
    assert count_terms(terms, share=2.0) == {"a": 3.0, "b": 2.0}


def test_in_a_text_of_mean_length_a_word_said_once_weighs_one() -> None:
    assert even_out({"a": 1.0, "b": 1.0}, mean=2.0) == pytest.approx({"a": 1, "b": 1})


def test_a_longer_text_says_each_thing_less_and_a_shorter_one_not_more() -> None:
    longer = even_out(dict.fromkeys("abcd", 1.0), mean=2.0)
    assert longer["a"] == pytest.approx(2.2 / (1 + 1.2 * 1.3))
    assert even_out({"a": 1.0}, mean=2.0) == {"a": 1.0}


def test_what_few_texts_hold_is_rarer_and_nothing_is_less_than_common() -> None:
    assert rarity(1, 9) > rarity(2, 9) > rarity(9, 9) > 0
