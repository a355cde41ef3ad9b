"""A contract's table is shown first, written on demand, and written once."""

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Reqpool

CATALOGUE = """
clients: [{slug: acme, name: Acme Holdings}]
contracts:
  - slug: acme-2026
    name: Finance
    client: acme
    clauses:
      - {id: 3.20, module: 资金报表, text: 资金日报按公司汇总查询。, allowance_days: 10}
      - {id: 9.1, module: 除外, text: 移动端不在范围内。, excluded: true}
projects: [{slug: acme-finance, name: Finance, client: acme, contract: acme-2026,
            phase: uat}]
"""
TABLE = """\
财务系统合同清单,,,,,
编号,模块,条款内容,是否排除,人天,生效,失效
3.20,资金报表,资金日报、周报按公司汇总查询。,否,12,,
3.21,,资金月报导出为 Excel。,,2.5,2026/7/1,2027年6月30日
"""
NAMED = ("--contract", "acme-2026")


@pytest.fixture(autouse=True)
def files(pool: None, reqpool: Reqpool) -> None:
    del pool
    Path("catalogue.yaml").write_text(CATALOGUE)
    Path("clauses.csv").write_text(TABLE)
    assert reqpool("apply", "catalogue.yaml", "--yes").code == 0


def run_import(reqpool: Reqpool, *words: str) -> str:
    ran = reqpool("contract", "import", *words)
    assert ran.code == 0, ran.err
    return ran.out


def test_the_preview_shows_what_is_added_changed_word_by_word_and_ended(
    reqpool: Reqpool,
) -> None:
    shown = run_import(reqpool, "clauses.csv", *NAMED)
    assert "资金日报{+、周报+}按公司汇总查询。" in shown
    assert "allowance_days: 10 → 12" in shown
    assert "valid_until: 2027-06-30" in shown
    assert "clauses: 1 added, 1 changed, 1 ended" in shown


def test_nothing_is_written_without_yes(reqpool: Reqpool) -> None:
    first = run_import(reqpool, "clauses.csv", *NAMED)
    assert "nothing is written yet" in first
    assert run_import(reqpool, "clauses.csv", *NAMED) == first


def test_importing_twice_changes_nothing_whatever_the_file_is(reqpool: Reqpool) -> None:
    assert "decided on again: acme-finance" in run_import(
        reqpool, "clauses.csv", *NAMED, "--yes"
    )
    assert run_import(reqpool, "clauses.csv", *NAMED, "--yes") == "nothing to change\n"
    Path("gb.csv").write_bytes(TABLE.encode("gb18030"))
    assert run_import(reqpool, "gb.csv", *NAMED) == "nothing to change\n"
    save_workbook("clauses.xlsx")
    assert run_import(reqpool, "clauses.xlsx", *NAMED) == "nothing to change\n"


def save_workbook(name: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "模块", "条款内容", "是否排除", "人天", "生效", "失效"])
    wording = "资金日报、周报按公司汇总查询。"
    sheet.append(["3.20", "资金报表", wording, False, 12])
    days = [date(2026, 7, 1), date(2027, 6, 30)]
    sheet.append(["3.21", None, "资金月报导出为 Excel。", None, 2.5, *days])
    book.save(name)


def test_an_amendment_adds_and_rewords_and_ends_nothing(reqpool: Reqpool) -> None:
    words = (
        *NAMED,
        "--amendment",
        "A1",
        "--signed-on",
        "2026-07-01",
        "--name",
        "补充一",
    )
    shown = json.loads(run_import(reqpool, "clauses.csv", *words, "--yes", "--json"))
    changes = {one["clause"]: one["change"] for one in shown["clauses"]}
    assert changes == {"3.20": "changed", "3.21": "added"}
    assert shown["written"]
    again = json.loads(run_import(reqpool, "clauses.csv", *words, "--json"))
    assert (again["clauses"], again["others"]) == ([], [])


def test_every_problem_comes_at_once_with_row_and_column(reqpool: Reqpool) -> None:
    Path("bad.csv").write_text(
        "编号,内容,人天,生效,失效,排徐\n"
        "1,甲,many,2026-02-30,,\n"
        "1,乙,,2026-02-01,2026-01-01,\n"
        ",丙,,,,\n"
    )
    ran = reqpool("contract", "import", "bad.csv", *NAMED, "--yes")
    assert ran.code == 2
    places = [line.split(" ")[:2] for line in ran.err.splitlines() if ": E_" in line]
    assert places == [
        ["bad.csv:1:6:", "E_FIELD"],
        ["bad.csv:2:3:", "E_TYPE"],
        ["bad.csv:2:4:", "E_TYPE"],
        ["bad.csv:3:1:", "E_RANGE"],
        ["bad.csv:3:1:", "E_DUP"],
        ["bad.csv:4:1:", "E_FIELD"],
    ]


def test_a_table_must_be_told_its_contract_and_a_new_one_its_client(
    reqpool: Reqpool,
) -> None:
    assert "--contract SLUG" in reqpool("contract", "import", "clauses.csv").err
    new = ("contract", "import", "clauses.csv", "--contract", "new-1")
    assert "--client SLUG" in reqpool(*new).err
    assert "no client" in reqpool(*new, "--client", "amce").err
    ran = reqpool(*new, "--client", "acme", "--name", "New", "--yes")
    assert "no project has this contract yet" in ran.out, ran.err
