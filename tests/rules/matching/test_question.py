"""What the judge is asked, and what of its answer is believed."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.contracts import Clause, Contract
from model.decisions import Scope
from rules.matching.match import Request
from rules.matching.question import UnbelievableError, ask_about, parse_answer

CONTRACT = Contract(
    slug="c",
    name="C",
    client="c",
    clauses=(
        Clause("1", "Reports", "Monthly report"),
        Clause("2", "Mobile", "Mobile app", excluded=True),
        Clause("3", "Reports", "Weekly report", valid_from=date(2026, 7, 1)),
    ),
)


def answer(scope: object = "in", clauses: object = ("1",), **more: object) -> str:
    return json.dumps({"scope": scope, "clauses": clauses, "reason": "r", **more})


def why(text: str) -> str:
    with pytest.raises(UnbelievableError) as raised:
        parse_answer(text, CONTRACT)
    return str(raised.value)


def test_a_verdict_with_clauses_that_exist_is_kept() -> None:
    said = parse_answer(answer("out", ["2"]), CONTRACT)
    assert (said.scope, said.clauses) == (Scope.OUT_OF_CONTRACT, ("2",))


def test_not_being_sure_is_an_answer() -> None:
    assert parse_answer(answer("unsure", []), CONTRACT).scope is None


def test_a_clause_that_does_not_exist_discards_the_whole_answer() -> None:
    assert why(answer("in", ["1", "99"])) == "unknown_clause"


def test_in_needs_a_clause_that_grants_something() -> None:
    assert why(answer("in", [])) == "no_clause"
    assert why(answer("in", ["2"])) == "no_clause"


@pytest.mark.parametrize("text", ["", "In contract.", "```json\n{}\n```", "[" * 9999])
def test_prose_and_fences_are_not_believed(text: str) -> None:
    assert why(text) == "not_json"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        answer("approved"),
        answer(["in"]),
        answer("in", "1"),
        answer("in", [1]),
        answer("in", ["1"] * 6),
        answer(reason=None),
        answer(priority="P0"),
    ],
)
def test_any_other_shape_is_not_believed(text: str) -> None:
    assert why(text) == "wrong_shape"


@given(st.text(max_size=200))
def test_a_request_stays_inside_its_field_whatever_it_says(title: str) -> None:
    system, user = ask_about(Request(title), CONTRACT)
    assert (system["role"], user["role"]) == ("system", "user")
    assert system == ask_about(Request(""), CONTRACT)[0]
    read = json.loads(user["content"])
    assert set(read) == {"clauses", "request"}
    assert read["request"]["title"] == title


def test_only_clauses_that_hold_on_the_day_are_shown() -> None:
    _, user = ask_about(Request("a", today=date(2026, 6, 30)), CONTRACT)
    assert [one["id"] for one in json.loads(user["content"])["clauses"]] == ["1", "2"]
