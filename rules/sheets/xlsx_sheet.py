"""XLSX (ECMA-376) read by openpyxl: values only, within limits, nothing evaluated."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_ERROR, TYPE_FORMULA
from openpyxl.utils.exceptions import InvalidFileException

from model.phrase import Phrase
from rules.document import Problems, Scalar
from rules.sheets.sheet import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Row,
    add,
    add_limit,
    is_empty,
)

_MAX_PARTS = 500
_MAX_INFLATED = 40 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
"""How old .xls files begin, and those with a password."""

_TORN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    OSError,
    EOFError,
    NotImplementedError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
"""What openpyxl ends with on files that no spreadsheet program has written."""


def parse_xlsx(data: bytes, problems: Problems, *, sheet: str = "") -> list[Row] | None:
    """Read the rows of a sheet.

    Args:
        data: the file.
        problems: where ``E_XLSX``, ``E_LIMIT``, ``E_FORMULA`` and ``E_REF`` are
            recorded.
        sheet: its name; the first one by default.

    Returns:
        Every row that has anything in it; None when the file cannot be read.
    """
    honest = _unpack(data, problems)
    if honest is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like
            return _read(honest, problems, sheet)
    except _TORN:
        hint = "open it in a spreadsheet program and save it as .xlsx again"
        add(problems, "E_XLSX", "this is no readable XLSX file", hint)
        return None


def _unpack(data: bytes, problems: Problems) -> bytes | None:
    """The same archive, not compressed, with nothing larger in it than it claims."""
    if data.startswith(_OLE):
        hint = "save it as .xlsx, without a password"
        add(problems, "E_XLSX", "an old .xls file, or one with a password", hint)
    elif len(data) > MAX_BYTES:
        add_limit(problems, Phrase("larger than {value} KiB", value=MAX_BYTES // 1024))
    else:
        return _unpack_parts(data, problems)
    return None


def _unpack_parts(data: bytes, problems: Problems) -> bytes | None:
    """Inflate no more of a part than the directory says, and look at it.

    ``ZipFile.read`` inflates up to a GiB before it cuts off what the directory does not
    claim, so openpyxl never sees the original. No part of a spreadsheet has a document
    type, which is what XML bombs are made of.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            inflated = sum(part.file_size for part in parts)
            if len(parts) > _MAX_PARTS or inflated > _MAX_INFLATED:
                most = _MAX_INFLATED // 1024 // 1024
                add_limit(
                    problems,
                    Phrase("would be larger than {most} MiB when unpacked", most=most),
                )
                return None
            found = {part.filename: _inflate(archive, part) for part in parts}
    except (*_TORN, zlib.error, RuntimeError):
        add(problems, "E_XLSX", "this is no XLSX file", "save it as .xlsx")
        return None
    if any(_has_document_type(part) for part in found.values()):
        add(problems, "E_XLSX", "a part with a document type", "save it as .xlsx again")
        return None
    return _pack(found)


def _inflate(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as opened:
        return opened.read(part.file_size)


def _pack(parts: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def _has_document_type(part: bytes) -> bool:
    plain = part.replace(b"\0", b"")  # so that UTF-16 hides nothing
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _read(data: bytes, problems: Problems, sheet: str) -> list[Row] | None:
    values = load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    name = sheet or values.sheetnames[0]
    if name not in values.sheetnames:
        known = ", ".join(values.sheetnames)
        add(
            problems,
            "E_REF",
            Phrase('no sheet "{sheet}"', sheet=sheet),
            Phrase("known: {known}", known=known),
        )
        return None
    rows: list[Row] = []
    both = zip(_rows(values[name]), _rows(formulas[name]), strict=False)
    for line, (row, written) in enumerate(both, 1):
        if line > MAX_ROWS:
            add_limit(problems, Phrase("more than {most} rows", most=MAX_ROWS), line)
            return None
        _check_formulas(row, written, line, problems)
        cells = _without_padding(list(_cells(row, line)))
        if any(len(cell.text) > MAX_CELL for cell in cells):
            add_limit(
                problems,
                Phrase("a cell of more than {most} characters", most=MAX_CELL),
                line,
            )
            return None
        if not is_empty(cells):
            rows.append(cells)
    return rows


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Rows within bounds of our own: those that a file claims may be a million."""
    found: Iterator[tuple[Any, ...]] = sheet.iter_rows(
        max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS
    )
    return found


def _check_formulas(
    row: tuple[Any, ...], written: tuple[Any, ...], line: int, problems: Problems
) -> None:
    for column, (value, source) in enumerate(zip(row, written, strict=False), 1):
        place = Scalar(None, "", line, column)
        if source.data_type == TYPE_FORMULA and value.value is None:
            hint = "open and save it in a spreadsheet program, or write the value"
            problems.add("E_FORMULA", "a formula without its result", place, hint)
        elif value.data_type == TYPE_ERROR:
            problems.add(
                "E_FORMULA",
                Phrase("the error {error}", error=value.value),
                place,
                "mend it",
            )


def _cells(row: tuple[Any, ...], line: int) -> Iterator[Scalar]:
    for column, cell in enumerate(row, 1):
        yield _scalar(cell.value, line, column)


def _without_padding(cells: list[Scalar]) -> list[Scalar]:
    last = max((at for at, cell in enumerate(cells, 1) if cell.text), default=0)
    return cells[:last]


def _scalar(value: Any, line: int, column: int) -> Scalar:
    match value:
        case None:
            return Scalar(None, "", line, column)
        case bool():
            return Scalar(value, str(value).lower(), line, column)
        case datetime():
            text = value.date().isoformat()
        case date():
            text = value.isoformat()
        case float() if value.is_integer():
            return Scalar(int(value), str(int(value)), line, column)
        case int() | float():
            return Scalar(value, repr(value), line, column)
        case _:
            text = str(value).strip()
    return Scalar(text, text, line, column)
