"""An operator at a browser: what was given up, what was not understood, a pause."""

from datetime import timedelta

from playwright.async_api import Page, expect

from app.bootstrap import new_id
from model.deliveries import Delivery
from pool import conflicts, inbox, sources
from pool.conflicts import Conflict, Kept
from pool.inbox import Arrival
from pool.states import InboxState
from tests.browser.test_pool import town
from tests.builders import Town

__all__ = ["town"]


async def fill(town: Town) -> None:
    """A dead letter, a strange delivery, a conflict, and a tracker that is down."""
    await town.rows(
        "UPDATE outbox SET state = 'dead', attempts = 12,"
        """ error = '{"code": "transition_unavailable", "status": "Done"}'"""
        " WHERE seq = (SELECT min(seq) FROM outbox) RETURNING seq"
    )
    delivery = Delivery(
        new_id(), "huaxin-jira", "d1", {}, b"{nonsense", "0" * 64, town.clock()
    )
    async with town.database.transaction() as connection:
        await inbox.keep(
            connection,
            [Arrival(delivery, delivery.body, InboxState.QUARANTINED, "bad_json")],
        )
        down = await sources.find(connection, "nordwind-gitlab")
        assert down
        then = town.clock() - timedelta(minutes=7)
        await sources.open_breaker(connection, down.id, then, town.clock())
        [row] = await (
            await connection.execute("SELECT id FROM issues ORDER BY number LIMIT 1")
        ).fetchall()
        noted = Conflict(
            town.clock(), "status", "处理中", "待客户确认", "已完成", Kept.OURS
        )
        await conflicts.note(connection, new_id, row["id"], noted)


async def test_an_operator_deals_with_what_went_wrong(
    page: Page, town: Town, complaints: list[str]
) -> None:
    await fill(town)
    await page.goto("/health")
    await expect(page.get_by_text("taken to be down")).to_be_visible()
    await page.get_by_role("link", name="given up 1").click()
    await page.locator("summary", has_text="Discard").first.click()
    form = page.locator("details[open] form")
    await form.get_by_label("Reason (required)").fill("the status is gone")
    await form.get_by_label("Your name").fill("Mei")
    await form.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("status")).to_have_text("Discarded.")

    await page.goto("/quarantine")
    await page.locator("summary", has_text="Replay").first.click()
    form = page.locator("details[open] form")
    await expect(form.get_by_label("Your name")).to_have_value("Mei")
    await form.get_by_role("button", name="Replay").click()
    await expect(page.get_by_role("status")).to_have_text("It is dealt with again.")

    await page.goto("/health")
    row = page.get_by_role("row", name="huaxin-jira")
    await row.locator("summary", has_text="Pause").click()
    await row.get_by_label("Reason (required)").fill("their Jira is being upgraded")
    await row.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused by Mei,")).to_be_visible()
    assert complaints == []
