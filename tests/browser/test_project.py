"""The project page in a real browser: no script or style refused, nothing too wide."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from playwright.async_api import Page, expect

from pool.database import Database
from tests.builders import Town, open_town


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await town.raise_issue(
            "资金日报按公司汇总，并导出为 Excel", estimate_days=Decimal(3)
        )
        yield town


@pytest.mark.parametrize("width", [360, 800, 1360])
async def test_a_project_fits_every_screen_and_folds_open(
    page: Page, complaints: list[str], width: int
) -> None:
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto("/projects")
    await page.get_by_role("link", name="财务管理系统").click()
    await page.get_by_text("1 counted").click()
    await expect(page.locator(".counted a")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    assert complaints == []
