import httpx

from pool import sources
from pool.attention import Concern, raise_concern
from tests.builders import Town


async def test_a_calm_pool_says_so(site: httpx.AsyncClient) -> None:
    page = (await site.get("/health")).text
    assert "Nothing needs attention." in page
    assert "huaxin-jira" in page


async def test_a_concern_is_shown_with_its_remedy_in_the_readers_language(
    site: httpx.AsyncClient, town: Town
) -> None:
    async with town.database.transaction() as connection:
        concern = Concern("credentials_refused", "huaxin-jira", {})
        await raise_concern(connection, town.engine.ids, concern, town.clock())
    assert "Replace the token" in (await site.get("/health")).text
    await site.get("/health?lang=zh")
    assert "更换令牌" in (await site.get("/health")).text


async def test_a_source_in_trouble_says_what_and_until_when(
    site: httpx.AsyncClient, town: Town
) -> None:
    async with town.database.transaction() as connection:
        source = await sources.find(connection, "huaxin-jira")
        assert source
        error = {"code": "rate_limited"}
        until = town.clock().replace(hour=23, minute=59)
        await sources.note_error(connection, source.id, error, until)
    page = (await site.get("/health")).text
    assert "The tracker asked us to slow down." in page
    assert "waiting until 23:59:00 UTC" in page
