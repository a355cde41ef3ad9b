"""Terms that two texts can have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching.phrases import Passage, phrases
from rules.matching.words import fold, scan, stem


def keys(text: str) -> set[str]:
    return {term.key for term in scan(text)}


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("资金日报", "Daily fund overview"),
        ("审批人可委托他人", "An approver may delegate"),
        ("导出 Excel", "Download as spreadsheet"),
        ("银企直连", "bank connection"),
        ("单点登录", "single sign-on"),
        ("合同到期提醒", "Reminders before agreements expire"),
    ],
)
def test_both_languages_meet_in_concepts(chinese: str, english: str) -> None:
    assert len(keys(chinese) & keys(english)) >= 1
    assert all(key.startswith("#") for key in keys(chinese) & keys(english))


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "approved", "approving", "approver", "approval"),
        ("export", "exports", "exported", "exporting"),
        ("allocate", "allocation", "allocations"),
        ("plan", "plans", "planned", "planning"),
        ("currency", "currencies"),
    ],
)
def test_forms_of_a_word_share_a_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_short_words_are_not_cut_to_pieces() -> None:
    assert [stem(word) for word in ("added", "bus", "sing", "ion")] == [
        "add",
        "bus",
        "sing",
        "ion",
    ]


def test_words_in_no_list_are_read_as_pairs_of_characters() -> None:
    text = "1 齿轮厂"
    pairs = [term for term in scan(text) if term.key[0] in text[2:]]
    assert {text[pair.start : pair.end] for pair in pairs} == {"齿轮", "轮厂"}
    assert [pair.key for pair in pairs] == ["齿轮", "轮厂"]
    assert sum(pair.weight for pair in pairs) == 1.5


def test_a_single_character_counts_only_where_no_longer_word_covers_it() -> None:
    assert "#approval" in keys("单子谁批?")
    assert "#approval" not in keys("批量")


def test_words_that_carry_no_matter_are_passed_over() -> None:
    assert keys("请问能不能麻烦尽快") == set()
    assert keys("Could you please do this as soon as possible") == set()


def test_width_and_case_make_no_difference() -> None:
    assert keys("ＥＸＣＥＬ导出") == keys("excel导出")


def test_addresses_say_nothing() -> None:
    assert keys("https://jira.example.com/browse/EXPORT-1 a@bank.example") == set()


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_terms_lie_inside_the_text(text: str) -> None:
    for term in scan(text):
        assert 0 <= term.start < term.end <= len(text)
        assert 0 < term.weight <= 1


def test_stretches_that_touch_read_as_one_phrase() -> None:
    passages = [Passage("Approval flow of payments", [(0, 8), (9, 13), (17, 25)])]
    assert phrases(passages) == ("Approval flow", "payments")


def test_a_phrase_is_shown_once_in_its_first_spelling() -> None:
    passages = [Passage("Bank", [(0, 4)]), Passage("the bank", [(4, 8)])]
    assert phrases(passages) == ("Bank",)
