"""What we write into a note does nothing but say something."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gitlab.note_text import MARKER, read_note, write_sticky_note

texts = st.text(
    st.sampled_from("/\\@&#64;x40commat \n\r\t\u2028closeall中"), max_size=60
)


@pytest.mark.parametrize(
    "text",
    [
        "/close",
        "计划版本:2.1\n/close",
        "a\r/label ~bug",
        "a\r\n  /assign @root",
        "a\u2028/move x/y",
        "\t/tableflip",
    ],
)
def test_d6_no_line_begins_like_a_quick_action(text: str) -> None:
    assert not re.search(r"^\s*/", write_sticky_note(text), re.MULTILINE)


@pytest.mark.parametrize(
    "text", ["@all 请看", "你好@root", "(@root)", "&#64;all", "&commat;all"]
)
def test_nobody_is_mentioned(text: str) -> None:
    assert not re.search(r"(@|&#64;|&commat;)[a-z]", write_sticky_note(text))


def test_an_address_stays_one() -> None:
    assert "help@vendor.example" in write_sticky_note("help@vendor.example")


@given(texts)
def test_no_text_becomes_a_quick_action_or_a_mention(text: str) -> None:
    body = write_sticky_note(text)
    assert not re.search(r"(?:^|[\n\r\u2028])\s*/", body)
    assert not re.search(r"(?<![A-Za-z0-9_])@[A-Za-z0-9_.]", body)


@given(texts)
def test_a_note_of_ours_reads_as_it_was_asked_for(text: str) -> None:
    asked = re.sub("\r\n|[\r\u2028]", "\n", text).strip()
    assert read_note(write_sticky_note(text)) == asked


def test_the_marker_is_seen_by_us_alone() -> None:
    assert write_sticky_note("计划版本:2.1").endswith(MARKER)
    assert read_note("/close by a person, @all") == "/close by a person, @all"
