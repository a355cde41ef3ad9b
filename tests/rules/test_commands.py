"""Text to commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.answers import FORMS, SENTENCES, AnswerCode
from model.commands import Command, Verb
from model.decisions import Kind, Scope
from model.projects import Language
from rules.commands import KINDS, MOST_COMMANDS, SCOPES, VERBS, Misread, parse_commands
from tests.hostile import takes_under

ODD = st.text(
    st.sampled_from("/／pol >`~{}<->!:codequtnrmape\n\r\t 3.2天紧急\u3000\u2028\x00"),
    max_size=300,
)


@pytest.mark.parametrize(
    ("line", "verb", "value", "clause", "reason"),
    [
        ("/pool urgent payroll stands still", "urgent", "", "", "payroll stands still"),
        ("/pool 紧急：发不出工资", "urgent", "", "", "发不出工资"),
        (
            "/POOL Kind Question asked by phone",
            "kind",
            "question",
            "",
            "asked by phone",
        ),
        ("/pool 类型 咨询", "kind", "question", "", ""),
        (
            "/pool scope in 2.3 same report",
            "scope",
            "in_contract",
            "2.3",
            "same report",
        ),
        ("/pool 范围 合同内 3.2，同一报表", "scope", "in_contract", "3.2", "同一报表"),
        ("/pool scope daily", "scope", "daily_change", "", ""),
        ("/pool 范围 日常变更", "scope", "daily_change", "", ""),
        ("/pool scope out-of-contract new", "scope", "out_of_contract", "", "new"),
        ("／pool　范围　合同外", "scope", "out_of_contract", "", ""),
        ("/pool estimate 3d", "estimate", "3", "", ""),
        (
            "/pool estimate 0.5 days, tests as well",
            "estimate",
            "0.5",
            "",
            "tests as well",
        ),
        ("/pool 估算 ３天", "estimate", "3", "", ""),
        ("/pool 估算 2 人天", "estimate", "2", "", ""),
        ("/pool link FIN-12", "link", "FIN-12", "", ""),
        ("/pool 关联 #12 同一件事", "link", "#12", "", "同一件事"),
        (r"/pool link \#12", "link", "#12", "", ""),
        ("/pool approve Q-7", "approve", "Q-7", "", ""),
        ("/pool explain", "explain", "", "", ""),
        ("   /pool 同步", "resync", "", "", ""),
    ],
)
def test_a_line_is_a_command(
    line: str, verb: str, value: str, clause: str, reason: str
) -> None:
    [command] = parse_commands(line)
    assert command == Command(line.strip(), Verb(verb), value, clause, reason)


@pytest.mark.parametrize(
    ("line", "code", "verb"),
    [
        ("/pool", "unknown_command", None),
        ("/pool expain", "unknown_command", Verb.EXPLAIN),
        ("/pool dance", "unknown_command", None),
        ("/pool urgent", "reason_missing", Verb.URGENT),
        ("/pool kind bugs-or-so", "unknown_value", Verb.KIND),
        ("/pool scope", "unknown_value", Verb.SCOPE),
        ("/pool scope in", "no_clause", Verb.SCOPE),
        ("/pool estimate soon", "unknown_value", Verb.ESTIMATE),
        ("/pool estimate 0d", "unknown_value", Verb.ESTIMATE),
        ("/pool estimate 3weeks", "unknown_value", Verb.ESTIMATE),
        ("/pool link", "unknown_value", Verb.LINK),
    ],
)
def test_a_line_that_is_not_understood_says_what_was_meant(
    line: str, code: str, verb: Verb | None
) -> None:
    assert parse_commands(line) == (Misread(line, AnswerCode(code), verb),)


@pytest.mark.parametrize(
    "text",
    [
        "please /pool urgent it burns",
        "see /pool/data",
        "/pools urgent x",
        "> /pool explain",
        ">>> \n> x",
        ">>>\n/pool explain\n>>>",
        "```\n/pool explain\n```",
        "\\`\\`\\`\n/pool explain\n\\`\\`\\`",
        "- ```\n  /pool explain\n  ```",
        "~~~ `x`\n/pool explain\n~~~",
        "````\n```\n/pool explain\n````",
        "    /pool explain",
        "\t/pool explain",
        "* /pool explain",
        "bq. /pool explain",
        "{quote}\n/pool explain\n{quote}",
        "{code:title=x|lang=sh}\n/pool explain\n{code}",
        "{noformat}\n{code}\n/pool explain\n{noformat}",
        "<pre>\n/pool explain\n</pre>",
        "<!--\n/pool explain\n-->",
        "`/pool explain`",
    ],
)
def test_what_is_quoted_or_code_asks_for_nothing(text: str) -> None:
    assert parse_commands(text) == ()


@pytest.mark.parametrize(
    "before",
    [
        "> quoted\n",
        "```\ncode\n```\n",
        "{code}x{code}\r\n",
        "{quote}\nyours\n{quote}\n",
        "<!-- note -->\n",
        ">>>\nquoted\n>>>\n",
        "<PRE>\ncode\n</Pre>\n",
    ],
)
def test_after_a_quotation_a_command_counts(before: str) -> None:
    assert [one.line for one in parse_commands(f"{before}/pool explain")] == [
        "/pool explain"
    ]


def test_commands_keep_their_order_and_their_number_is_bounded() -> None:
    text = "\n".join(f"/pool link FIN-{n}" for n in range(50))
    asked = parse_commands(text)
    assert [one.line for one in asked[:-1]] == text.split("\n")[:MOST_COMMANDS]
    assert isinstance(asked[-1], Misread)
    assert asked[-1].code is AnswerCode.TOO_MANY


@given(ODD | st.text())
def test_any_text_comes_to_commands_that_stand_in_it(text: str) -> None:
    for one in parse_commands(text):
        assert one.line in text
        assert one.line[:5].casefold() in {"/pool", "／pool"}


@given(ODD)
def test_a_quoted_text_asks_for_nothing(text: str) -> None:
    lines = text.replace("\r", "\n").split("\n")
    assert parse_commands("\n".join(f"> {line}" for line in lines)) == ()


@given(st.text(st.characters(exclude_characters="`\r\n"), max_size=50))
def test_a_fenced_text_asks_for_nothing(text: str) -> None:
    assert parse_commands(f"```\n/pool {text}\n```") == ()


@pytest.mark.parametrize(
    "part", ["{code", "<!--", "```", "/pool ", "/pool\n", "<pre ", "\n>>>\n", "-"]
)
def test_a_megabyte_of_anything_is_read_quickly(part: str) -> None:
    text = "/pool explain\n" + part * (1_000_000 // len(part))
    assert parse_commands(text)
    assert takes_under(2, lambda: parse_commands(text))


def test_every_command_has_a_form_and_every_form_is_understood() -> None:
    assert set(FORMS) == set(Verb) == set(VERBS.values())
    assert set(KINDS.values()) == set(Kind)
    assert set(SCOPES.values()) == set(Scope) - {Scope.NEEDS_REVIEW}
    for verb, forms in FORMS.items():
        for form in forms.values():
            [asked] = parse_commands(form)
            assert isinstance(asked, Command)
            assert asked.verb is verb


def test_every_answer_has_its_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(AnswerCode)
    assert {frozenset(said) for said in SENTENCES.values()} == {frozenset(Language)}
