"""The real engine under seeded faults: nothing lost, nothing twice."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from app.catalogue import apply_catalogue, load_catalogue
from app.rulesets import load_ruleset_file
from model.catalogue import Catalogue
from sync.activate import activate
from sync.register import register
from tests.conftest import new_database
from tests.simulation.invariants import check_end, check_step
from tests.simulation.life import heal, live
from tests.simulation.world import MortalDatabase, World, build
from tests.sync.conftest import CATALOGUE, CONTRACT

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "6"))
STEPS = int(os.environ.get("SIMULATION_STEPS", "150"))


@asynccontextmanager
async def open_world(server: str, folder: Path, seed: int) -> AsyncIterator[World]:
    databases = new_database(server, "migrated")
    database = MortalDatabase(next(databases), max_connections=3)
    world = build(database, seed)
    await database.open()
    await found(world, folder)
    yield world
    await database.close()
    next(databases, None)


async def found(world: World, folder: Path) -> None:
    (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    engine = world.engine
    await apply_catalogue(
        engine.database,
        load_catalogue(folder / "catalogue.yaml", Catalogue()),
        ids=engine.ids,
        clock=engine.clock,
        actor="test",
    )
    defaults = Path(__file__).parents[2] / "rules" / "defaults" / "vendor.en.yaml"
    await activate(engine, load_ruleset_file(defaults), "test")
    await register(engine)


async def run(world: World, steps: int) -> None:
    for _ in range(steps):
        await live(world)
        await check_step(world)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_seed(
    postgres_url: str, migrated_url: str, tmp_path: Path, seed: int
) -> None:
    assert migrated_url
    async with open_world(postgres_url, tmp_path, seed) as world:
        try:
            await run(world, STEPS)
            await heal(world, hooks=seed % 2 == 0, polls=True)
            await check_end(world)
            before = len(world.tracker.writes)
            await a_quiet_day(world)
            assert len(world.tracker.writes) == before, "wrote without a stimulus"
        except AssertionError:
            print("\n".join(world.trace[-60:]))  # noqa: T201 - the seed's last moments
            raise


async def a_quiet_day(world: World) -> None:
    """The hours up to a day's end, polled every ten minutes."""
    for _ in range(12):
        world.time.wind(timedelta(minutes=10))
        while await world.work(polls=True):
            world.woken -= {("poll", "acme")}
            if not world.woken:
                break


async def test_the_same_seed_is_the_same_trace(
    postgres_url: str, migrated_url: str, tmp_path: Path
) -> None:
    assert migrated_url
    hashes = set()
    for _ in range(2):
        async with open_world(postgres_url, tmp_path, 7) as world:
            await run(world, 80)
            hashes.add(world.hash)
    assert len(hashes) == 1
