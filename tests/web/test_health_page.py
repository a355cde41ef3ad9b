from datetime import timedelta

import httpx

from model.budgets import RateBudget, RateLimit, RateWait
from model.findings import Finding
from pool import checks, sources
from pool.attention import Concern, raise_concern
from pool.gauges import Gauge, find_gauges
from tests.builders import Town


async def test_a_calm_pool_says_so(site: httpx.AsyncClient) -> None:
    page = (await site.get("/health")).text
    assert "Nothing needs attention." in page
    assert "huaxin-jira" in page
    whose = '<span class="client">华信控股</span> <a href="/projects/huaxin-finance">'
    assert f"{whose}财务管理系统</a> <code>huaxin-finance</code>" in page
    [told, _] = (await site.get("/api/v1/status")).json()["sources"]
    assert (told["client_name"], told["project_name"]) == ("华信控股", "财务管理系统")


async def test_a_concern_is_shown_with_its_remedy_in_the_readers_language(
    site: httpx.AsyncClient, town: Town
) -> None:
    async with town.database.transaction() as connection:
        concern = Concern("credentials_refused", "huaxin-jira", {})
        await raise_concern(connection, town.engine.ids, concern, town.clock())
    assert "Replace the token" in (await site.get("/health")).text
    await site.get("/health?lang=zh")
    assert "更换令牌" in (await site.get("/health")).text


async def test_of_very_many_concerns_the_latest_are_shown_and_all_are_counted(
    site: httpx.AsyncClient, town: Town
) -> None:
    async with town.database.transaction() as connection:
        for number in range(203):
            concern = Concern("note_not_stored", f"issue-{number}:labels", {})
            at = town.clock() + timedelta(seconds=number)
            await raise_concern(connection, town.engine.ids, concern, at)
    page = (await site.get("/health")).text
    assert page.count("<code>note_not_stored</code>") == 200
    assert "issue-202:labels" in page
    assert "issue-2:labels" not in page
    assert "These are the latest 200." in page
    told = (await site.get("/api/v1/status")).json()
    assert (len(told["attention"]), told["concerns"]) == (200, 203)


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


async def test_what_is_left_of_the_rate_limit_is_shown_in_the_readers_language(
    site: httpx.AsyncClient, town: Town
) -> None:
    now = town.clock()
    later = now.replace(hour=23, minute=58)
    limit = RateLimit("api", 2000, 1988, later, near_limit=False, told_at=now)
    budget = RateBudget((limit,), (RateWait("", later), RateWait("POST /x", later)))
    async with town.database.transaction() as connection:
        source = await sources.find(connection, "huaxin-jira")
        assert source
        await sources.note_budget(connection, source.id, budget)
        kept = await sources.find(connection, "huaxin-jira")
    assert kept
    assert kept.budget == budget
    page = (await site.get("/health")).text
    assert "Rate limit api: 1988 of 2000 left, resets at 23:58:00 UTC" in page
    assert "All requests: waiting until 23:58:00 UTC" in page
    assert "POST /x: waiting until 23:58:00 UTC" in page
    chinese = (await site.get("/health?lang=zh", follow_redirects=True)).text
    assert "速率额度 api：剩余 1988/2000，23:58:00 UTC 重置" in chinese
    assert "全部请求 等待至 23:58:00 UTC" in chinese
    await site.get("/health?lang=en")


async def test_monitoring_is_told_what_is_left_of_the_tightest_limit(
    town: Town,
) -> None:
    now = town.clock()
    over, later = now - timedelta(seconds=1), now + timedelta(minutes=1)
    limits = [
        RateLimit(name, limit, left, resets_at, near_limit=False, told_at=now)
        for name, limit, left, resets_at in (
            ("api", 2000, 500, later),
            ("search", 30, 6, later),
            ("writes", 30, 0, over),
            ("untold", 30, None, later),
            ("none at all", 0, 0, None),
            ("absurd", 10**30, 10**30, later),
        )
    ]
    async with town.database.transaction() as connection:
        source = await sources.find(connection, "huaxin-jira")
        assert source
        await sources.note_budget(connection, source.id, RateBudget(tuple(limits)))
        gauges = await find_gauges(connection, now)
    told = [one for one in gauges if one.name == "budget_left_ratio"]
    assert told == [Gauge("budget_left_ratio", "huaxin-jira", 0.2)]


async def keep_check(town: Town, *findings: Finding) -> None:
    async with town.database.transaction() as connection:
        source = await sources.find(connection, "huaxin-jira")
        assert source
        await checks.keep(connection, source.id, findings, town.clock())


async def test_what_a_check_found_is_shown_until_it_is_mended(
    site: httpx.AsyncClient, town: Town
) -> None:
    assert "not checked yet" in (await site.get("/health")).text
    place = {"place": "FIN", "source": "huaxin-jira"}
    off = Finding.error(
        "webhook_disabled",
        "huaxin-jira: FIN",
        "The webhook of {place} is switched off.",
        "Run reqpool webhooks install {source}.",
        **place,
    )
    await keep_check(town, off)
    page = (await site.get("/health")).text
    assert "The webhook of FIN is switched off." in page
    assert "Run reqpool webhooks install huaxin-jira." in page
    [told] = (await site.get("/api/v1/status")).json()["sources"][0]["findings"]
    assert (told["code"], told["severity"]) == ("webhook_disabled", "error")
    assert told["remedy"] == "Run reqpool webhooks install huaxin-jira."
    chinese = (await site.get("/health?lang=zh", follow_redirects=True)).text
    assert "FIN 的 Webhook 已被停用。" in chinese
    assert "再运行 reqpool webhooks install huaxin-jira" in chinese
    await site.get("/health?lang=en")
    await keep_check(town, Finding.ok("webhook", "huaxin-jira: FIN", "It is there."))
    page = (await site.get("/health")).text
    assert "switched off" not in page
    assert "checked <time" in " ".join(page.split())
