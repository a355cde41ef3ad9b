"""Answers parsed as far as they are read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shapes import list_of, parse_answer, parse_as, shape

_PERSON = shape("id")
_parse = parse_as(list_of(shape("title", author=_PERSON, others=list_of(_PERSON))))

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text()
values = plain | st.lists(plain, max_size=2) | st.dictionaries(st.text(), plain)
people = st.fixed_dictionaries({}, optional={"id": values, "avatar": values})
issues = st.fixed_dictionaries(
    {},
    optional={
        "title": values,
        "author": st.none() | people | values,
        "others": st.none() | st.lists(people, max_size=2) | values,
        "more": values,
    },
)


@given(st.lists(issues, max_size=3))
def test_what_is_named_is_as_it_was_written(rows: list[dict[str, Any]]) -> None:
    found = _parse(json.dumps(rows).encode())
    assert [_named(row) for row in found] == [_named(row) for row in rows]


def _named(row: dict[str, Any]) -> list[Any]:
    author, others = row.get("author"), row.get("others")
    listed = others if isinstance(others, list) else [others]
    return [row.get("title"), _id(author), *map(_id, listed)]


def _id(person: Any) -> Any:
    return person.get("id") if isinstance(person, dict) else person


def test_nothing_is_made_of_the_rest() -> None:
    row = {"title": "a", "more": 1, "author": {"id": 1, "avatar": "b"}, "others": []}
    known = {"title": "a", "author": {"id": 1}, "others": []}
    assert _parse(json.dumps([row]).encode()) == [known]


@pytest.mark.parametrize(
    "body",
    [
        rb'[{"title":"\ud83d"}]',
        b'[{"title":1,"title":2}]',
        b'[{"others":[{"id":1},null,3],"more":4}]',
        b'{"error":"404"}',
    ],
    ids=["half of a pair", "a name twice", "other types", "no list"],
)
def test_what_is_odd_is_read_as_everywhere_else(body: bytes) -> None:
    assert _parse(body) == parse_answer(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'[{"title":1]', b"[{}] x", b'[{"more":' + b"[" * 100_000],
    ids=["nothing", "a page", "unclosed", "more than one", "deep"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parsers' own words
        _parse(body)
