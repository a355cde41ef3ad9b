"""CSV as spreadsheet programs save it, in China and elsewhere.

Excel saves UTF-8 with a byte order mark, the system's code page (GB18030 in Chinese
Windows) or, as "Unicode text", UTF-16 with tabs; and separates by semicolons where the
comma is the decimal sign. RFC 4180 describes the rest.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator

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
)

_DELIMITERS = ",;\t|"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEGINNING = 20
"""Rows that are looked at to find the delimiter."""


def parse_csv(
    data: bytes, problems: Problems, *, likeness: Callable[[Row], int]
) -> list[Row] | None:
    """Read the rows of a CSV file.

    Args:
        data: UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030.
        problems: where ``E_ENCODING``, ``E_CSV`` and ``E_LIMIT`` are recorded.
        likeness: how much a row looks like the headings that are wanted; the
            delimiter that finds the best such row is taken.

    Returns:
        Every row with the line that it begins in; None when it cannot be read.
    """
    if len(data) > MAX_BYTES:
        add_limit(problems, Phrase("larger than {value} KiB", value=MAX_BYTES // 1024))
        return None
    text = _decode(data, problems)
    if text is None:
        return None
    delimiter = max(_DELIMITERS, key=lambda each: _best(text, each, likeness))
    return _read(text, delimiter, problems)


def _decode(data: bytes, problems: Problems) -> str | None:
    if data.startswith(_UTF_16):
        return _decode_as(data, "utf-16", problems)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_as(data, "gb18030", problems)
    return _without_nul(text, problems)


def _decode_as(data: bytes, encoding: str, problems: Problems) -> str | None:
    try:
        return _without_nul(data.decode(encoding), problems)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = "neither UTF-8 nor GB18030" if encoding == "gb18030" else "not UTF-16"
        add(problems, "E_ENCODING", said, "save it as “CSV UTF-8”", line)
        return None


def _without_nul(text: str, problems: Problems) -> str | None:
    if "\0" not in text:
        return text
    line = text.count("\n", 0, text.index("\0")) + 1
    add(problems, "E_ENCODING", "a NUL character", "save it as “CSV UTF-8”", line)
    return None


def _best(text: str, delimiter: str, likeness: Callable[[Row], int]) -> int:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    best = 0
    try:
        for cells, _ in zip(reader, range(_BEGINNING), strict=False):
            best = max(best, likeness([Scalar(cell, cell) for cell in cells]))
    except csv.Error:
        return best
    return best


def _read(text: str, delimiter: str, problems: Problems) -> list[Row] | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            if not _fits(cells, len(rows), begins, problems):
                return None
            rows.append(list(_cells(cells, begins)))
            begins = reader.line_num + 1
    except csv.Error as error:
        hint = "check the quotes in this row: a quote inside of a cell is doubled"
        add(problems, "E_CSV", Phrase("not CSV: {said}", said=error), hint, begins)
        return None
    return rows


def _fits(cells: list[str], rows: int, line: int, problems: Problems) -> bool:
    if rows >= MAX_ROWS:
        add_limit(problems, Phrase("more than {most} rows", most=MAX_ROWS), line)
    elif len(cells) > MAX_COLUMNS:
        add_limit(problems, Phrase("more than {most} columns", most=MAX_COLUMNS), line)
    elif any(len(cell) > MAX_CELL for cell in cells):
        add_limit(
            problems,
            Phrase("a cell of more than {most} characters", most=MAX_CELL),
            line,
        )
    else:
        return True
    return False


def _cells(cells: list[str], line: int) -> Iterator[Scalar]:
    for column, cell in enumerate(cells, 1):
        yield Scalar(cell.strip(), cell.strip(), line, column)
