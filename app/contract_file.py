"""Contracts as files of their own: what ``reqpool contract import`` reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.rulesets import load_bytes
from model.contracts import Contract
from model.errors import Problem, RulesetError
from model.phrase import Phrase
from rules.document import (
    ListNode,
    MapNode,
    Node,
    Problems,
    Scalar,
    decode,
    parse_document,
    suggest,
)
from rules.document_json import write_json
from rules.matching.contract import load_contract, read_contract
from rules.sheets.clause_rows import read_clause_rows
from rules.sheets.csv_sheet import parse_csv
from rules.sheets.headings import likeness
from rules.sheets.sheet import Row
from rules.sheets.xlsx_sheet import parse_xlsx

_YAML = frozenset({".yaml", ".yml", ".json"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a table cannot say of its contract.

    Attributes:
        contract: its slug.
        client: of a contract that is not in the pool yet.
        name: of the contract, or of the amendment.
        signed_on: the contract, or the amendment.
        currency: ISO 4217.
        amendment: the table holds this amendment's clauses alone; empty when it holds
            the whole contract.
        sheet: of a workbook; the first one by default.
        ignored: headings of columns that are not ours.
    """

    contract: str = ""
    client: str = ""
    name: str = ""
    signed_on: date | None = None
    currency: str = ""
    amendment: str = ""
    sheet: str = ""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the pool knows: contracts, their texts by fingerprint, slugs of clients."""

    contracts: Mapping[str, Contract]
    texts: Mapping[str, str]
    clients: frozenset[str]


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A contract with the text that it can be read from again."""

    contract: Contract
    text: str
    name: str


def load_contract_file(path: Path, heading: Heading, known: Known) -> ContractFile:
    """Read a contract from YAML, CSV or XLSX.

    Args:
        path: ``.yaml``, ``.yml`` or ``.json`` are documents; anything else is a table,
            and XLSX when it begins like one.
        heading: what the table leaves open; must agree with a document.
        known: what it may refer to.

    Raises:
        RulesetError: every problem at once, with row and column.
    """
    problems = Problems(str(path))
    data = load_bytes(path)
    if path.suffix.lower() in _YAML:
        text = _read_document(data, heading, problems)
    else:
        rows = _read_rows(path, data, heading, problems)
        text = "" if rows is None else _read_table(rows, heading, known, problems)
    contract = None
    if not problems:
        contract, found = load_contract(text, file=str(path))
        problems.found += found
    if contract is not None:
        _check_owner(contract, known, problems)
    if contract is None or problems:
        ordered = sorted(problems.found, key=lambda each: (each.line, each.column))
        raise RulesetError(ordered)
    return ContractFile(contract, text, path.name)


def _read_document(data: bytes, heading: Heading, problems: Problems) -> str:
    text = decode(data, problems)
    node = parse_document(text, problems) if text is not None else None
    if node is None or text is None:
        return ""
    contract = read_contract(node, problems)
    if heading.contract and heading.contract != contract.slug:
        said = Phrase(
            'this is contract "{slug}", not "{contract}"',
            slug=contract.slug,
            contract=heading.contract,
        )
        _complain(problems, "E_REF", said, "leave --contract out, or mend the file")
    if heading.amendment:
        hint = "write it under amendments: in the document"
        _complain(problems, "E_FIELD", "--amendment is for tables", hint)
    return text


def _read_rows(
    path: Path, data: bytes, heading: Heading, problems: Problems
) -> list[Row] | None:
    if data.startswith((_ZIP, _OLE)) or path.suffix.lower() in _WORKBOOKS:
        return parse_xlsx(data, problems, sheet=heading.sheet)
    return parse_csv(data, problems, likeness=likeness)


def _read_table(
    rows: list[Row], heading: Heading, known: Known, problems: Problems
) -> str:
    nodes = read_clause_rows(rows, problems, ignored=heading.ignored)
    root = _contract_node(nodes, heading, known, problems)
    if root is None:
        return ""
    if nodes:
        read_contract(root, problems)
    return write_json(root)


def _contract_node(
    nodes: list[MapNode], heading: Heading, known: Known, problems: Problems
) -> MapNode | None:
    current = known.contracts.get(heading.contract)
    if not heading.contract:
        hint = "name it: --contract SLUG"
        _complain(problems, "E_FIELD", "a table does not say which contract", hint)
        return None
    if heading.amendment:
        return _amended_node(nodes, heading, current, known, problems)
    client = heading.client or (current.client if current else "")
    if not client:
        hint = "name its client: --client SLUG"
        said = Phrase('"{contract}" is a new contract', contract=heading.contract)
        _complain(problems, "E_FIELD", said, hint)
        return None
    return _whole_node(nodes, heading, current, client)


def _whole_node(
    nodes: list[MapNode], heading: Heading, current: Contract | None, client: str
) -> MapNode:
    before = current or Contract(heading.contract, heading.contract, client, ())
    return _map(
        {
            "slug": _word(heading.contract),
            "name": _word(heading.name or before.name),
            "client": _word(client),
            "signed_on": _day(heading.signed_on or before.signed_on),
            "currency": _word(heading.currency or before.currency),
            "clauses": ListNode(tuple(nodes)),
        }
    )


def _amended_node(
    nodes: list[MapNode],
    heading: Heading,
    current: Contract | None,
    known: Known,
    problems: Problems,
) -> MapNode | None:
    if heading.signed_on is None:
        hint = "name the day: --signed-on 2026-07-31"
        _complain(problems, "E_FIELD", "when was the amendment signed?", hint)
    text = known.texts.get(current.fingerprint, "") if current else ""
    kept = Problems()
    root = parse_document(text, kept) if text else None
    if not isinstance(root, MapNode) or kept:
        said = Phrase('no contract "{contract}" to amend', contract=heading.contract)
        hint = suggest(heading.contract, known.contracts)
        _complain(problems, "E_REF", said, hint)
        return None
    return _amend(root, nodes, heading)


def _amend(root: MapNode, nodes: list[MapNode], heading: Heading) -> MapNode:
    """Put the amendment where one of its id stands, else behind the others."""
    entries = {key.text: node for key, node in root.entries}
    listed = entries.get("amendments")
    before = listed.nodes if isinstance(listed, ListNode) else ()
    place = next((at for at, it in enumerate(before) if _is(it, heading)), len(before))
    earlier = _map(entries | {"amendments": ListNode(before[:place])})
    ids = {clause.id for clause in read_contract(earlier, Problems()).clauses}
    added, replaced = (
        ListNode(tuple(node for node in nodes if (_id_of(node) in ids) is is_known))
        for is_known in (False, True)
    )
    amendment = _map(
        {
            "id": _word(heading.amendment),
            "name": _word(heading.name),
            "signed_on": _day(heading.signed_on),
            "add": added,
            "replace": replaced,
        }
    )
    amendments = ListNode((*before[:place], amendment, *before[place + 1 :]))
    return _map(entries | {"amendments": amendments})


def _is(node: Node, heading: Heading) -> bool:
    return isinstance(node, MapNode) and _id_of(node) == heading.amendment


def _id_of(node: MapNode) -> str:
    found = node.find("id")
    return found.text if isinstance(found, Scalar) else ""


def _map(entries: Mapping[str, Node | None]) -> MapNode:
    given = ((_word(name), node) for name, node in entries.items() if node is not None)
    return MapNode(tuple(given))


def _word(text: str) -> Scalar:
    return Scalar(text, text)


def _day(day: date | None) -> Scalar | None:
    return _word(day.isoformat()) if day else None


def _complain(problems: Problems, code: str, message: str, hint: str) -> None:
    problems.found.append(Problem(code, message, problems.file, hint=hint))


def _check_owner(contract: Contract, known: Known, problems: Problems) -> None:
    """A client's issues and decisions hang on it, so it never moves to another."""
    before = known.contracts.get(contract.slug)
    if contract.client not in known.clients:
        said = Phrase('no client "{client}"', client=contract.client)
        _complain(problems, "E_REF", said, suggest(contract.client, known.clients))
    elif before and before.client != contract.client:
        said = Phrase(
            '"{slug}" belongs to client "{client}"',
            slug=contract.slug,
            client=before.client,
        )
        _complain(
            problems,
            "E_REF",
            said,
            Phrase("write client: {client}", client=before.client),
        )
