import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

import httpx
import pytest

from model.contracts import Amendment, Clause, Contract
from pool import contracts
from pool.contracts import Making
from tests.builders import CLAUSES, Town

PAGE = "/projects/huaxin-finance"
DAILY = replace(
    CLAUSES[1], text="资金日报、周报按公司汇总查询。", allowance_days=Decimal(10)
)
ADDED = Clause("3.3", "资金报表", "资金预测。", valid_from=date(2026, 12, 1))


async def reword(town: Town, *clauses: Clause) -> None:
    """The contract's next version: 3.2 reworded, 3.3 added, the others taken out."""
    text = "|".join(clause.text for clause in clauses)
    contract = Contract(
        "huaxin-2026",
        "财务管理系统合同",
        "huaxin",
        clauses,
        fingerprint=sha256(text.encode()).hexdigest(),
        amendments=(Amendment("A1", "补充一", date(2026, 11, 1), ("3.3",), ("3.2",)),),
    )
    made = Making(town.clock(), "李雷", "条款.xlsx")
    async with town.database.transaction() as connection:
        await contracts.keep(connection, town.engine.ids, contract, text, made)


def plain(page: httpx.Response) -> str:
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


async def test_the_list_says_where_each_project_stands(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    page = await site.get("/projects")
    assert f'href="{PAGE}"' in page.text
    assert "acceptance 2026-11-30 in 10 d" in plain(page)
    assert page.text.index("财务管理系统") < page.text.index("ERP roll-out")


async def test_a_project_shows_phase_milestones_and_counts(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    await town.raise_issue("资金月报导出报错", issue_type="Bug")
    page = await site.get(PAGE)
    assert '<li class="is-current" aria-current="step"><span>trial run' in page.text
    assert "2026-11-30 in 10 d" in plain(page)
    assert "requirement 1" in plain(page)
    assert "/pool?project=huaxin-finance&amp;kind=defect" in page.text


async def test_clauses_stand_under_their_module_with_exclusion_and_validity(
    site: httpx.AsyncClient, town: Town
) -> None:
    await reword(town, DAILY, ADDED, CLAUSES[3])
    page = plain(await site.get(PAGE))
    assert "资金报表 2 3.2 资金日报、周报按公司汇总查询。 A1" in page
    assert "3.3 资金预测。 from 2026-12-01" in page
    assert "不在本合同交付范围内。 excluded" in page


async def test_earlier_wordings_versions_and_what_was_taken_out_stay_readable(
    site: httpx.AsyncClient, town: Town
) -> None:
    await reword(town, DAILY, ADDED)
    page = await site.get(PAGE)
    shown = plain(page)
    assert "Earlier wordings (1) version 1 · allowance: no limit" in shown
    assert "taken out by version 2" in shown
    assert "支持凭证录入" in shown
    assert "条款.xlsx1 added 1 reworded 3 taken out" in shown
    assert "A1 补充一 signed 2026-11-01 adds 3.3 rewords 3.2" in shown


async def test_the_bar_tells_what_is_used_and_by_which_requirement(
    site: httpx.AsyncClient, town: Town
) -> None:
    await reword(town, DAILY)
    number = await town.raise_issue(
        "资金日报、周报按公司汇总查询", estimate_days=Decimal("2.5")
    )
    page = await site.get(PAGE)
    assert "2.5 of 10 d 7.5 d left" in plain(page)
    assert '<rect class="bar" width="25.00"' in page.text
    assert f'href="/requirements/{number}"' in page.text


async def test_too_much_approved_work_is_shown_as_too_much(
    site: httpx.AsyncClient, town: Town
) -> None:
    await reword(town, DAILY)
    await town.raise_issue("资金日报、周报按公司汇总查询", estimate_days=Decimal(12))
    assert "2 d over" in plain(await site.get(PAGE))


async def test_a_person_names_the_clause_that_an_issue_counts_against(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("大屏展示", estimate_days=Decimal(3))
    form = {"section": "scope", "value": "in_contract", "reason": "r", "by": "李雷"}
    path = f"/requirements/{number}/overrides"
    assert (await site.post(path, data=form | {"clause": "77"})).status_code == 422
    assert (await site.post(path, data=form | {"clause": "4.1"})).status_code == 303
    page = (await site.get(f"/api/v1{PAGE}")).json()
    [clause] = [one for one in page["contract"]["clauses"] if one["id"] == "4.1"]
    assert [(it["number"], it["by_person"]) for it in clause["consumption"]] == [
        (number, True)
    ]
    assert clause["consumed"] == 3.0


async def test_programs_read_the_same(site: httpx.AsyncClient, town: Town) -> None:
    await reword(town, DAILY, ADDED)
    found = (await site.get(f"/api/v1{PAGE}")).json()
    assert [one["version"] for one in found["contract"]["versions"]] == [2, 1]
    [first, _] = found["contract"]["clauses"]
    assert first["earlier"][0]["text"] == CLAUSES[1].text
    assert {one["id"] for one in found["contract"]["ended"]} == {"2.1", "4.1", "9.1"}


async def test_a_project_without_a_contract_says_how_to_bring_one_in(
    site: httpx.AsyncClient,
) -> None:
    page = await site.get("/projects/nordwind-erp")
    assert "reqpool contract import" in page.text


@pytest.mark.parametrize("slug", ["nowhere", "%00", "a" * 300])
async def test_an_unknown_project_is_not_found(
    site: httpx.AsyncClient, slug: str
) -> None:
    for path in (f"/projects/{slug}", f"/api/v1/projects/{slug}"):
        assert (await site.get(path)).status_code in {404, 422}


async def test_hostile_wording_stays_text(site: httpx.AsyncClient, town: Town) -> None:
    hostile = '"><script>alert(1)</script>{{7*7}}'
    await reword(town, replace(DAILY, id=hostile, module=hostile, text=hostile))
    await reword(town, replace(DAILY, id=hostile, module=hostile, text=f"{hostile} x"))
    assert "<script>alert" not in (await site.get(PAGE)).text


async def test_both_languages(site: httpx.AsyncClient) -> None:
    await site.get(f"{PAGE}?lang=zh")
    assert "里程碑" in (await site.get(PAGE)).text
