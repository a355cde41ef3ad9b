"""A person at a browser: edit the rules, see a problem in place, activate, confirm."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from pool.database import Database
from sync.redecide import redecide
from tests.builders import Town, open_town


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        for number in range(3):
            await town.raise_issue(f"资金月报导出报错 {number}", issue_type="Bug")
        config = town.engine.sources["huaxin-jira"].config
        config.__dict__["mass_change_issues"] = 2
        yield town


async def test_a_problem_stands_at_its_line_and_a_key_leads_there(
    page: Page, complaints: list[str]
) -> None:
    await page.goto("/rules")
    text = page.get_by_label("Text of the ruleset")
    begun = await text.input_value()
    await text.fill(begun.replace("issue.urgency: Highest", "issue.urgncy: Highest", 1))
    await expect(page.locator(".verdict-bar.is-bad")).to_be_visible()
    line = begun[: begun.index("issue.urgency: Highest")].count("\n") + 1
    wrong = page.locator(".ink .line.is-wrong")
    await expect(wrong).to_have_count(1)
    await expect(wrong.locator(".note")).to_have_text('unknown fact "issue.urgncy"')
    await expect(page.locator(".gutter b.is-wrong")).to_have_text(str(line))
    await page.keyboard.press("F8")
    caret = await text.evaluate("it => it.value.slice(it.selectionStart, -1)")
    assert caret.startswith("issue.urgncy")
    await text.fill(begun)
    await expect(page.locator(".verdict-bar.is-good")).to_be_visible()
    await expect(page.locator("#result")).to_contain_text("No difference")
    assert complaints == []


async def test_a_change_is_activated_decided_and_confirmed(
    page: Page, town: Town, complaints: list[str]
) -> None:
    await page.goto("/rules")
    text = page.get_by_label("Text of the ruleset")
    begun = await text.input_value()
    await text.fill(begun.replace("pool-prio::", "pool-priority::"))
    await expect(page.locator(".edits")).to_contain_text("write-back")
    await page.get_by_role("button", name="Try it on the whole pool").click()
    await expect(page.locator("#simulation")).to_contain_text("of 3 issues flip")
    await page.get_by_label("Why (required)").fill("Say it in full")
    await page.get_by_label("Your name").fill("Mei")
    await page.get_by_role("button", name="Activate").click()
    await expect(page.locator("#progress .count")).to_have_text("0 of 3 issues")
    await redecide(town.engine)
    stop = page.locator("section.stop")
    await expect(stop).to_contain_text("3 of 3 issues")
    await stop.get_by_role("button", name="Confirm and write").click()
    await expect(page.get_by_role("status").first).to_contain_text("Confirmed")
    [row] = await town.rows("SELECT count(*) AS n FROM outbox WHERE state = 'held'")
    assert row["n"] == 0
    assert complaints == []


async def test_every_rule_of_a_decision_is_a_click_away(
    page: Page, complaints: list[str]
) -> None:
    await page.goto("/requirements/1")
    await page.get_by_role("link", name="Every rule").first.click()
    await expect(page.locator("h1")).to_contain_text("Why: FIN-1")
    won = page.locator(".rule.is-won").first
    await expect(won).to_contain_text("typed-defect")
    await expect(won.locator(".value")).to_have_text("Bug")
    assert complaints == []
