"""Nothing waits for a moment that a clock which was ahead has kept."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace

import procrastinate.periodic
import pytest

from app import jobs as app_jobs
from connectors.http import Budget
from pool import fetches, sources, waits
from sandbox.faults import Fault
from sync.deliver import deliver
from sync.fan_out import Errand, fan_out
from sync.poll import poll
from sync.raise_issues import raise_issues
from tests.sync.conftest import JiraDesk
from tests.sync.test_jobs import running
from tests.sync.world import START, World, Wound

AHEAD = timedelta(days=400)
MINUTE = timedelta(minutes=1)


async def wait_for_everything(world: World, desk: JiraDesk) -> None:
    """A write, one that was being sent, an issue to be raised, a look, and the source."""
    desk.raise_issue("WeChat mini program for approvals")
    other = desk.raise_issue("Export of every fund report")
    await world.settle(polls=True)
    [first] = await world.rows("SELECT * FROM issues WHERE number = 1")
    [link] = await world.rows(
        "SELECT * FROM requirement_issues WHERE issue_id = %s", first["id"]
    )
    refused = Fault("POST", "/rest/api/2/issue", times=1, status=503)
    desk.tracker.bench.faults.fail_next.append(refused)
    errand = Errand("acme", "New invoice format", "In force from 2027.")
    await fan_out(world.engine, link["requirement_id"], errand, "regulation", "Mei")
    await raise_issues(world.engine, "acme")
    await world.rows(
        "UPDATE outbox SET state = 'pending', attempts = 1, settled_at = NULL,"
        " not_before = %s, claimed_at = CASE WHEN field = 'labels' THEN created_at END"
        " WHERE issue_id = %s RETURNING id",
        world.clock() + MINUTE,
        first["id"],
    )
    await world.rows(
        "INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, cause)"
        " VALUES (%s, %s, %s, %s, 'sweep') RETURNING cause",
        first["source_id"],
        other.id,
        world.clock(),
        world.clock() + MINUTE,
    )
    async with world.engine.database.transaction() as connection:
        until = world.clock() + MINUTE
        told = {"code": "rate_limited"}
        await sources.note_error(connection, first["source_id"], told, until)


async def test_what_was_kept_by_a_clock_that_was_ahead_goes_on_once_it_is_set_back(
    world: World, desk: JiraDesk
) -> None:
    world.clock.wind(days=AHEAD.days)
    await wait_for_everything(world, desk)
    world.clock.at -= AHEAD
    for _ in range(6):
        await world.settle(polls=True)
        world.clock.wind(minutes=3)

    assert (
        await world.rows("SELECT FROM outbox WHERE state NOT IN ('sent', 'cancelled')")
        == []
    )
    assert await world.rows("SELECT FROM raisings WHERE issue_id IS NULL") == []
    assert await world.rows("SELECT FROM fetches") == []
    days = await world.rows("SELECT DISTINCT decided_on AS day FROM issues")
    assert [row["day"] for row in days] == [START.date()]
    [source] = await world.rows("SELECT * FROM sources")
    assert source["first_read_at"] < world.clock()
    swept = await world.rows("SELECT kept_at FROM cursors WHERE stream = 'sweep'")
    assert swept[0]["kept_at"] < world.clock()


async def test_an_honest_wait_is_left_alone(world: World) -> None:
    longest = waits.Longest(own=MINUTE, asked=timedelta(days=1))
    async with world.engine.database.transaction() as connection:
        row = await sources.find(connection, "acme")
        assert row
        until = world.clock() + timedelta(hours=23)
        await sources.note_error(connection, row.id, {"code": "rate_limited"}, until)
        for _ in range(14):
            await fetches.set_aside(connection, row.id, "1", world.clock())
        await waits.free_stranded(connection, world.clock(), longest)
        kept = await sources.find(connection, "acme")
        due = await fetches.find_due(connection, row.id, world.clock(), 1)
    assert kept
    assert (kept.not_before, due) == (until, {})


async def test_a_limit_counts_as_an_attempt_of_a_write_from_a_day_to_come(
    world: World, desk: JiraDesk
) -> None:
    world.clock.wind(days=AHEAD.days)
    desk.raise_issue("WeChat mini program for approvals")
    await poll(world.engine, "acme")
    world.clock.at -= AHEAD
    limit = Fault("POST", "/comment", 429, times=9, headers={"Retry-After": "60"})
    desk.server.call(lambda: desk.tracker.bench.faults.fail_next.append(limit))
    await waits_end(world)
    await deliver(world.engine, "acme")
    [row] = await world.rows("SELECT attempts FROM outbox WHERE field = 'comment'")
    assert row["attempts"] == 1


async def waits_end(world: World) -> None:
    longest = waits.Longest(own=MINUTE, asked=timedelta(days=1))
    async with world.engine.database.transaction() as connection:
        await waits.free_stranded(connection, world.clock(), longest)


def test_a_rate_limit_ends_with_the_clock_that_it_was_kept_by() -> None:
    clock = Wound()
    clock.at += AHEAD
    budget = Budget(clock)
    budget.record(
        {"ratelimit-limit": "100", "ratelimit-remaining": "1", "ratelimit-reset": "50"}
    )
    for _ in range(3):
        budget.take_turn()
    budget.hold(60)
    clock.at -= AHEAD
    assert budget.get_wait_seconds([""]) == 0
    assert budget.take_turn() == 0
    assert budget.get_standing().waits == ()
    budget.hold(60)
    assert budget.get_wait_seconds([""]) == 60


async def test_a_worker_whose_clock_was_set_back_ticks_on(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.wind(days=AHEAD.days)
    monkeypatch.setattr(app_jobs, "_AGAIN_SECONDS", 0.1)
    wall = SimpleNamespace(time=lambda: world.clock().timestamp() + time.monotonic())
    monkeypatch.setattr(procrastinate.periodic, "time", wall)
    async with running(world, database_url), asyncio.timeout(30):
        ahead = await wait_for_tick(world)
        world.clock.at -= AHEAD
        await wait_for_tick(world, before=ahead)


async def wait_for_tick(world: World, before: int = 2**62) -> int:
    while True:
        [tick] = await world.rows(
            "SELECT min(defer_timestamp) AS at FROM procrastinate_periodic_defers"
            " WHERE task_name = 'tick' AND defer_timestamp < %s",
            before,
        )
        if tick["at"]:
            return int(tick["at"])
        await asyncio.sleep(0.05)
