"""The project page in a real browser: no script or style refused, nothing too wide."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from playwright.async_api import async_playwright, expect

from pool.database import Database
from tests.browser.test_pool import CHROMIUM, serve
from tests.builders import Town, open_town

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await town.raise_issue(
            "资金日报按公司汇总，并导出为 Excel", estimate_days=Decimal(3)
        )
        yield town


@pytest.mark.parametrize("width", [360, 800, 1360])
async def test_a_project_fits_every_screen_and_folds_open(
    town: Town, width: int
) -> None:
    complaints: list[str] = []
    async with serve(town) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        context = await browser.new_context(
            base_url=url,
            locale="en-US",
            color_scheme="dark",
            viewport={"width": width, "height": 800},
        )
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        await page.goto("/projects")
        await page.get_by_role("link", name="财务管理系统").click()
        await page.get_by_text("1 counted").click()
        await expect(page.locator(".counted a")).to_be_visible()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        await browser.close()
    assert wide <= width
    assert complaints == []
