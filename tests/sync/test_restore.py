"""An older backup restored: the pool catches up, and clients are told nothing twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from pool import issues
from pool.database import Database
from sandbox.jira.records import Issue
from sync.deliver import deliver
from sync.poll import poll
from sync.register import register
from tests.conftest import execute, with_database
from tests.sync.conftest import JiraDesk, found_catalogue, jira_config
from tests.sync.test_round_trip import writes
from tests.sync.world import World, Wound, activate, open_world, ruleset_text


@pytest.fixture
def backup_url(postgres_url: str, database_url: str) -> Iterator[str]:
    """Where the backup will be: the name is free until then."""
    name = f"{make_url(database_url).database}_backup"
    yield with_database(postgres_url, name)
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    execute(postgres_url, drop.format(Identifier(name)))


def back_up(server: str, database: str, backup: str) -> None:
    names = [Identifier(str(make_url(url).database)) for url in (backup, database)]
    execute(server, SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


@asynccontextmanager
async def opened(url: str, desk: JiraDesk, clock: Wound) -> AsyncIterator[World]:
    database = Database(url)
    await database.open()
    async with open_world(database, {"acme": jira_config(desk.url)}, clock) as world:
        yield world
    await database.close()


async def catch_up(world: World) -> None:
    """As many polls as a quarter of an hour has."""
    for _ in range(5):
        world.clock.wind(minutes=3)
        await world.settle(polls=True)


def shown(issue: Issue) -> tuple[object, ...]:
    comments = [(comment.author.name, comment.body) for comment in issue.comments]
    return issue.summary, issue.status.name, tuple(sorted(issue.labels)), comments


async def test_a_restored_backup_catches_up_and_repeats_nothing(
    postgres_url: str,
    database_url: str,
    backup_url: str,
    desk: JiraDesk,
    clock: Wound,
    tmp_path: Path,
) -> None:
    async with opened(database_url, desk, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        early = desk.raise_issue("Please build a WeChat mini program for approvals")
        await catch_up(world)
    back_up(postgres_url, database_url, backup_url)

    async with opened(database_url, desk, clock) as world:
        late = desk.raise_issue("How do I export the fund report?")
        desk.edit(early, summary="Export every fund report to Excel")
        await catch_up(world)
    assert [len(issue.comments) for issue in (early, late)] == [1, 1]
    lost = [shown(issue) for issue in (early, late)]
    before = writes(desk)

    async with opened(backup_url, desk, clock) as world:
        await catch_up(world)
        assert [shown(issue) for issue in (early, late)] == lost
        found = await world.rows("SELECT content->>'title' AS title FROM issues")
        assert {row["title"] for row in found} == {early.summary, late.summary}
        again = writes(desk)
        await catch_up(world)
        assert writes(desk) == again
    assert again == before


async def test_a_write_that_the_restored_pool_does_not_know_is_in_its_audit(
    world: World, desk: JiraDesk
) -> None:
    """Who was just writing is the only one who knows of it."""
    made = desk.raise_issue("WeChat mini program for approvals")
    await poll(world.engine, "acme")
    lost = await world.rows("SELECT id::text, issue_id, field FROM outbox ORDER BY seq")
    async with world.engine.database.transaction() as connection:
        await issues.lock(connection, [lost[0]["issue_id"]])
        delivering = asyncio.create_task(deliver(world.engine, "acme"))
        while desk.tracker.bench.journal.writes < len(lost):
            await asyncio.sleep(0.01)
        await connection.execute("DELETE FROM outbox")
    assert await delivering == len(lost)
    noted = await world.rows(
        "SELECT cause, action, subject, after->'receipt'->>'written' AS written"
        " FROM audit WHERE cause = ANY(%s) ORDER BY seq",
        [row["id"] for row in lost],
    )
    assert [tuple(row.values()) for row in noted] == [
        (row["id"], f"write {row['field']}", f"acme:{made.id}", "true") for row in lost
    ]
