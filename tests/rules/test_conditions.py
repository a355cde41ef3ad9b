"""What a condition finds, and what it does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from model.decisions import FactValue, Section
from rules.case import shorten, show
from rules.decide import decide
from rules.load_ruleset import load_ruleset

DAY = date(2026, 11, 20)


def holds(when: str, **facts: FactValue) -> bool:
    text = f"""
name: x
terms: {{how_to: [怎么, how do i], at: ['@@here', x]}}
kind: [{{id: a, when: {when}, set: task}}]
"""
    ruleset, problems = load_ruleset(text, file="f")
    assert ruleset is not None, problems
    given = {name.replace("__", "."): value for name, value in facts.items()}
    return Section.KIND in decide(ruleset, given).verdict


@pytest.mark.parametrize("title", ["bug", "BUG", "Ｂｕｇ"])
def test_equality_knows_neither_case_nor_width(title: str) -> None:
    assert holds("{issue.title: Bug}", issue__title=title)


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("导出", "报表导出失败"),
        ("export", "报表export失败"),
        ("export", "EXPORTED twice"),
        ("invoice", "all invoices"),
        ("how do i", "So how  do\nI print"),
        ("doesn't", "it doesn’t save"),
        ("３月", "3月报表"),
        ("c++", "a C++ client"),
    ],
)
def test_contains_finds_words_in_both_languages(word: str, title: str) -> None:
    assert holds(f"{{issue.title: {{contains: {word!r}}}}}", issue__title=title)


@pytest.mark.parametrize(
    ("word", "title"),
    [("bug", "a debug switch"), ("how to", "show tomorrow"), ("ui", "require")],
)
def test_contains_does_not_find_a_word_inside_another(word: str, title: str) -> None:
    assert not holds(f"{{issue.title: {{contains: {word}}}}}", issue__title=title)


def test_a_term_stands_for_its_words() -> None:
    assert holds("{issue.title: {contains: '@how_to'}}", issue__title="How do I")
    assert holds("{issue.title: '@how_to'}", issue__title="怎么")
    assert holds("{issue.labels: {any: [a, '@how_to']}}", issue__labels=("怎么",))


def test_a_doubled_at_is_a_plain_at() -> None:
    assert holds("{issue.title: '@@how_to'}", issue__title="@how_to")
    assert holds("{issue.title: '@at'}", issue__title="@here")


def test_text_is_title_and_description() -> None:
    when = "{issue.text: {contains: 导出}}"
    assert holds(when, issue__title="x", issue__description="请导出")
    assert holds(when, issue__text="导出")
    assert not holds(when, issue__title="x")


def test_a_pattern_sees_the_text_as_written_but_for_case() -> None:
    assert holds("{issue.title: {matches: '^fin-[0-9]+：'}}", issue__title="FIN-12：x")


def test_lists_answer_any_all_and_none() -> None:
    labels = ("Urgent", "现场")
    assert holds("{issue.labels: {any: [urgent, x]}}", issue__labels=labels)
    assert holds("{issue.labels: {all: [urgent, 现场]}}", issue__labels=labels)
    assert not holds("{issue.labels: {all: [urgent, x]}}", issue__labels=labels)
    assert holds("{issue.labels: {none: [x]}}", issue__labels=labels)
    assert not holds("{issue.labels: {none: [x, urgent]}}", issue__labels=labels)


@pytest.mark.parametrize("days", [Decimal("0.3"), 0.3])
def test_numbers_compare_as_they_are_written(days: FactValue) -> None:
    assert holds("{estimate.days: {lte: 0.3}}", estimate__days=days)
    assert holds("{estimate.days: {gte: 0.3}}", estimate__days=days)
    assert holds("{estimate.days: 0.3}", estimate__days=days)
    assert not holds("{estimate.days: {lt: 0.3}}", estimate__days=days)


def test_several_fields_must_all_hold() -> None:
    when = "{issue.type: a, issue.status: b, issue.priority: c, client.slug: d}"
    facts = {"issue__type": "a", "issue__status": "b", "issue__priority": "c"}
    assert holds(when, **facts, client__slug="d")
    assert not holds(when, **facts, client__slug="x")


def test_groups_nest() -> None:
    when = (
        "{any: [{issue.type: a}, {all: [{issue.status: b}, {not: {issue.type: c}}]}]}"
    )
    assert holds(when, issue__type="a")
    assert holds(when, issue__status="b", issue__type="d")
    assert not holds(when, issue__status="b", issue__type="c")


@pytest.mark.parametrize(
    "when",
    [
        "{issue.type: a}",
        "{issue.type: [a, b]}",
        "{issue.title: {contains: a}}",
        "{issue.title: {matches: a}}",
        "{issue.labels: {any: [a]}}",
        "{issue.labels: {all: [a]}}",
        "{estimate.days: {lt: 1}}",
        "{contract.match.excluded: false}",
        "{today: {after: 2020-01-01}}",
        "{issue.created_at: {within: 9w}}",
        "{issue.type: {exists: true}}",
    ],
)
def test_a_condition_on_an_absent_fact_is_false_and_not_of_it_true(when: str) -> None:
    assert not holds(when)
    assert holds(f"{{not: {when}}}")


def test_none_of_an_absent_list_is_true() -> None:
    assert holds("{issue.labels: {none: [a]}}")


@pytest.mark.parametrize("empty", ["", None])
def test_what_is_empty_does_not_exist(empty: str | None) -> None:
    assert holds("{issue.description: {exists: false}}", issue__description=empty)


def test_a_fact_of_the_wrong_type_counts_as_absent() -> None:
    assert holds("{estimate.days: {exists: false}}", estimate__days="three")
    assert not holds("{estimate.days: {lt: 9}}", estimate__days=Decimal("sNaN"))
    assert not holds("{estimate.days: {exists: true}}", estimate__days=float("nan"))
    assert not holds("{issue.labels: {any: [a]}}", issue__labels="a")


@pytest.mark.parametrize(
    ("asked", "fact", "right", "wrong"),
    [
        ("issue.title: a", "issue__title", "A", ("", 1, ("a",), None)),
        ("issue.labels: {any: [a]}", "issue__labels", ["A", 3], ("a", (), {"a": 1})),
        ("estimate.days: 1", "estimate__days", Decimal("1.0"), (True, "1", [1])),
        ("issue.confidential: true", "issue__confidential", True, ("true", 1)),
        ("today: 2026-11-20", "today", DAY, ("2026-11-20", 1)),
    ],
)
def test_only_a_value_of_its_own_type_is_compared(
    asked: str, fact: str, right: Any, wrong: tuple[Any, ...]
) -> None:
    assert holds(f"{{{asked}}}", **{fact: right})
    assert not any(holds(f"{{{asked}}}", **{fact: value}) for value in wrong)


def test_what_was_found_is_shown_on_one_line_and_long_texts_are_cut() -> None:
    assert [show(value) for value in (None, True, DAY, 1.5)] == [
        *("", "true", "2026-11-20", "1.5"),
    ]
    assert show({"b", "a"}) == show(["b", "a"]) == "a, b"
    assert show("one\n  two") == "one two"
    assert shorten("x" * 120) == "x" * 120
    assert shorten("x" * 121) == "x" * 120 + "…"
    assert shorten("x " + " " * 236 + "yz") == "x yz"
    assert shorten("x " + " " * 238 + "yz") == "x"
