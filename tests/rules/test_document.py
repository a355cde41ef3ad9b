"""YAML that people wrote, with the place of every word."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest

from rules.document import (
    MAX_PROBLEMS,
    MapNode,
    Plain,
    Problems,
    parse_document,
    suggest,
    to_plain,
)
from rules.document_json import write_json
from rules.fields import Fields


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def read(text: str | bytes) -> tuple[object, list[str]]:
    problems = Problems("f")
    node = parse_document(text, problems)
    return node and to_plain(node), [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("null", None),
        ("~", None),
        ("-7", -7),
        ("0.25", 0.25),
        ("no", "no"),
        ("yes", "yes"),
        ("On", "On"),
        ("True", "True"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e5", "1e5"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("12:30", "12:30"),
        ("2026-07-31", "2026-07-31"),
        ("'7'", "7"),
        ('"true"', "true"),
    ],
)
def test_only_plain_numbers_flags_and_null_are_no_text(
    written: str, value: Plain
) -> None:
    read_value, problems = read(f"a: {written}")
    assert problems == []
    assert read_value == {"a": value}
    assert isinstance(read_value, dict)
    assert type(read_value["a"]) is type(value)


def test_every_node_knows_its_line_and_column() -> None:
    root = parse_document("a: 1\n中文:\n  - b: [x,  y]\n", Problems())
    assert isinstance(root, MapNode)
    places = [(key.text, key.line, key.column) for key, _ in root.entries]
    assert places == [("a", 1, 1), ("中文", 2, 1)]
    inner = root.entries[1][1]
    assert (inner.line, inner.column) == (3, 3)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1", "f:1:4: E_YAML anchor &x is not allowed (write the value out)"),
        ("a: *x", "f:1:4: E_YAML alias *x is not allowed (write the value out)"),
        ("a: 1\na: 2", 'f:2:1: E_DUP "a" is given twice (the first is in line 1)'),
        (
            "--- a\n--- b",
            "f:2:1: E_YAML a second document is not allowed (one document a file)",
        ),
        (b"a: 1\nb: \xff", "f:2:4: E_YAML this is not UTF-8 (save the file as UTF-8)"),
        (
            "a: \ud800",
            "f:1:1: E_YAML half a character (surrogate) (save the file as UTF-8)",
        ),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str | bytes, line: str) -> None:
    assert read(text)[1] == [line]


def test_a_part_is_written_as_a_text_of_its_own() -> None:
    node = parse_document("{名: [1.50, true, null, 'x\"y'], b: {}}", Problems())
    assert node
    assert write_json(node) == '{"名": [1.50, true, null, "x\\"y"], "b": {}}'


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read(b"\xef\xbb\xbfa: 1") == ({"a": 1}, [])


def test_depth_size_and_number_are_limited() -> None:
    assert "E_LIMIT more than 32 levels" in read("[" * 40)[1][0]
    assert "E_LIMIT larger than 1024 KiB" in read("x" * 1_048_577)[1][0]
    assert "E_LIMIT larger than 1024 KiB" in read("\u4e00" * 400_000)[1][0]
    assert "E_LIMIT more than 60000 values" in read("- a\n" * 60_001)[1][0]
    assert read("x" * 1_048_576)[1] == []


def test_a_word_nobody_meant_gets_the_nearest_or_the_known_ones() -> None:
    assert suggest("Titel", ["title", "type"]) == 'did you mean "title"?'
    assert suggest("xyz", ["b", "a"]) == "known: a, b"
    assert suggest("xyz", []) == "none is known"
    assert suggest("?", map(str, range(20))).endswith(" and 5 more")


def test_fields_are_read_as_types() -> None:
    text = """
name: 3.20
days: 2.50
count: 3
sent: true
on: 2026-07-31
colour: red
tags: [a, 1]
one: a
"""
    problems = Problems("f")
    fields = Fields(
        parse_document(text, problems),
        problems,
        known=("name", "days", "count", "sent", "on", "colour", "tags", "one", "none"),
    )
    assert fields.text("name") == "3.20"
    assert fields.decimal("days") == Decimal("2.50")
    assert (fields.integer("count"), fields.flag("sent")) == (3, True)
    assert fields.day("on") == date(2026, 7, 31)
    assert fields.choice("colour", Colour) is Colour.RED
    assert (fields.texts("tags"), fields.texts("one")) == (("a", "1"), ("a",))
    assert (fields.text("none", "x"), fields.texts("none"), fields.day("none")) == (
        "x",
        (),
        None,
    )
    assert not problems


def test_every_wrong_field_is_recorded_and_its_default_answered() -> None:
    text = "name: [x]\ndays: many\ncount: 1.5\nsent: yes\non: 31.7.2026\ncolour: rde\ntags: {}\nnaem: 1\nshade: [red]"
    problems = Problems("f")
    known = ("name", "days", "count", "sent", "on", "colour", "tags", "id", "shade")
    fields = Fields(
        parse_document(text, problems), problems, known=known, required=("id",)
    )
    assert (fields.text("name", "?"), fields.decimal("days")) == ("?", None)
    assert (fields.integer("count"), fields.flag("sent")) == (0, False)
    assert (fields.day("on"), fields.choice("colour", Colour)) == (None, None)
    assert fields.choice("shade", Colour) is None
    assert fields.texts("tags") == ()
    assert sorted((found.line, found.code) for found in problems.found) == [
        (1, "E_FIELD"),
        (1, "E_TYPE"),
        (2, "E_TYPE"),
        (3, "E_TYPE"),
        (4, "E_TYPE"),
        (5, "E_TYPE"),
        (6, "E_REF"),
        (7, "E_TYPE"),
        (8, "E_FIELD"),
        (9, "E_TYPE"),
    ]


def test_something_else_than_a_mapping_is_one_problem() -> None:
    problems = Problems("f")
    fields = Fields(
        parse_document("- a", problems), problems, known=("name",), required=("name",)
    )
    assert not fields.readable
    assert [(p.code, p.hint) for p in problems.found] == [("E_TYPE", "fields: name")]


def test_a_hopeless_file_stops_at_a_hundred_problems() -> None:
    text = "".join(f"field{number}: 1\n" for number in range(500))
    problems = Problems("f")
    Fields(parse_document(text, problems), problems, known=("name",))
    assert len(problems.found) == MAX_PROBLEMS
