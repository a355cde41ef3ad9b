"""The clauses that a request is about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.contracts import Clause, Contract
from model.decisions import Evidence
from rules.matching.conclude import Ranked, conclude
from rules.matching.likeness import CLAUSE, INSIDE, Features
from rules.matching.match import Match, Matcher, Request, settle
from rules.matching.scopes import likely_scopes
from rules.matching.word_matcher import WordMatcher
from tests.rules.matching.demo import NAMES, demo_contract

INDEXES = {name: WordMatcher().index(demo_contract(name)) for name in NAMES}


def asked(name: str, title: str, description: str = "", module: str = "") -> Match:
    return INDEXES[name].match(Request(title, description, module))


def best(match: Match) -> str:
    return match.clauses[0].clause


def contract_of(*clauses: Clause) -> Contract:
    return Contract(slug="c", name="C", client="c", clauses=clauses)


def test_words_are_one_engine_behind_the_seam() -> None:
    matcher: Matcher = WordMatcher()
    assert asked("acme", "cash").engine == matcher.engine


def test_other_coefficients_are_another_engine() -> None:
    other = WordMatcher(replace(CLAUSE, version="ours"))
    assert other.engine != WordMatcher().engine


@pytest.mark.parametrize(
    ("name", "title", "clause"),
    [
        ("acme", "Deputy during absence", "4.2"),
        ("acme", "资金日报", "2.1"),
        ("hdjx", "日报", "2.1"),
        ("hdjx", "Delegate approvals", "4.2"),
        ("beigang", "质保金", "CTR-03"),
        ("beigang", "付款单 posting status", "INT-02"),
    ],
)
def test_a_few_characters_find_their_clause(name: str, title: str, clause: str) -> None:
    assert best(asked(name, title)) == clause


def test_what_the_contract_excludes_is_said_to_be_excluded() -> None:
    match = asked("hdjx", "微信小程序里看报表")
    assert match.excluded
    assert match.clauses[0].excluded
    assert match.score == match.clauses[0].score


def test_an_exclusion_half_as_near_as_the_best_clause_decides() -> None:
    near = Evidence("1", "M", "", score=0.8)
    carved = Evidence("2", "M", "", score=0.4, excluded=True)
    assert settle((near, carved), "any").excluded


def test_an_exclusion_far_behind_the_best_clause_does_not() -> None:
    near = Evidence("1", "M", "", score=0.8)
    far = Evidence("2", "M", "", score=0.39, excluded=True)
    assert not settle((near, far), "any").excluded


def test_what_is_often_left_out_is_not_granted_by_a_clause_silent_on_it() -> None:
    plain = asked("hdjx", "资金日报")
    spoken = asked("hdjx", "语音播报资金日报")
    assert best(spoken) == best(plain) == "2.1"
    assert spoken.score < plain.score / 1.5


def test_a_phone_number_asks_for_no_phone() -> None:
    match = asked("acme", "Supplier phone number", module="Supplier records")
    assert best(match) == "5.3"
    assert not match.excluded


def test_an_exclusion_is_met_from_whatever_module() -> None:
    match = asked("hdjx", "微信小程序", module="资金管理")
    assert match.excluded
    assert match.score == asked("hdjx", "微信小程序").score


def test_nothing_in_common_is_no_evidence() -> None:
    match = asked("acme", "Zebra crossing")
    assert (match.clauses, match.score, match.excluded) == ((), 0.0, False)


def test_an_empty_request_meets_nothing() -> None:
    assert asked("acme", "").clauses == ()


def test_matched_words_are_the_requests_own() -> None:
    match = asked("acme", "DAILY cash-position 不准", "Drill-down is missing too")
    assert match.clauses[0].matched == ("DAILY cash-position", "Drill-down")


def test_at_most_three_clauses_are_shown_best_first() -> None:
    scores = [
        one.score for one in asked("acme", "approval of contract payment").clauses
    ]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "title",
    [
        "Question on clause 4.3",
        "see Section 4.3, please",
        "§4.3",
        "第4.3条怎么理解",
        "按4.3条处理",
        "合同 4.3 的资金日报",
    ],
)
def test_a_clause_named_by_its_id_comes_first(title: str) -> None:
    match = asked("hdjx", title)
    assert best(match) == "4.3"
    assert match.score > 0.7


@pytest.mark.parametrize(
    "title", ["version 4.3", "clause 14.3", "clause 4.31", "第4.3.1条"]
)
def test_a_number_that_only_looks_like_an_id_names_nothing(title: str) -> None:
    assert asked("hdjx", title).score < 0.7


def test_a_clause_may_be_called_by_a_chinese_number() -> None:
    contract = contract_of(Clause(id="第三条", module="总账", text="凭证录入"))
    match = WordMatcher().index(contract).match(Request("依据第三条"))
    assert best(match) == "第三条"


def test_the_trackers_module_raises_clauses_of_that_module() -> None:
    plain = asked("hdjx", "提醒")
    told = asked("hdjx", "提醒", module="合同台账")
    assert best(told) == "3.2"
    assert told.score > plain.score


def test_a_module_is_recognised_in_the_other_language() -> None:
    plain = asked("hdjx", "提醒")
    assert asked("hdjx", "提醒", module="Contract register").score > plain.score


def test_a_module_that_shares_a_word_only_is_neither_the_same_nor_another() -> None:
    plain = asked("acme", "bank statement")
    assert asked("acme", "bank statement", module="Bank").score == plain.score
    assert asked("acme", "bank statement", module="Dashboards").score < plain.score


def test_the_title_weighs_more_than_the_description() -> None:
    index = INDEXES["acme"]
    match = index.match(Request("Consolidation", "we saw it beside the audit log"))
    assert best(match) == "1.4"


def test_a_long_description_does_not_drown_the_title() -> None:
    noise = "The colleagues met in the canteen and talked about football. " * 40
    assert asked("acme", "Rolling forecast", noise).score > 0.25


def test_a_clause_counts_only_while_it_holds() -> None:
    clause = Clause("1", "M", "承兑汇票台账", valid_from=date(2026, 7, 8))
    index = WordMatcher().index(contract_of(clause))
    before = index.match(Request("承兑汇票", today=date(2026, 7, 7)))
    since = index.match(Request("承兑汇票", today=date(2026, 7, 8)))
    assert before.clauses == ()
    assert best(since) == "1"


def test_the_order_of_clauses_in_the_file_does_not_change_scores() -> None:
    contract = demo_contract("acme")
    turned = replace(contract, clauses=contract.clauses[::-1])
    request = Request("Export the daily cash position")
    expected = INDEXES["acme"].match(request).clauses
    found = WordMatcher().index(turned).match(request).clauses
    assert [one.clause for one in found] == [one.clause for one in expected]
    assert [one.score for one in found] == [one.score for one in expected]


TEXTS = st.text(
    alphabet=st.sampled_from("资金日报审批合同导出第3.2条 clause export-bank。")
)


@given(title=TEXTS, description=TEXTS, module=TEXTS)
def test_a_match_explains_itself_whatever_is_asked(
    title: str, description: str, module: str
) -> None:
    request = Request(title, description, module)
    match = INDEXES["hdjx"].match(request)
    assert match == INDEXES["hdjx"].match(request)
    assert 0 <= match.score <= 1
    for one in match.clauses:
        assert all(word in f"{title}\n{description}" for word in one.matched)


def test_probabilities_of_scope_add_up_to_one() -> None:
    likely = likely_scopes(asked("acme", "Daily cash position"))
    assert sum(Decimal(str(each)) for each in likely.values()) == 1


@pytest.mark.parametrize(("score", "shown"), [(0.05, "abc"), (0.2, "abx")])
def test_the_last_place_is_for_an_exclusion_that_comes_almost_as_near(
    score: float, shown: str
) -> None:
    grants = [Clause(each, "M", each) for each in "abc"]
    carved = Clause("x", "M", "x", excluded=True)
    scores = {"a": 0.5, "b": 0.4, "c": 0.3, "x": score}
    none = Features(0.0, 0.0, 0.0, 0.0, 0.0)
    ranked = [
        Ranked(each, none, scores[each.id], frozenset("t"))
        for each in (*grants, carved)
    ]
    read = WordMatcher().index(contract_of(*grants)).read(Request("t"))
    match = conclude(ranked, read, INSIDE, "engine")
    assert "".join(one.clause for one in match.clauses) == shown
