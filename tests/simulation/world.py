"""One seed: an engine, its trackers, people, faults and a hand that kills."""

import asyncio
import hashlib
from asyncio import CancelledError
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from psycopg import OperationalError

from app.jobs import VERBS
from connectors.base import SourceConfig
from rules.matching.word_matcher import WordMatcher
from sync.engine import Engine, Memory, Source
from sync.receive import Letter, admit, keep
from sync.tick import tick
from sync.trouble import report_failure
from tests.simulation import connector, setting
from tests.simulation.claims import Claims
from tests.simulation.database import (
    Dangers,
    KilledError,
    MortalDatabase,
    Switch,
    Trouble,
)
from tests.simulation.faults import Fault, Weather
from tests.simulation.hooks import KEYS, Hook, sign
from tests.simulation.tracker import ModelTracker, Step
from tests.simulation.vault import Vault

_PATIENCE = 3
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass
class Time:
    """Virtual time."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def wind(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Zombie:
    """A process that sleeps in the middle of a write."""

    task: "asyncio.Task[bool]"
    wakes: asyncio.Event


@dataclass
class World:
    """Everything a seed needs; the engine inside is the real one."""

    engine: Engine
    trackers: dict[str, ModelTracker]
    time: Time
    dice: Random
    dangers: Dangers
    happened: Counter[Fault]
    claims: Claims
    woken: set[tuple[str, str]]
    on: frozenset[Fault] = frozenset()
    polls: bool = True
    hooks: bool = True
    trace: list[str] = field(default_factory=list)
    acknowledged: set[tuple[str, str, str]] = field(default_factory=set)
    zombies: list[Zombie] = field(default_factory=list)
    vault: Vault | None = None
    has_backup: bool = False
    restores: int = 0
    kills: int = 0
    runs: int = 0

    def note(self, line: str) -> None:
        self.trace.append(f"{self.time.at.isoformat()} {line}")

    @property
    def hash(self) -> str:
        """The same for the same seed, always."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def reseed(self, text: str) -> None:
        """Let what follows depend on this alone, whatever went before was left out."""
        self.dice.seed(text)
        self.engine.random.seed(f"{text} engine")
        for tracker in self.trackers.values():
            tracker.dice.seed(f"{text} {tracker.source}")

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the pool from outside; nothing strikes this."""
        assert isinstance(self.engine.database, MortalDatabase)
        return await self.engine.database.look(statement, *values)

    async def mortal(self, work: Awaitable[Any]) -> bool:
        """Run something that may be killed in the middle; answers whether it ended."""
        try:
            await work
        except KilledError as killed:
            return self._die(killed)
        except BaseExceptionGroup as group:
            if group.subgroup(KilledError) is not None:
                return self._die(group)
            raise _unwrap(group) from None
        except CancelledError as cancelled:
            return self._die(cancelled)
        finally:
            self.dangers.switch.left = None
        return True

    def _die(self, how: BaseException) -> bool:
        """A new process knows nothing of the old one, but how to read a ruleset."""
        self.kills += 1
        self._forget_waits()
        self.woken.clear()
        rulesets = dict(self.engine.memory.rulesets)
        self.engine = replace(self.engine, memory=Memory(rulesets=rulesets))
        self.note(f"killed {type(how).__name__}")
        return False

    def _forget_waits(self) -> None:
        """What a tracker asked for in this very run was heard by nobody who lives."""
        for tracker in self.trackers.values():
            if tracker.limited_in == self.runs:
                tracker.released_at = None

    async def run_verb(self, verb: str, source: str) -> bool:
        """Run it as a worker does, its edge included."""
        self.begin_run()
        return await self.mortal(self._at_the_edge(verb, source))

    def begin_run(self) -> None:
        """What follows is told of waits as a whole, and has to come to its end."""
        self.runs += 1
        self.dangers.switch.begin_run()
        for tracker in self.trackers.values():
            tracker.run = self.runs

    async def _at_the_edge(self, verb: str, source: str) -> None:
        try:
            await VERBS[verb](self.engine, source)
        except OperationalError as error:
            self.note(f"{verb} {source} failed: {type(error).__name__}")
            self._forget_waits()
            await self._report(verb, source, error)
        except BaseExceptionGroup as group:
            gone = group.subgroup(OperationalError)
            if gone is None:
                raise
            self.note(f"{verb} {source} failed in a group")
            self._forget_waits()
            await self._report(verb, source, OperationalError("in a group"))

    async def _report(self, verb: str, source: str, error: Exception) -> None:
        try:
            await report_failure(self.engine, verb, source, error)
        except OperationalError:
            self.note("the failure could not be reported")

    async def due(self) -> set[tuple[str, str]]:
        """What a look at the committed rows finds, with what was woken since."""
        found: set[tuple[str, str]] = set()

        async def look() -> None:
            found.update((one.verb, one.source) for one in await tick(self.engine))

        try:
            await self.mortal(look())
        except OperationalError:
            self.note("tick failed")
        found |= self.woken
        self.woken.clear()
        if self.polls:
            return found
        needed = await self._find_needed_polls()
        return {one for one in found if one[0] != "poll" or one[1] in needed}

    async def _find_needed_polls(self) -> set[str]:
        """The first look, and the probe of a tracker that was down."""
        rows = await self.rows(
            "SELECT name FROM sources WHERE last_poll_at IS NULL OR broken_at IS NOT NULL"
        )
        return {row["name"] for row in rows}

    async def work(self) -> bool:
        """One look at what is due, and everything in it once."""
        due = await self.due()
        for verb, source in sorted(due):
            self.note(f"run {verb} {source}")
            await self.run_verb(verb, source)
        return bool(due)

    async def post(self, source: str, hook: Hook, **odd: Any) -> bool:
        """Post a webhook; answers whether it was acknowledged.

        Raises:
            DeliveryRejected: it is not authentic.
        """
        tracker = self.trackers[source]
        key, at = odd.get("key", KEYS[source]), odd.get("at", self.time.at)
        headers = sign(tracker.kind, hook, key, at)
        arrival = admit(self.engine, Letter(source, "", headers, hook.body))
        kept: list[frozenset[str]] = []

        async def take() -> None:
            kept.append(await keep(self.engine, [arrival]))

        try:
            ended = await self.mortal(take())
        except OperationalError:
            return False
        if not ended or source not in kept[0]:
            return False
        digest = arrival.delivery.sha256
        self.acknowledged.add((source, arrival.delivery.delivery_id, digest))
        self.woken.add(("ingest", source))
        return True

    async def ask(self, work: Awaitable[Any]) -> bool:
        """A person asks for something on a page; answers whether it was done."""
        try:
            return await self.mortal(work)
        except (OperationalError, LookupError) as error:
            self.note(f"the page failed: {type(error).__name__}")
            return False

    async def insist(self, work: Callable[[], Awaitable[Any]]) -> None:
        """A person asks again until it is done."""
        for _ in range(_PATIENCE):
            if await self.ask(work()):
                return

    async def wake_zombies(self) -> None:
        """Whoever sleeps in the middle of a write goes on with it.

        What a tracker asked others for meanwhile it cannot have heard, nor that a person
        has its source rest.
        """
        while self.zombies:
            heard = {
                name: (one.released_at, one.is_paused)
                for name, one in self.trackers.items()
            }
            for tracker in self.trackers.values():
                tracker.released_at, tracker.is_paused = None, False
            zombie = self.zombies.pop(0)
            zombie.wakes.set()
            await zombie.task
            for name, tracker in self.trackers.items():
                released_at, tracker.is_paused = heard[name]
                tracker.released_at = tracker.released_at or released_at


def _unwrap(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


def build(database: MortalDatabase, seed: int) -> World:
    """A world over a founded pool; its engine has done nothing yet."""
    time, happened = Time(), Counter[Fault]()
    dangers = Dangers(Switch(happened), Trouble(time, happened))
    database.dangers = dangers
    names, woken = Random(f"{seed} ids"), set[tuple[str, str]]()
    claims, trace = Claims(database), list[str]()

    async def wake(verb: str, source: str) -> None:
        dangers.switch("wake")
        woken.add((verb, source))

    def step(name: str, path: str) -> None:
        trace.append(f"{time.at.isoformat()} {name} {path}")
        dangers.switch(path)

    trackers = {
        name: _tracker(name, config, time, happened, partial(step, name))
        for name, config in setting.CONFIGS.items()
    }
    claims.trackers = trackers
    engine = Engine(
        database=database,
        sources={
            name: _source(trackers[name], config, claims)
            for name, config in setting.CONFIGS.items()
        },
        clock=time,
        ids=lambda: UUID(int=names.getrandbits(128), version=4),
        random=Random(),
        matcher=WordMatcher(),
        wake=wake,
        memory=Memory(),
    )
    return World(
        engine,
        trackers,
        time,
        Random(),
        dangers,
        happened,
        claims,
        woken,
        trace=trace,
    )


def _tracker(
    name: str,
    config: SourceConfig,
    time: Time,
    happened: Counter[Fault],
    step: Step,
) -> ModelTracker:
    dice = Random()
    weather = Weather(time, dice, happened)
    tracker = ModelTracker(name, config.kind, time, dice, step, weather, happened)

    def hold(seconds: float) -> None:
        tracker.released_at = time.at + timedelta(seconds=seconds)
        tracker.limited_in = tracker.run

    weather.hold = hold
    return tracker


def _source(tracker: ModelTracker, config: SourceConfig, claims: Claims) -> Source:
    made = connector.build(tracker, config, claims.witness)
    return Source(tracker.source, config, made)  # type: ignore[arg-type]
