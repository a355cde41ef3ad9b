"""CSV as spreadsheet programs save it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.document import Problems
from rules.sheets.csv_sheet import parse_csv
from rules.sheets.headings import likeness
from rules.sheets.sheet import MAX_BYTES, MAX_ROWS

TEXT = "编号,内容,人天\n3.2,资金日报,12\n"


def read(data: bytes) -> list[list[str]]:
    problems = Problems("c.csv")
    rows = parse_csv(data, problems, likeness=likeness)
    assert rows is not None, problems.found
    return [[cell.text for cell in row] for row in rows]


def refuse(data: bytes) -> tuple[str, int]:
    problems = Problems("c.csv")
    assert parse_csv(data, problems, likeness=likeness) is None
    [problem] = problems.found
    assert problem.hint
    return problem.code, problem.line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_chinese_windows_read_alike(encoding: str) -> None:
    assert read(TEXT.encode(encoding)) == read(TEXT.encode())


@pytest.mark.parametrize("delimiter", ";\t|")
def test_the_delimiter_is_the_one_that_finds_the_headings(delimiter: str) -> None:
    text = f"a,b,c\nid{delimiter}text\n1{delimiter}one, two, three\n"
    assert read(text.encode())[1:] == [["id", "text"], ["1", "one, two, three"]]


def test_a_cell_with_line_breaks_keeps_the_places_of_those_below() -> None:
    problems = Problems("c.csv")
    data = b'id,text\n1,"one\n\ntwo"\n2,three\n'
    rows = parse_csv(data, problems, likeness=likeness)
    assert rows
    assert [(row[1].line, row[1].column) for row in rows] == [(1, 2), (2, 2), (5, 2)]


def test_what_is_no_table_is_refused_at_its_line() -> None:
    assert refuse(b"id,text\n\xff\xff\xff,\x80\n") == ("E_ENCODING", 2)
    assert refuse(b"id,text\n1,a\x00b\n") == ("E_ENCODING", 2)
    assert refuse(b'id,text\n1,"a"b\n') == ("E_CSV", 2)
    assert refuse(b'id,text\n1,"never closed\n') == ("E_CSV", 2)


def test_more_than_a_contract_ever_is_is_refused() -> None:
    assert refuse(b"x" * (MAX_BYTES + 1))[0] == "E_LIMIT"
    assert refuse(b"id,text\n" * (MAX_ROWS + 1)) == ("E_LIMIT", MAX_ROWS + 1)
    assert refuse(b"id,text\n" + b"," * 100)[0] == "E_LIMIT"
    assert refuse(b"id,text\n1," + b"x" * 30_000)[0] == "E_LIMIT"


CELLS = st.text(alphabet='资金ab 1,;"\n.', max_size=8).map(str.strip)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_whatever_csv_writes_is_read_back(table: list[list[str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([["编号", "模块", "内容"], *table])
    assert read(target.getvalue().encode())[1:] == table
