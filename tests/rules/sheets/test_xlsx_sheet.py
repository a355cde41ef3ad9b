"""Workbooks: what is read, and what is refused before it can harm."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rules.document import Problems
from rules.sheets.sheet import MAX_CELL
from rules.sheets.xlsx_sheet import parse_xlsx


def workbook(fill: Callable[[Worksheet], None]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def plain(sheet: Worksheet) -> None:
    sheet.append(["编号", "内容", "人天"])
    sheet.append(["3.20", "资金日报", 2.5])
    sheet["A4"] = 9.0
    sheet["B4"] = datetime(2026, 7, 1)  # noqa: DTZ001 - spreadsheets know no zones
    sheet["C4"] = True


def read(data: bytes, sheet: str = "") -> list[list[str]]:
    problems = Problems("c.xlsx")
    rows = parse_xlsx(data, problems, sheet=sheet)
    assert rows is not None, problems.found
    assert not problems
    return [[cell.text for cell in row] for row in rows]


def codes(data: bytes, sheet: str = "") -> list[tuple[str, int, int]]:
    problems = Problems("c.xlsx")
    parse_xlsx(data, problems, sheet=sheet)
    assert all(problem.hint for problem in problems.found)
    return [(it.code, it.line, it.column) for it in problems.found]


def said(data: bytes) -> list[str]:
    problems = Problems("c.xlsx")
    parse_xlsx(data, problems)
    return [str(problem) for problem in problems.found]


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def test_values_are_read_with_their_rows() -> None:
    assert read(workbook(plain)) == [
        ["编号", "内容", "人天"],
        ["3.20", "资金日报", "2.5"],
        ["9", "2026-07-01", "true"],
    ]


def test_each_cell_knows_its_place() -> None:
    rows = parse_xlsx(workbook(plain), Problems("c.xlsx"))
    assert rows
    places = [[(cell.line, cell.column) for cell in row] for row in rows]
    assert places == [[(line, column) for column in (1, 2, 3)] for line in (1, 2, 4)]
    assert [cell.value for cell in rows[2]] == [9, "2026-07-01", True]


def test_a_sheet_is_chosen_by_its_name() -> None:
    assert read(workbook(plain), "Sheet")[0][0] == "编号"
    assert codes(workbook(plain), "Clauses") == [("E_REF", 0, 0)]


def test_a_formula_is_never_evaluated_and_said_when_its_result_is_missing() -> None:
    def fill(sheet: Worksheet) -> None:
        plain(sheet)
        sheet["C2"] = "=1+1"

    hint = "open and save it in a spreadsheet program, or write the value"
    told = f"c.xlsx:2:3: E_FORMULA a formula without its result ({hint})"
    assert said(workbook(fill)) == [told]


def test_a_stored_error_is_told() -> None:
    def fill(sheet: Worksheet) -> None:
        plain(sheet)
        sheet["C2"] = "#REF!"

    assert said(workbook(fill)) == ["c.xlsx:2:3: E_FORMULA the error #REF! (mend it)"]


def test_a_cell_of_a_whole_book_is_refused_at_its_row() -> None:
    def fill(sheet: Worksheet) -> None:
        plain(sheet)
        sheet["A4"] = "x" * (MAX_CELL + 1)

    assert said(workbook(fill)) == [
        "c.xlsx:4: E_LIMIT a cell of more than 20000 characters (split the table)"
    ]


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    def swell(name: str, part: bytes) -> bytes:
        return part + b" " * 60_000_000 if name.endswith("sheet1.xml") else part

    bomb = repacked(workbook(plain), swell)
    assert len(bomb) < 200_000
    assert codes(bomb) == [("E_LIMIT", 0, 0)]


def test_a_part_that_is_larger_than_it_claims_is_cut_and_not_inflated() -> None:
    part = b"<a>" + b" " * 30_000_000
    claimed = part[:100]
    packed = repacked(
        workbook(plain),
        lambda name, old: part if name == "xl/workbook.xml" else old,
    )
    for said, lie in (
        (len(part), len(claimed)),
        (zlib.crc32(part), zlib.crc32(claimed)),
    ):
        packed = packed.replace(struct.pack("<I", said), struct.pack("<I", lie))
    tracemalloc.start()
    assert codes(packed) == [("E_XLSX", 0, 0)]
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_document_type_is_refused_in_any_spelling() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for encoding in ("utf-8", "utf-16"):

        def put(
            name: str, part: bytes, spelled: bytes = bomb.encode(encoding)
        ) -> bytes:
            return spelled + part if name.endswith("sheet1.xml") else part

        assert codes(repacked(workbook(plain), put)) == [("E_XLSX", 0, 0)]


def test_a_row_far_below_ends_at_the_limit_and_not_in_a_million_rows() -> None:
    def fill(sheet: Worksheet) -> None:
        plain(sheet)
        sheet["A1048576"] = "far"

    assert codes(workbook(fill)) == [("E_LIMIT", 3001, 0)]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0old", b"id,x"])
def test_what_is_no_workbook_is_said_to_be_none(data: bytes) -> None:
    assert codes(data) == [("E_XLSX", 0, 0)]


WHOLE = workbook(plain)


@settings(max_examples=60)
@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_torn_workbook_is_read_or_refused(at: int, byte: int) -> None:
    torn = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    problems = Problems("c.xlsx")
    assert (parse_xlsx(torn, problems) is None) <= bool(problems)


@settings(max_examples=60)
@given(data=st.data())
def test_torn_xml_in_a_whole_zip_is_read_or_refused(data: st.DataObject) -> None:
    def tear(name: str, part: bytes) -> bytes:
        if name.endswith(".xml") and part and data.draw(st.integers(0, 3)) == 0:
            at = data.draw(st.integers(0, len(part) - 1))
            return part[:at] + data.draw(st.binary(max_size=3)) + part[at + 1 :]
        return part

    problems = Problems("c.xlsx")
    rows = parse_xlsx(repacked(WHOLE, tear), problems)
    assert rows is not None or problems
