"""Rows with headings to clauses, as the document that a contract file is.

==== ====== ============= ======== ==== ========== ==========
编号  模块    内容           是否排除   人天  生效        失效
==== ====== ============= ======== ==== ========== ==========
3.2  资金报表 资金日报按账户…           12   2026-07-01
9.1  除外    移动端不在本合同内  是
==== ====== ============= ======== ==== ========== ==========
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace

from model.phrase import Phrase
from rules.document import MapNode, Problems, Scalar
from rules.sheets.headings import find_field, find_headings, known_headings
from rules.sheets.sheet import Row, add, is_empty

Columns = dict[int, str]
"""The field of each column that is read, by index."""

_REQUIRED = ("id", "text")
_YES = frozenset(
    ["是", "yes", "y", "true", "1", "x", "√", "✓", "✔", "排除", "excluded", "不含"]
)
_NO = frozenset(["否", "no", "n", "false", "0", "-", "—", "无", "/"])
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+0{1,2}:00(?::00)?)?"
)
_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?:人天|人日|天|days?|d)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_clause_rows(
    rows: list[Row], problems: Problems, *, ignored: Collection[str] = ()
) -> list[MapNode]:
    """Turn a table into nodes of clauses, to be checked like those of a YAML file.

    Args:
        rows: the whole table; what stands above the headings is left out.
        problems: where ``E_FIELD``, ``E_DUP`` and ``E_TYPE`` are recorded.
        ignored: headings of columns that are not ours.

    Returns:
        One node a row that has anything in it. A row without a module is of the
        module above it, as in merged cells.
    """
    written = [row for row in rows if not is_empty(row)]
    if not written:
        add(problems, "E_FIELD", "the table is empty", _hint())
        return []
    top = find_headings(written)
    columns = _read_headings(written[top], problems, ignored)
    if not set(_REQUIRED) <= set(columns.values()):
        return []
    return list(_nodes(written[top + 1 :], columns, problems))


def _hint() -> str:
    return Phrase("known headings: {names}", names=", ".join(known_headings()))


def _read_headings(row: Row, problems: Problems, ignored: Collection[str]) -> Columns:
    columns: Columns = {}
    for index, cell in enumerate(row):
        field = "" if not cell.text or cell.text in ignored else find_field(cell.text)
        if field is None:
            said = Phrase('unknown column "{cell}"', cell=cell.text)
            problems.add(
                "E_FIELD",
                said,
                cell,
                Phrase("{hint}; or leave it out: --ignore", hint=_hint()),
            )
        elif field in columns.values():
            hint = "keep one of the columns, or leave one out: --ignore"
            problems.add(
                "E_DUP",
                Phrase(
                    '"{cell}" is a second {field}',
                    cell=cell.text,
                    field=field,
                ),
                cell,
                hint,
            )
        elif field:
            columns[index] = field
    for field in _REQUIRED:
        if field not in columns.values():
            problems.add(
                "E_FIELD",
                Phrase("no column is the {field}", field=field),
                row[0],
                _hint(),
            )
    return columns


def _nodes(rows: list[Row], columns: Columns, problems: Problems) -> Iterator[MapNode]:
    module = Scalar("", "")
    for row in rows:
        cells = {field: row[at] for at, field in columns.items() if at < len(row)}
        entries = {field: cell for field, cell in cells.items() if cell.text}
        module = entries.get("module", module)
        if not entries:
            continue
        entries["module"] = replace(module, line=row[0].line)
        yield _node(row[0], entries, problems)


def _node(first: Scalar, entries: dict[str, Scalar], problems: Problems) -> MapNode:
    read = (
        (Scalar(field, field, cell.line, cell.column), _read(field, cell, problems))
        for field, cell in entries.items()
    )
    return MapNode(tuple(read), first.line, first.column)


def _read(field: str, cell: Scalar, problems: Problems) -> Scalar:
    """A cell as YAML would have it; one that cannot be is left for what reads it."""
    match field:
        case "id" if _DATE.fullmatch(cell.text):
            hint = "format the column as text and write the clause's number again"
            problems.add(
                "E_TYPE",
                Phrase("a date, {cell}, as number", cell=cell.text),
                cell,
                hint,
            )
            return _as_text(cell)
        case "excluded":
            return _read_flag(cell)
        case "allowance_days":
            return _read_number(cell)
        case "valid_from" | "valid_until":
            return _read_day(cell)
        case _:
            return _as_text(cell)


def _as_text(cell: Scalar) -> Scalar:
    return replace(cell, value=cell.text)


def _plain(cell: Scalar) -> str:
    return unicodedata.normalize("NFKC", cell.text).strip().casefold()


def _read_flag(cell: Scalar) -> Scalar:
    word = _plain(cell)
    if word in _YES or word in _NO:
        return replace(cell, value=word in _YES, text=str(word in _YES).lower())
    return _as_text(cell)


def _read_number(cell: Scalar) -> Scalar:
    found = _NUMBER.fullmatch(_plain(cell).replace(" ", ""))
    if not found:
        return _as_text(cell)
    whole = found[1].lstrip("0") or "0"
    text = f"0{whole}" if whole.startswith(".") else whole
    return replace(cell, value=float(text) if "." in text else int(text), text=text)


def _read_day(cell: Scalar) -> Scalar:
    found = _DAY.fullmatch(_plain(cell))
    if not found:
        return _as_text(cell)
    year, month, day = found.groups()
    text = f"{year}-{month:>02}-{day:>02}"
    return replace(cell, value=text, text=text)
