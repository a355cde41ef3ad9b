"""One browser for all tests here; each has a site, and a profile, of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.builders import Town
from tests.sync.world import serve
from web.desk import desk_of
from web.site import build

CHROMIUM = Path("/usr/bin/chromium")
IS_HERE = CHROMIUM.exists()
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    if not IS_HERE:
        pytest.skip("needs Chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE_MS
        )
        yield launched
        await launched.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said: a refused script or style, an error."""
    return []


@pytest.fixture
async def page(
    browser: Browser, town: Town, complaints: list[str]
) -> AsyncIterator[Page]:
    """A new window before the town's site."""
    async with serve(build(desk_of(town.engine))) as url:
        context = await browser.new_context(base_url=url, locale="en-US")
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await context.close()
