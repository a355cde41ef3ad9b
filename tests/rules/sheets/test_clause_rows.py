"""Headings and cells as people write them."""

import pytest

from rules.document import Problems, Scalar, to_plain
from rules.sheets.clause_rows import read_clause_rows
from rules.sheets.sheet import Row


def rows(*lines: str) -> list[Row]:
    return [
        [Scalar(cell, cell, line, at) for at, cell in enumerate(text.split("|"), 1)]
        for line, text in enumerate(lines, 1)
    ]


def read(*lines: str, ignored: tuple[str, ...] = ()) -> list[object]:
    problems = Problems("c.csv")
    nodes = read_clause_rows(rows(*lines), problems, ignored=ignored)
    assert not problems, problems.found
    return [to_plain(node) for node in nodes]


def codes(*lines: str) -> list[tuple[str, int, int]]:
    problems = Problems("c.csv")
    read_clause_rows(rows(*lines), problems)
    assert all(problem.hint for problem in problems.found)
    return [(it.code, it.line, it.column) for it in problems.found]


@pytest.mark.parametrize(
    "headings",
    [
        "编号|模块|条款内容|是否排除|人天|生效|失效",
        "条款|所属模块|内容|排除|额度（人天）|生效日期|失效日期",
        "id|module|text|excluded|allowance|valid_from|valid_until",
        "Clause No.|Module|Wording|Out of scope|Person-days|Valid from|Valid until",
    ],
)
def test_headings_mean_the_same_in_both_languages(headings: str) -> None:
    assert read(headings, "3.20|资金|日报|否|2.5|2026/7/1|2027年6月30日") == [
        {
            "id": "3.20",
            "module": "资金",
            "text": "日报",
            "excluded": False,
            "allowance_days": 2.5,
            "valid_from": "2026-07-01",
            "valid_until": "2027-06-30",
        }
    ]


@pytest.mark.parametrize(
    "word", [*"是Y1xX√✓✔ｙ", "Yes", "TRUE", "排除", "Excluded", "不含", "ｙｅｓ"]
)
def test_a_flag_is_raised_by_many_words(word: str) -> None:
    assert read("编号|内容|排除", f"1|x|{word}") == [
        {"id": "1", "text": "x", "module": "", "excluded": True}
    ]


def test_a_flag_is_lowered_by_many_words() -> None:
    words = [*"否nN0-—无/", "No", "FALSE"]
    rows = read("编号|内容|排除", *(f"{n}|x|{word}" for n, word in enumerate(words)))
    assert [row["excluded"] for row in rows if isinstance(row, dict)] == [False] * 10


def test_an_unclear_flag_is_left_to_be_told() -> None:
    [clause] = read("编号|内容|排除", "1|x|也许")
    assert isinstance(clause, dict)
    assert clause["excluded"] == "也许"


def test_titles_above_and_empty_rows_do_not_matter() -> None:
    assert len(read("合同清单||", "||", "编号|内容|备注", "||", "1|x|口头确认")) == 1


def test_a_merged_module_holds_for_the_rows_below() -> None:
    found = read("编号|模块|内容", "1|资金|x", "2||y", "3|审批|z")
    assert [one["module"] for one in found if isinstance(one, dict)] == [
        "资金",
        "资金",
        "审批",
    ]


def test_an_unknown_column_is_an_error_until_it_is_left_out() -> None:
    assert codes("编号|内容|排徐", "1|x|是") == [("E_FIELD", 1, 3)]
    assert read("编号|内容|排徐", "1|x|是", ignored=("排徐",)) == [
        {"id": "1", "text": "x", "module": ""}
    ]


def test_a_column_that_comes_twice_or_not_at_all_is_told() -> None:
    assert codes("编号|内容|条款内容") == [("E_DUP", 1, 3)]
    assert codes("模块|人天", "资金|2") == [("E_FIELD", 1, 1), ("E_FIELD", 1, 1)]
    assert codes("||") == [("E_FIELD", 0, 0)]


def test_a_number_that_a_spreadsheet_took_for_a_date_is_told() -> None:
    assert codes("编号|内容", "2026-03-02|x") == [("E_TYPE", 2, 1)]


def test_each_column_that_lacks_is_named() -> None:
    problems = Problems("c.csv")
    assert read_clause_rows(rows("编号|备注"), problems, ignored=("备注",)) == []
    assert [it.message for it in problems.found] == ["no column is the text"]
