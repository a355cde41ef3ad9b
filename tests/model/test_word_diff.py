"""The laws of the comparison by words."""

from hypothesis import given
from hypothesis import strategies as st

from model.word_diff import Fate, Piece, diff_words

TEXTS = st.text(alphabet="资金日报、周月 ab,.(-", max_size=40)


@given(before=TEXTS, after=TEXTS)
def test_both_wordings_can_be_read_back(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(it.text for it in pieces if it.fate is not Fate.NEW) == before
    assert "".join(it.text for it in pieces if it.fate is not Fate.GONE) == after


@given(text=TEXTS)
def test_the_same_text_has_only_kept_words(text: str) -> None:
    assert all(piece.fate is Fate.KEPT for piece in diff_words(text, text))


def test_an_insertion_begins_where_people_would_say_it_does() -> None:
    pieces = diff_words("资金日报按公司汇总。", "资金日报、周报按公司汇总。")
    assert Piece(Fate.NEW, "、周报") in pieces


def test_texts_that_have_little_in_common_are_compared_as_a_whole() -> None:
    fates = [piece.fate for piece in diff_words("凭证录入。", "每月汇率自动更新。")]
    assert fates == [Fate.GONE, Fate.NEW]
