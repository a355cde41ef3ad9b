"""Composition root: from a configuration to a running application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from uuid import UUID

import procrastinate
from uuid_utils.compat import uuid7

from app.config import Config, DatabaseConfig
from app.encoder import build_matcher, open_meanings
from app.jobs import build_jobs, wake_through
from app.judge import open_judge
from app.plugins import get_connector, load_capabilities
from app.secrets import build_guard
from app.telemetry import Telemetry
from app.traces import tracing
from connectors.base import SourceConfig
from connectors.http import Budget, Door, LeakGuard, open_client
from model.clock import Clock
from model.errors import ConfigError, Problem
from pool.database import Database
from pool.embedded import embedded_server
from pool.reach import check_reachable
from pool.version import is_current
from sync.bind import bind
from sync.engine import Engine, Retention, Source
from sync.register import register


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs.

    Attributes:
        jobs: the queue; :func:`app.jobs.work` runs it.
        telemetry: what the engine tells.
        unmapped: configured sources whose project is not in the pool yet.
    """

    config: Config
    engine: Engine
    jobs: procrastinate.App
    telemetry: Telemetry
    unmapped: tuple[str, ...]


def now() -> datetime:
    """The present moment: the only place of the product that reads a clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the Clock that is handed down


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()


@asynccontextmanager
async def open_database_url(config: DatabaseConfig) -> AsyncIterator[str]:
    """The URL of the configured server, or of an embedded one while it is used.

    The embedded database is migrated at once; a server's database only by
    ``reqpool db upgrade``.

    Raises:
        ConfigError: the database is older than this version, or cannot be started.
    """
    if config.url is None:
        async with embedded_server(config.data_directory, config.bin_directory) as url:
            if not is_current(url):
                from pool.migrate import upgrade  # noqa: PLC0415 - see pool/version.py

                upgrade(url)
            yield url
        return
    url = config.url.get_secret_value()
    check_reachable(url)
    if not is_current(url):
        problem = Problem(
            "E_MIGRATION",
            "the database is not at the schema of this version",
            hint="run: reqpool db upgrade",
        )
        raise ConfigError([problem])
    yield url


@asynccontextmanager
async def open_application(
    config: Config, clock: Clock = now
) -> AsyncIterator[Application]:
    """Open the database, the job queue and the sources; close them at the end."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database_url(config.database))
        database = Database(url, max_connections=config.database.max_connections)
        await database.open()
        stack.push_async_callback(database.close)
        jobs = await stack.enter_async_context(build_jobs(url).open_async())
        stack.enter_context(tracing(config.telemetry.traces_url))
        telemetry = Telemetry()
        guard = build_guard(
            config.sources,
            config.database,
            config.judge,
            ordinary_words=config.leak_guard.ordinary_words,
        )
        meanings = open_meanings() if config.matching.meaning else None
        bound = await bind(database, new_id, clock, config.sources)
        engine = Engine(
            database=database,
            sources={
                name: _open_source(stack, name, source, clock, guard)
                for name, source in bound.items()
            },
            clock=clock,
            ids=new_id,
            random=SystemRandom(),
            matcher=build_matcher(meanings),
            wake=wake_through(jobs),
            trackers=load_capabilities(),
            meanings=meanings,
            guard=guard,
            judge=await open_judge(stack, config.judge, clock, guard),
            tell=telemetry.tell,
            public_url=config.web.public_url,
            retention=Retention(**config.retention.model_dump()),
        )
        yield Application(config, engine, jobs, telemetry, await register(engine))


def _open_source(
    stack: AsyncExitStack,
    name: str,
    config: SourceConfig,
    clock: Clock,
    guard: LeakGuard,
) -> Source:
    door = Door(
        base_url=config.base_url,
        clock=clock,
        budget=Budget(clock),
        scan=guard.scan_for(name),
        connections=config.max_concurrency,
    )
    client = stack.enter_context(open_client(door))
    connector = get_connector(config.kind)(name, config, client, clock)
    return Source(name, config, connector, door.budget)
