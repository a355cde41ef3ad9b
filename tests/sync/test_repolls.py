"""Deliveries that could not be taken have a source read again, and not too often."""

from dataclasses import replace

from sync.receive import ask_repoll
from sync.tick import tick
from tests.sync.conftest import clock, desk, world
from tests.sync.world import World

__all__ = ["clock", "desk", "world"]


async def is_poll_due(world: World) -> bool:
    return "poll" in {one.verb for one in await tick(world.engine)}


async def test_however_often_it_is_asked_for_it_is_once_in_five_minutes(
    world: World,
) -> None:
    sources = world.engine.sources
    assert isinstance(sources, dict)
    hourly = sources["acme"].config.model_copy(update={"poll_seconds": 3600})
    sources["acme"] = replace(sources["acme"], config=hourly)
    await world.settle(polls=True)
    for _ in range(5):
        world.clock.wind(seconds=50)
        await ask_repoll(world.engine, "acme")
        assert not await is_poll_due(world)
    world.clock.wind(seconds=51)
    assert await is_poll_due(world)
    await world.settle(polls=True)
    world.clock.wind(minutes=6)
    assert not await is_poll_due(world)


async def test_a_clock_that_was_a_day_ahead_does_not_end_polling_for_a_day(
    world: World,
) -> None:
    world.clock.wind(days=1)
    await world.settle(polls=True)
    world.clock.wind(days=-1, seconds=20)
    assert await is_poll_due(world)
    await world.settle(polls=True)
    assert not await is_poll_due(world)


async def test_a_source_that_is_not_in_the_pool_is_not_asked_for(world: World) -> None:
    await ask_repoll(world.engine, "nobody")
    assert await world.rows("SELECT FROM sources WHERE repoll_at IS NOT NULL") == []
