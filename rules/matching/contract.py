"""A contract as a file: clauses, and the amendments signed since.

::

    slug: acme-2026
    name: Finance system, Acme Holdings
    client: acme
    signed_on: 2026-01-15
    clauses:
      - {id: 3.2, module: Fund reports, text: Daily fund report by account.}
    amendments:
      - id: A1
        signed_on: 2026-07-01
        add: [{id: 9.1, module: Fund reports, text: Weekly forecast.}]
        replace: [{id: 3.2, module: Fund reports, text: Daily and weekly report.}]
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

from model.contracts import Amendment, Clause, Contract
from model.errors import Problem
from model.phrase import Phrase
from rules.document import Node, Problems, parse_document
from rules.fields import Fields

_CONTRACT = ("slug", "name", "client", "signed_on", "currency", "clauses", "amendments")
_CLAUSE = (
    "id",
    "module",
    "text",
    "excluded",
    "allowance_days",
    "valid_from",
    "valid_until",
)
_AMENDMENT = ("id", "name", "signed_on", "add", "replace")

_Clauses = dict[str, Clause]
"""The clauses so far by id, in the order of the file."""


def load_contract(text: str, *, file: str) -> tuple[Contract | None, list[Problem]]:
    """Read a contract.

    Args:
        text: the file's content.
        file: its name, for the places of problems.

    Returns:
        The contract with its amendments worked in, or None and every problem at once:
        those of ``rules.document``, and ``E_DUP`` for an id given twice, ``E_REF`` for
        an amendment of a clause that is not there, ``E_RANGE`` for a validity that
        ends before it begins, a negative allowance, or no clause at all.
    """
    problems = Problems(file=file)
    root = parse_document(text, problems)
    contract = None if root is None else read_contract(root, problems)
    if contract is None or problems:
        return None, problems.found
    return replace(contract, fingerprint=sha256(text.encode()).hexdigest()), []


def read_contract(root: Node, problems: Problems) -> Contract:
    """Read a contract that is part of a larger file; it has no fingerprint yet."""
    required = ("slug", "name", "client", "clauses")
    fields = Fields(root, problems, known=_CONTRACT, required=required)
    clauses: _Clauses = {}
    for node in fields.items("clauses"):
        _add(clauses, node, problems)
    nodes = fields.items("amendments")
    amendments = [_amend(clauses, node, problems) for node in nodes]
    _check_twice(amendments, nodes, problems)
    if not clauses and "clauses" in fields:
        problems.add("E_RANGE", "no clause", fields.find("clauses") or root, _HINT)
    return Contract(
        slug=fields.text("slug"),
        name=fields.text("name"),
        client=fields.text("client"),
        clauses=tuple(clauses.values()),
        signed_on=fields.day("signed_on"),
        currency=fields.text("currency"),
        amendments=tuple(amendments),
    )


_HINT = "a contract has at least one clause"


def _check_twice(
    amendments: Sequence[Amendment], nodes: Sequence[Node], problems: Problems
) -> None:
    seen: set[str] = set()
    for amendment, node in zip(amendments, nodes, strict=True):
        if amendment.id and amendment.id in seen:
            said = Phrase(
                'amendment "{amendment}" is given twice', amendment=amendment.id
            )
            problems.add("E_DUP", said, node, "give each its own id")
        seen.add(amendment.id)


def _add(
    clauses: _Clauses, node: Node, problems: Problems, since: date | None = None
) -> str:
    clause = _read_clause(node, problems, since)
    if clause.id in clauses:
        hint = "give each clause its own id; an amendment changes one under replace"
        problems.add(
            "E_DUP",
            Phrase('clause "{clause}" is given twice', clause=clause.id),
            node,
            hint,
        )
    elif clause.id:
        clauses[clause.id] = clause
    return clause.id


def _amend(clauses: _Clauses, node: Node, problems: Problems) -> Amendment:
    """Work an amendment in; what it adds holds from the day it was signed."""
    fields = Fields(node, problems, known=_AMENDMENT, required=("id", "signed_on"))
    since = fields.day("signed_on")
    return Amendment(
        id=fields.text("id"),
        name=fields.text("name"),
        signed_on=since,
        adds=tuple(
            _add(clauses, added, problems, since) for added in fields.items("add")
        ),
        replaces=tuple(
            _replace(clauses, replaced, problems)
            for replaced in fields.items("replace")
        ),
    )


def _replace(clauses: _Clauses, node: Node, problems: Problems) -> str:
    clause = _read_clause(node, problems, None)
    if clause.id in clauses:
        clauses[clause.id] = clause
    elif clause.id:
        known = ", ".join(clauses)
        message = Phrase('there is no clause "{clause}" to replace', clause=clause.id)
        problems.add(
            "E_REF", message, node, Phrase("use add, or one of: {known}", known=known)
        )
    return clause.id


def _read_clause(node: Node, problems: Problems, since: date | None) -> Clause:
    required = ("id", "module", "text")
    fields = Fields(node, problems, known=_CLAUSE, required=required)
    clause = Clause(
        id=fields.text("id"),
        module=fields.text("module"),
        text=fields.text("text"),
        excluded=fields.flag("excluded"),
        allowance_days=fields.decimal("allowance_days"),
        valid_from=fields.day("valid_from") or since,
        valid_until=fields.day("valid_until"),
    )
    _check_clause(clause, node, problems)
    return clause


def _check_clause(clause: Clause, node: Node, problems: Problems) -> None:
    begins, ends = clause.valid_from, clause.valid_until
    if begins and ends and ends < begins:
        hint = "valid_until is the last day on which the clause holds"
        problems.add(
            "E_RANGE",
            Phrase("ends on {ends}, before {begins}", ends=ends, begins=begins),
            node,
            hint,
        )
    if clause.allowance_days is not None and clause.allowance_days < Decimal(0):
        hint = "give person-days, or leave it out when there is no limit"
        problems.add("E_RANGE", "a negative allowance", node, hint)
