"""A first read that brought far fewer issues than the tracker counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from connectors.base import Connector, Cursor, Page
from sync.backfill import backfill
from tests.sync.conftest import JiraDesk
from tests.sync.world import World


@dataclass
class Counting:
    """A connector whose tracker counts as many issues as it is told."""

    inner: Connector
    total: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        async for page in self.inner.fetch_changed(cursor):
            yield replace(page, total=self.total)


async def read_from_the_beginning(world: World, total: int) -> set[str]:
    source = world.engine.sources["acme"]
    counting: Any = Counting(source.connector, total)
    sources = {"acme": replace(source, connector=counting)}
    engine = replace(world.engine, sources=sources)
    assert await backfill(engine, "acme", lambda *_: None, restart=True)
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    concerns = await world.rows("SELECT code FROM attention WHERE resolved_at IS NULL")
    return {row["code"] for row in concerns}


async def test_b3_a_listing_that_ended_too_early_is_for_a_person(
    world: World, desk: JiraDesk
) -> None:
    desk.raise_issue("the only one that is listed")
    assert await read_from_the_beginning(world, 1) == set()
    assert await read_from_the_beginning(world, 90) == set()
    assert await read_from_the_beginning(world, 5000) == {"first_read_short"}
    assert await read_from_the_beginning(world, 1) == set()
