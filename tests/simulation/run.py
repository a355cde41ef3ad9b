"""Runs stories against one pool after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sync.engine import Memory
from tests.simulation import finale, heal, setting
from tests.simulation.broken import Broken
from tests.simulation.connector import PAGE
from tests.simulation.database import MortalDatabase
from tests.simulation.faults import Fault
from tests.simulation.invariants import Watch
from tests.simulation.life import Story, tell
from tests.simulation.people import RULESETS
from tests.simulation.shrink import shrink
from tests.simulation.vault import Vault
from tests.simulation.world import World, build

FOUNDED = "founded"


@dataclass
class Ground:
    """A database with a founded pool; every world starts from it."""

    database: MortalDatabase
    vault: Vault
    memory: Memory

    @asynccontextmanager
    async def world(self, seed: int) -> AsyncIterator[World]:
        """A world as on the first day."""
        await asyncio.to_thread(self.vault.put_back, FOUNDED)
        made = build(self.database, seed)
        known = Memory(rulesets=dict(self.memory.rulesets))
        made.engine = replace(made.engine, memory=known)
        made.vault = self.vault
        try:
            yield made
        finally:
            self.database.dangers = None
            for zombie in made.zombies:
                zombie.task.cancel()
            await asyncio.gather(
                *(z.task for z in made.zombies), return_exceptions=True
            )


@asynccontextmanager
async def open_ground(url: str, folder: Path) -> AsyncIterator[Ground]:
    """Found a pool once.

    A few issues are enough for the next ones to be read while some are kept.
    """
    database = MortalDatabase(url)
    await database.open()
    world = build(database, seed=0)
    database.dangers = None
    await setting.found(world.engine, folder, RULESETS[0])
    known = {one.fingerprint: one for one in RULESETS}
    ground = Ground(database, Vault(url), Memory(rulesets=known))
    await asyncio.to_thread(ground.vault.keep, FOUNDED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.fetch._BATCH", PAGE)
        yield ground
    await database.close()


async def play(world: World, story: Story) -> None:
    """The whole story, its healing and its quiet day.

    Raises:
        Broken: an invariant does not hold.
    """
    world.on, world.hooks, world.polls = story.on, story.hooks, story.polls
    watch = Watch(world)
    for stimulus in story.stimuli:
        await tell(world, story, stimulus)
        await watch.look()
    world.reseed(f"{story.seed} end")
    await end(world, watch)


async def end(world: World, watch: Watch) -> None:
    """The faults end: at first at one source, when the other is down (law 13)."""
    down = [one for one in world.trackers.values() if one.is_down]
    if len(down) == 1:
        [well] = set(world.trackers) - {down[0].source}
        await heal.end_faults(world, well)
        await heal.twenty_minutes(world)
        await finale.check_isolated(world, well)
    await heal.end_faults(world)
    await heal.twenty_minutes(world)
    await watch.look()
    await finale.check_converged(world)
    await finale.check_rules(world)
    await finale.check_quiet_day(world)
    await watch.look()
    await finale.check_converged(world)
    await finale.check_tombstones(world)
    await finale.check_no_canary(world)


@dataclass(frozen=True)
class Failure:
    """What a story ended in: which law, or which kind of error, and how it came."""

    kind: str
    sentence: str
    trace: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """A story that was played."""

    hash: str
    happened: Counter[Fault]
    failure: Failure | None = None


async def hear(ground: Ground, story: Story) -> Heard:
    """Play a story in a world of its own."""
    async with ground.world(story.seed) as world:
        try:
            await play(world, story)
        except (Broken, Exception) as error:  # noqa: BLE001 - whatever it is, it is told
            failure = Failure(_kind_of(error), str(error), tuple(world.trace))
            return Heard(world.hash, world.happened, failure)
        return Heard(world.hash, world.happened)


def _kind_of(error: BaseException) -> str:
    if isinstance(error, Broken):
        return str(error.number)
    return type(error).__name__


async def shorten(ground: Ground, story: Story, failure: Failure) -> Story:
    """The shortest story that fails in the same way."""

    async def fails(shorter: Story) -> bool:
        heard = await hear(ground, shorter)
        return heard.failure is not None and heard.failure.kind == failure.kind

    return await shrink(story, fails)
