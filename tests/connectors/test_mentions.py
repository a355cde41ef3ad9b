"""No text of ours calls anybody, whatever is in it and whoever renders it."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.github.mapping import quieten as quieten_for_github
from connectors.github.mapping import write_sticky
from connectors.gitlab.note_text import quieten as quieten_for_gitlab
from connectors.gitlab.note_text import write_sticky_note
from connectors.jira.comments import neutralise
from connectors.jira.wiki import to_wiki
from sandbox.mentions import called_in_github, called_in_gitlab, called_in_jira

PIECES = (
    *(
        "@",
        "@all",
        "@wang.li",
        "[~",
        "[~wang.li]",
        "[~accountid:5b10ac8d]",
        "~",
        "[",
        "]",
    ),
    *("&#64;", "&#064", "&#x40;", "&#X040", "&commat;", "&amp;#64;", "&", "#64;", "64"),
    *("all", "wang", "中", "_", ".", "-", " ", "\n", "\r\n", "\t", "\\", "`", "```\n"),
    *("<!--", "-->", "<b>", "{code}", "{noformat}", "*", "|", "(", "[a](b)", "a@b.cn"),
    *("\u200b", "\u2060", "\u200d", "\u00a0", "\u2028", "#12", "GH-1", "/close\n"),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map(
    "".join
)


def written_for_jira(text: str) -> str:
    return neutralise(to_wiki(text))


WRITERS: dict[Callable[[str], str], Callable[[str], list[str]]] = {
    written_for_jira: called_in_jira,
    write_sticky_note: called_in_gitlab,
    quieten_for_gitlab: called_in_gitlab,
    write_sticky: called_in_github,
    quieten_for_github: called_in_github,
}


@settings(max_examples=400)
@given(TEXTS)
@example("@@all")
@example("&#64;@all")
@example("&amp;#64;all")
@example("&#064@all")
@example("&#32@all")
@example("&amp@all")
@example("&#064A@")
@example("\\@all \\[~wang.li\\]")
@example("[[~wang.li]](https://x.example)")
@example("```\n[~wang.li]\n```")
def test_no_text_of_ours_calls_anybody(text: str) -> None:
    for write, find_called in WRITERS.items():
        assert find_called(write(text)) == [], write


@pytest.mark.parametrize(
    ("find_called", "text", "who"),
    [
        (called_in_jira, "看 [~accountid:5b10] 和 [~wang.li]", ["5b10", "wang.li"]),
        (called_in_gitlab, "请@all 看 &#64;root", ["all", "root"]),
        (called_in_github, "a@b.cn (@octo-cat)", ["octo-cat"]),
    ],
)
def test_the_stand_ins_find_whom_a_text_calls(
    find_called: Callable[[str], list[str]], text: str, who: list[str]
) -> None:
    assert find_called(text) == who
