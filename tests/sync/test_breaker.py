"""A tracker that is down is only probed, and takes nothing from the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.jobs import build_jobs, wake_through
from app.jobs import work as run_jobs
from pool import sources
from pool.database import Database
from sandbox.clock import utc_now
from sandbox.faults import Fault
from sync.breaker import OPENS_AT, claim_probe
from sync.deliver import deliver
from sync.engine import Engine
from sync.poll import poll
from sync.register import register
from sync.trouble import report_failure
from tests.sync.conftest import JiraDesk, build_jira, found_catalogue, jira_config
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

WISH = "WeChat mini program for approvals"


def requests(desk: JiraDesk) -> int:
    return desk.server.call(lambda: len(desk.tracker.bench.journal.entries))


def fail(desk: JiraDesk, times: int = 10_000, **how: Any) -> None:
    fault = Fault(**{"status": 503, "times": times} | how)
    desk.server.call(lambda: desk.tracker.bench.faults.fail_next.append(fault))


def heal(desk: JiraDesk) -> None:
    desk.server.call(desk.tracker.bench.faults.clear)


async def row_of(world: World, name: str = "acme") -> sources.SourceRow:
    async with world.engine.database.transaction() as connection:
        row = await sources.find(connection, name)
    assert row
    return row


async def break_down(world: World, desk: JiraDesk) -> None:
    fail(desk)
    while (await row_of(world)).broken_at is None:
        world.clock.wind(minutes=30)
        await poll(world.engine, "acme")


async def test_the_breaker_opens_after_failures_in_a_row_and_says_so(
    world: World, desk: JiraDesk
) -> None:
    fail(desk, OPENS_AT - 1)
    for _ in range(OPENS_AT):
        world.clock.wind(minutes=30)
        await poll(world.engine, "acme")
    row = await row_of(world)
    assert (row.failures, row.broken_at) == (0, None)
    await break_down(world, desk)
    row = await row_of(world)
    assert row.failures == OPENS_AT
    assert row.broken_at
    assert row.not_before
    assert row.not_before > row.broken_at
    concerns = await world.rows(
        "SELECT code FROM attention WHERE resolved_at IS NULL AND subject = 'acme'"
    )
    assert [it["code"] for it in concerns] == ["tracker_down"]


async def test_a_day_of_outage_is_probed_gently_and_uses_no_attempts_up(
    world: World, desk: JiraDesk
) -> None:
    await world.settle(polls=True)
    made = desk.raise_issue(WISH)
    world.clock.wind(minutes=5)
    await poll(world.engine, "acme")
    await break_down(world, desk)
    before = requests(desk)
    for _ in range(24):
        world.clock.wind(hours=1)
        await world.settle(polls=True)
    assert requests(desk) - before == 24
    assert {row["attempts"] for row in await world.rows("SELECT * FROM outbox")} == {0}
    heal(desk)
    world.clock.wind(minutes=1)
    await world.settle(polls=True)
    row = await row_of(world)
    assert (row.failures, row.broken_at, row.last_error) == (0, None, None)
    assert "pool-scope::out-of-contract" in made.labels
    assert await world.rows("SELECT FROM attention WHERE resolved_at IS NULL") == []


async def test_writes_that_fail_open_it_too_and_the_rest_of_the_batch_is_spared(
    world: World, desk: JiraDesk
) -> None:
    for _ in range(12):
        desk.raise_issue(WISH)
    world.clock.wind(minutes=5)
    await poll(world.engine, "acme")
    fail(desk)
    await deliver(world.engine, "acme")
    assert (await row_of(world)).broken_at is not None
    tried = await world.rows("SELECT FROM outbox WHERE attempts > 0")
    limit = world.engine.sources["acme"].config.max_concurrency
    assert OPENS_AT <= len(tried) <= OPENS_AT + limit
    before = requests(desk)
    assert await deliver(world.engine, "acme") == 0
    assert requests(desk) == before


async def test_a_mistake_of_ours_makes_the_source_wait_and_is_told(
    world: World,
) -> None:
    await report_failure(world.engine, "poll", "acme", ZeroDivisionError("by zero"))
    row = await row_of(world)
    assert row.not_before
    assert row.not_before > world.clock()
    [told] = await world.rows("SELECT subject, params FROM attention")
    assert told["subject"] == "poll:acme"
    assert told["params"]["error"] == "ZeroDivisionError: by zero"


async def test_one_process_probes_and_once_an_interval(
    world: World, desk: JiraDesk
) -> None:
    await break_down(world, desk)
    world.clock.wind(minutes=1)
    others = [replace(world.engine, random=Random(seed)) for seed in range(4)]

    async def claim(engine: Engine) -> bool:
        async with engine.database.transaction() as connection:
            row = await sources.find(connection, "acme")
            assert row
            return await claim_probe(engine, connection, row)

    claimed = await asyncio.gather(*(claim(engine) for engine in others))
    assert sorted(claimed) == [False, False, False, True]
    world.clock.wind(seconds=20)
    assert await claim(others[0]) is False
    world.clock.wind(seconds=20)
    assert await claim(others[0]) is True


async def test_who_asks_us_to_wait_or_refuses_us_is_not_down(
    world: World, desk: JiraDesk
) -> None:
    fail(desk, status=429, headers={"Retry-After": "5"})
    for _ in range(OPENS_AT + 2):
        world.clock.wind(minutes=30)
        await poll(world.engine, "acme")
    assert (await row_of(world)).broken_at is None
    heal(desk)
    await break_down(world, desk)
    heal(desk)
    fail(desk, status=401)
    world.clock.wind(minutes=1)
    await poll(world.engine, "acme")
    row = await row_of(world)
    assert row.broken_at is None
    assert (row.last_error or {})["code"] == "credentials_refused"


@pytest.fixture
async def neighbours(
    database: Database, database_url: str, tmp_path: Path
) -> AsyncIterator[tuple[World, JiraDesk, JiraDesk]]:
    """A worker with one place for two trackers, both healthy, on real time."""
    good, bad = build_jira(utc_now), build_jira(utc_now)
    async with AsyncExitStack() as stack:
        for desk in (good, bad):
            stack.enter_context(desk.server)
        configs = {
            name: jira_config(desk.url).model_copy(update={"poll_seconds": 0.5})
            for name, desk in (("good", good), ("bad", bad))
        }
        clock = Wound()
        world = await stack.enter_async_context(open_world(database, configs, clock))
        await found_catalogue(world, tmp_path)
        jobs = await stack.enter_async_context(build_jobs(database_url).open_async())
        engine = replace(world.engine, wake=wake_through(jobs), clock=utc_now)
        await register(engine)
        await activate(engine, ruleset_text())
        worker = asyncio.create_task(run_jobs(jobs, engine, concurrency=1))
        yield world, good, bad
        bad.server.stop()  # what hangs there would hold the worker up
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def travel(desk: JiraDesk, count: int) -> None:
    """Wait until issues that are raised bear our labels: for less than a hang lasts."""
    made = [desk.raise_issue(WISH) for _ in range(count)]
    async with asyncio.timeout(20):
        while not all(issue.labels for issue in made):
            await asyncio.sleep(0.05)


async def test_one_tracker_that_hangs_does_not_slow_the_others(
    neighbours: tuple[World, JiraDesk, JiraDesk],
) -> None:
    world, good, bad = neighbours
    await travel(good, 1)
    await travel(bad, 1)
    hang(bad, seconds=60)
    bad.raise_issue(WISH)
    await world.rows(
        "INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, cause)"
        " SELECT id, '1', now(), now(), 'test' FROM sources WHERE name = 'bad'"
        " RETURNING tracker_id"
    )
    await asyncio.sleep(2)
    await travel(good, 5)


def hang(desk: JiraDesk, seconds: float) -> None:
    faults = desk.tracker.bench.faults
    desk.server.call(lambda: setattr(faults, "latency_ms", seconds * 1000))
