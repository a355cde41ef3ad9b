"""A person at a browser: find a requirement, overrule it, see it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from model.decisions import Section
from pool.database import Database
from sync.overrule import overrule
from tests.builders import Town, open_town


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
        await town.raise_issue("资金月报导出报错", issue_type="Bug")
        await town.raise_issue("付款审批报错", issue_type="Bug")
        await town.raise_issue("怎么导出?", issue_type="Question")
        yield town


async def test_the_list_is_narrowed_by_a_filter_and_a_chinese_word(
    page: Page, complaints: list[str]
) -> None:
    await page.goto("/pool")
    rows = page.locator("tr[data-row]")
    await expect(rows).to_have_count(4)

    await page.get_by_text("Scope", exact=True).first.click()
    option = page.get_by_label("in contract")
    await expect(page.locator("[data-value=in_contract]")).to_have_text("3")
    await option.check()
    await page.locator("details[open]").get_by_role("button", name="Apply").click()
    await expect(rows).to_have_count(3)

    await page.keyboard.press("/")
    await page.keyboard.type("资金")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(2)
    assert "scope=in_contract" in page.url
    assert complaints == []


async def test_a_person_walks_by_keys_overrules_and_sees_it(
    page: Page, complaints: list[str]
) -> None:
    await page.goto("/pool?scope=in_contract&q=资金")
    rows = page.locator("tr[data-row]")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("资金日报")

    scope = page.locator(".facts > div", has_text="scope")
    await scope.get_by_text("Overrule").click()
    await scope.get_by_label("New value").select_option("daily_change")
    await scope.get_by_label("Reason").fill("电话确认：两人天以内")
    await scope.get_by_label("Your name").fill("李雷")
    await scope.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("Overruled.")
    await expect(page.locator(".pinned")).to_contain_text("电话确认：两人天以内")
    await expect(scope.locator(".badge").first).to_have_text("daily change")

    await page.get_by_text("Back to the pool").click()
    await expect(rows).to_have_count(1)
    assert complaints == []


TOUCHING = """
() => [...document.querySelectorAll(".facts > div")].flatMap((row) => {
  const parts = [...row.querySelectorAll("dt, .badge, .quiet, summary")]
    .map((it) => [it.textContent, it.getBoundingClientRect()])
  return parts.flatMap(([one, a], n) => parts.slice(n + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right
      && a.top < b.bottom && b.top < a.bottom)
    .map(([other]) => `${one.trim()} / ${other.trim()}`))
})
"""


async def test_no_word_of_the_decisions_touches_another(page: Page, town: Town) -> None:
    [row] = await town.rows("SELECT id FROM requirements WHERE number = 1")
    said = (Section.SCOPE, "out_of_contract", "no clause", "Mei")
    await overrule(town.engine, row["id"], *said)
    for width in (1280, 1000, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto("/requirements/1")
        await expect(page.locator(".facts .scope")).to_have_text("outside the contract")
        assert await page.evaluate(TOUCHING) == []
