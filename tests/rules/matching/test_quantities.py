"""Asking for more than was agreed."""

from hypothesis import given
from hypothesis import strategies as st

from model.contracts import Clause, Contract
from rules.matching.match import Request
from rules.matching.quantities import exceeds, limits_of, read_quantities
from rules.matching.word_matcher import WordMatcher

KIOSKS = "Up to six lobby kiosks let patients announce their arrival."
RULES = "内置三十条可配置的欺诈风险规则。"


def over(title: str, text: str, *, excluded: bool = False) -> float:
    clause = Clause("1", "M", text, excluded=excluded)
    contract = Contract(slug="c", name="C", client="c", clauses=(clause,))
    return WordMatcher().index(contract).match(Request(title)).leaning.over


def test_numbers_are_read_in_digits_and_words_of_both_languages() -> None:
    assert (41, "room") in read_quantities("Error at the 41st room")
    assert (10, "hous") in read_quantities("Add our tenth house")
    assert (5000, "room") in read_quantities("for 5,000 rooms")
    assert (4005, "家") in read_quantities("四千零五家")
    assert (120_300, "条") in read_quantities("十二万零三百条")


def test_what_counts_anything_says_nothing() -> None:
    assert not read_quantities("二十个人,三次,one page, 12 days")
    assert not read_quantities("2015年的账, 1990 rooms")


def test_more_than_the_clause_grants_is_over() -> None:
    assert over("Eight lobby kiosks please", KIOSKS) == 1.0
    assert over("风险规则扩到两百条", RULES) == 1.0


def test_as_much_as_the_clause_grants_is_not() -> None:
    assert over("Six lobby kiosks are too slow", KIOSKS) == 0.0
    assert over("第三十条风险规则不生效", RULES) == 0.0


def test_an_exclusion_sets_no_limit() -> None:
    assert over("Eight lobby kiosks please", KIOSKS, excluded=True) == 0.0


@given(st.text(alphabet="一二三十百千万零两0123456789 条家rooms,-", max_size=40))
def test_nothing_exceeds_its_own_limits(text: str) -> None:
    assert not exceeds(read_quantities(text), [limits_of(text)])
