"""Contracts as files."""

from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest

from model.contracts import Clause, Contract
from rules.matching.contract import load_contract
from tests.rules.matching.demo import DEMO, demo_contract

HEAD = "slug: c\nname: C\nclient: acme\n"


def loaded(body: str) -> Contract:
    contract, problems = load_contract(HEAD + dedent(body), file="c.yaml")
    assert contract, problems
    return contract


def places(body: str) -> list[tuple[str, int, int]]:
    contract, problems = load_contract(HEAD + dedent(body), file="c.yaml")
    assert contract is None
    assert all(problem.file == "c.yaml" and problem.hint for problem in problems)
    return [(problem.code, problem.line, problem.column) for problem in problems]


def test_a_clause_says_all_that_its_line_says() -> None:
    contract = loaded("""
        clauses:
          - {id: 3.10, module: 总账, text: 凭证, excluded: true, allowance_days: 2.5,
             valid_from: 2026-01-01, valid_until: 2026-12-31}
        """)
    assert contract.clauses == (
        Clause(
            id="3.10",
            module="总账",
            text="凭证",
            excluded=True,
            allowance_days=Decimal("2.5"),
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
        ),
    )


AMENDED = """
    clauses:
      - {id: 1, module: M, text: old}
      - {id: 2, module: M, text: kept}
    amendments:
      - id: A1
        signed_on: 2026-07-01
        add: [{id: 3, module: M, text: new}]
        replace: [{id: 1, module: M, text: changed}]
    """


def test_a_replaced_clause_keeps_its_place_and_gets_its_new_text() -> None:
    texts = [clause.text for clause in loaded(AMENDED).clauses]
    assert texts == ["changed", "kept", "new"]


def test_an_added_clause_holds_from_the_day_the_amendment_was_signed() -> None:
    added = loaded(AMENDED).clauses[-1]
    assert not added.is_valid_on(date(2026, 6, 30))
    assert added.is_valid_on(date(2026, 7, 1))


def test_the_fingerprint_changes_with_the_text() -> None:
    one = loaded("clauses: [{id: 1, module: M, text: a}]")
    other = loaded("clauses: [{id: 1, module: M, text: b}]")
    assert len(one.fingerprint) == 64
    assert one.fingerprint != other.fingerprint


def test_every_problem_is_told_at_its_place() -> None:
    assert places("""\
        signed_on: last year
        clauses:
          - {id: 1, module: M, text: a}
          - {id: 1, module: M, text: b}
          - {id: 2, modul: M, text: c}
          - {id: 3, module: M, text: d, allowance_days: -1}
          - {id: 4, module: M, text: e, valid_from: 2026-02-01, valid_until: 2026-01-01}
        amendments:
          - {id: A1, signed_on: 2026-07-01, replace: [{id: 9, module: M, text: f}]}
        """) == [
        ("E_DUP", 7, 5),
        ("E_FIELD", 8, 13),
        ("E_FIELD", 8, 5),
        ("E_RANGE", 9, 5),
        ("E_RANGE", 10, 5),
        ("E_REF", 12, 47),
        ("E_TYPE", 4, 12),
    ]


def test_a_contract_without_clauses_is_refused() -> None:
    assert places("clauses: []\n") == [("E_RANGE", 4, 10)]


def test_a_file_without_anything_lacks_its_fields() -> None:
    contract, problems = load_contract("", file="c.yaml")
    assert contract is None
    assert problems


@pytest.mark.parametrize("name", DEMO)
def test_a_demo_contract_has_exclusions_allowances_and_an_amendment(name: str) -> None:
    contract = demo_contract(name)
    assert contract.client == name
    assert any(clause.excluded for clause in contract.clauses)
    assert any(clause.allowance_days for clause in contract.clauses)
    assert any(clause.valid_from for clause in contract.clauses)
