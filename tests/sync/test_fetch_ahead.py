"""While a full batch of issues is kept, the next one is read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectors.base import Fetched
from model.errors import RetriableError
from pool import sources
from pool.database import hold_source
from sync.fetch import fetch
from tests.sync.conftest import JiraDesk
from tests.sync.world import World

TITLES = [f"Export the fund report to Excel ({number})" for number in range(5)]


@dataclass
class Reading:
    """A connector, and what was asked of it at once; it fails from a request on."""

    real: Any
    fails_from: int = 99
    asked: list[Sequence[str]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        if len(self.asked) >= self.fails_from:
            raise RetriableError("unavailable")
        self.asked.append(tracker_ids)
        fetched: Fetched = await self.real.fetch(tracker_ids)
        return fetched


async def ask_for_all(world: World, desk: JiraDesk) -> list[str]:
    issues = [desk.raise_issue(title).id for title in TITLES]
    await world.rows(
        "INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, cause)"
        " SELECT id, unnest(%s::text[]), %s, %s, 'webhook' FROM sources"
        " WHERE name = 'acme' RETURNING cause",
        issues,
        world.clock(),
        world.clock(),
    )
    return sorted(issues)


def listen(world: World, fails_from: int = 99) -> Reading:
    source = world.engine.sources["acme"]
    reading: Any = Reading(source.connector, fails_from)
    others = {**world.engine.sources, "acme": replace(source, connector=reading)}
    world.engine = replace(world.engine, sources=others)
    heard: Reading = reading
    return heard


async def test_each_issue_is_read_once_and_ahead(
    world: World, desk: JiraDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.fetch._BATCH", 2)
    issues, reading = await ask_for_all(world, desk), listen(world)
    async with (
        asyncio.timeout(30),
        asyncio.TaskGroup() as group,
        world.engine.database.transaction() as connection,
    ):
        source = await sources.find(connection, "acme")
        assert source
        await hold_source(connection, source.id)  # so that nothing can be kept yet
        fetching = group.create_task(fetch(world.engine, "acme"))
        while len(reading.asked) < 2:
            await asyncio.sleep(0.01)
    assert fetching.result() == 5
    assert sorted(each for some in reading.asked for each in some) == issues
    assert [len(some) for some in reading.asked] == [2, 2, 1]
    assert await world.rows("SELECT FROM fetches") == []


async def test_a_request_ahead_that_fails_takes_nothing_from_what_was_read(
    world: World, desk: JiraDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.fetch._BATCH", 2)
    await ask_for_all(world, desk)
    listen(world, fails_from=1)
    assert await fetch(world.engine, "acme") == 2
    assert len(await world.rows("SELECT FROM issues")) == 2
    assert len(await world.rows("SELECT FROM fetches")) == 3
