"""Wishes to read issues come from several processes, in any order, by any clock."""

import asyncio
from datetime import timedelta

from pool import fetches, outbox, sources
from sandbox.faults import Fault
from sandbox.jira.records import Issue
from sync.fetch import fetch
from sync.ingest import ingest
from sync.poll import poll
from tests.sync.conftest import JiraDesk
from tests.sync.test_round_trip import register_hook
from tests.sync.world import World


async def test_hints_that_came_in_another_order_do_not_deadlock(
    world: World, desk: JiraDesk
) -> None:
    """PostgreSQL ends one of two transactions that wait for each other."""
    first = desk.raise_issue("Export the fund report to Excel")
    second = desk.raise_issue("Export the cash report to Excel")
    await world.settle(polls=True)
    await register_hook(desk, world)
    for issue in (second, first):
        desk.edit(issue, summary="Export every report to Excel")
    await desk.quiet()
    now = world.clock()
    async with world.engine.database.transaction() as connection:
        source = await sources.find(connection, "acme")
        assert source is not None
        await fetches.ask(connection, source.id, [first.id], now, "webhook")
        ingesting = asyncio.create_task(ingest(world.engine, "acme"))
        await asyncio.sleep(0.5)
        await fetches.ask(connection, source.id, [second.id], now, "webhook")
    assert await ingesting == 2


async def test_a_wish_from_a_clock_that_is_ahead_is_not_asked_for_again_and_again(
    world: World, desk: JiraDesk
) -> None:
    issue = desk.raise_issue("Export the fund report to Excel")
    await world.settle(polls=True)
    async with world.engine.database.transaction() as connection:
        source = await sources.find(connection, "acme")
        assert source is not None
        for ahead in (timedelta(), timedelta(minutes=1)):
            at = world.clock() + ahead
            await fetches.ask(connection, source.id, [issue.id], at, "webhook")
    async with asyncio.timeout(30):
        assert await fetch(world.engine, "acme") == 0
    world.clock.wind(minutes=1)
    assert await fetch(world.engine, "acme") == 1
    assert await world.rows("SELECT FROM fetches") == []


async def lose_one(world: World, desk: JiraDesk) -> Issue:
    """An issue of the pool that somebody deletes."""
    issue = desk.raise_issue("Export the fund report to Excel")
    await world.settle(polls=True)
    desk.delete(issue)
    return issue


async def ask_for(world: World, issue: Issue) -> None:
    async with world.engine.database.transaction() as connection:
        source = await sources.find(connection, "acme")
        assert source is not None
        await fetches.ask(connection, source.id, [issue.id], world.clock(), "webhook")


async def look_for(world: World, *, deleted: bool) -> None:
    """A minute later; says what the pool takes the only issue for then."""
    world.clock.wind(minutes=1)
    await fetch(world.engine, "acme")
    [row] = await world.rows("SELECT deleted_at FROM issues")
    assert (row["deleted_at"] is not None) is deleted


async def test_an_issue_is_gone_that_two_looks_missed_with_none_between_them(
    world: World, desk: JiraDesk
) -> None:
    """A look that came to no end may have found it."""
    issue = await lose_one(world, desk)
    await ask_for(world, issue)
    await look_for(world, deleted=False)
    desk.server.call(lambda: desk.tracker.bench.faults.fail_next.append(Fault()))
    await look_for(world, deleted=False)
    await look_for(world, deleted=False)
    await look_for(world, deleted=True)
    assert await world.rows("SELECT FROM fetches") == []


async def test_an_issue_is_deleted_once_however_often_it_is_missed(
    world: World, desk: JiraDesk
) -> None:
    issue = await lose_one(world, desk)
    for _ in range(2):
        await ask_for(world, issue)
        world.clock.wind(minutes=1)
        await fetch(world.engine, "acme")
        await look_for(world, deleted=True)
    deleted = "SELECT i.deleted_at, h.happened_at FROM issues i"
    deleted += " JOIN history h ON h.issue_id = i.id AND h.field = 'deleted'"
    [row] = await world.rows(deleted)
    assert row["deleted_at"] == row["happened_at"]


async def test_an_issue_that_could_not_be_absorbed_was_there(
    world: World, desk: JiraDesk
) -> None:
    issue = await lose_one(world, desk)
    async with world.engine.database.transaction() as connection:
        source = await sources.find(connection, "acme")
        assert source is not None
        await fetches.set_aside(connection, source.id, issue.id, world.clock())
    await look_for(world, deleted=False)
    await look_for(world, deleted=True)


async def test_an_issue_is_not_read_while_it_is_written_to(
    world: World, desk: JiraDesk
) -> None:
    """A claim that nobody settles runs out, and then the issue is read nevertheless."""
    issue = desk.raise_issue("Export the fund report to Excel")
    await poll(world.engine, "acme")
    now, lease = world.clock(), timedelta(minutes=1)
    async with world.engine.database.transaction() as connection:
        source = await sources.find(connection, "acme")
        assert source is not None
        assert await outbox.claim(connection, source.id, now, lease, 50)
        await fetches.ask(connection, source.id, [issue.id], now, "webhook")
    assert await fetch(world.engine, "acme") == 0
    world.clock.wind(minutes=1)
    assert await fetch(world.engine, "acme") == 1
