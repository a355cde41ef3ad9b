"""One seed: an engine, a tracker, people, faults and a hand that kills."""

import hashlib
from asyncio import CancelledError
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from connectors.base import SourceConfig
from pool.database import Connection, Database, query
from rules.matching.word_matcher import WordMatcher
from sync.deliver import deliver
from sync.engine import Engine, Memory, Source
from sync.fetch import fetch
from sync.ingest import ingest
from sync.poll import poll
from sync.receive import Letter, admit, keep
from sync.redecide import redecide
from sync.sweep import sweep
from sync.tick import tick
from tests.simulation.tracker import ModelConnector, ModelTracker

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

VERBS: dict[str, Callable[[Engine, str], Awaitable[Any]]] = {
    "ingest": ingest,
    "fetch": fetch,
    "poll": poll,
    "deliver": deliver,
    "redecide": lambda engine, _source: redecide(engine),
    "sweep": sweep,
}


class KilledError(BaseException):
    """The process is gone; nothing in it may catch this."""


@dataclass
class Time:
    """Virtual time."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def wind(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Switch:
    """Kills at the n-th point from now; a point is an await or a commit."""

    left: int | None = None

    def __call__(self, point: str) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise KilledError(point)


class MortalDatabase(Database):
    """Dies before a transaction, before its commit, or right after it."""

    switch: Switch

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        self.switch("begin")
        async with super().transaction() as connection:
            yield connection
            self.switch("commit")
        self.switch("committed")


@dataclass
class World:
    """Everything a seed needs; the engine inside is the real one."""

    engine: Engine
    tracker: ModelTracker
    time: Time
    dice: Random
    switch: Switch
    woken: set[tuple[str, str]]
    trace: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    kills: int = 0

    def note(self, line: str) -> None:
        self.trace.append(f"{self.time.at.isoformat()} {line}")

    @property
    def hash(self) -> str:
        """The same for the same seed, always."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        self.switch.left = None
        async with self.engine.database.transaction() as connection:
            return await query(connection, statement, values)

    async def mortal(self, work: Awaitable[Any]) -> bool:
        """Run something that may be killed in the middle; answers whether it ended."""
        try:
            await work
        except KilledError as killed:
            return self._die(killed)
        except BaseExceptionGroup as group:
            if group.subgroup(KilledError) is None:
                raise
            return self._die(group)
        except CancelledError as cancelled:
            return self._die(cancelled)
        finally:
            self.switch.left = None
        return True

    def _die(self, how: BaseException) -> bool:
        """A new process knows nothing of the old one."""
        self.kills += 1
        self.woken.clear()
        self.engine.memory.__init__()  # type: ignore[misc]
        self.note(f"killed {type(how).__name__}")
        return False

    async def run_verb(self, verb: str, source: str) -> bool:
        return await self.mortal(VERBS[verb](self.engine, source))

    async def work(self, *, polls: bool = True) -> bool:
        """One look at what is due, and everything that follows from it."""
        due = {(one.verb, one.source) for one in await tick(self.engine)}
        due |= self.woken
        self.woken.clear()
        due = {one for one in due if polls or one[0] != "poll"}
        for verb, source in sorted(due):
            self.note(f"run {verb}")
            await self.run_verb(verb, source)
        return bool(due)

    async def deliver_hook(self, delivery: str, body: bytes, secret: str) -> bool:
        """Post a webhook; answers whether it was acknowledged."""
        headers = {"x-secret": secret, "x-id": delivery}
        arrival = admit(self.engine, Letter("acme", "", headers, body))
        ended = await self.mortal(keep(self.engine, [arrival]))
        if ended:
            self.acknowledged.add(delivery)
            self.woken.add(("ingest", "acme"))
        return ended


def build(database: MortalDatabase, seed: int) -> World:
    dice, time, switch = Random(seed), Time(), Switch()
    database.switch = switch
    tracker = ModelTracker(time, Random(seed + 1))
    names = Random(seed + 2)
    woken: set[tuple[str, str]] = set()

    async def wake(verb: str, source: str) -> None:
        switch("wake")
        woken.add((verb, source))

    config = SourceConfig(
        kind="jira",
        project="acme-finance",
        base_url="http://tracker",
        max_concurrency=1,
    )
    connector = ModelConnector(tracker, switch)
    engine = Engine(
        database=database,
        sources={"acme": Source("acme", config, connector)},  # type: ignore[arg-type]
        clock=time,
        ids=lambda: UUID(int=names.getrandbits(128), version=4),
        random=Random(seed + 3),
        matcher=WordMatcher(),
        wake=wake,
        memory=Memory(),
    )
    return World(engine, tracker, time, dice, switch, woken)


def moved(world: World, **faults: Any) -> None:
    world.tracker.faults = replace(world.tracker.faults, **faults)
