"""The engine between a real database and sandbox trackers over real HTTP."""

from asyncio import create_task, sleep
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Protocol

import httpx
from starlette.types import ASGIApp

from app.bootstrap import new_id
from app.deadlines import HurriedProtocol
from app.plugins import get_connector
from app.secrets import build_guard
from app.serve import build_server, listen
from connectors.base import SourceConfig
from connectors.http import Budget, Door, LeakGuard, Patience, open_client
from pool import rulesets
from pool.attention import Concern
from pool.database import Database, query
from pool.due import Due
from pool.rulesets import Activation
from rules.load_ruleset import load_ruleset
from rules.matching.word_matcher import WordMatcher
from rules.ruleset import Ruleset
from sandbox.server import PromptServer
from sync.deliver import deliver
from sync.engine import Engine, Source
from sync.fetch import fetch
from sync.ingest import ingest
from sync.judge import judge
from sync.poll import poll
from sync.redecide import redecide
from sync.reindex import reindex
from sync.sweep import sweep
from sync.tick import tick
from webhooks import Letterbox

START = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


@dataclass
class Wound:
    """A clock that tests wind forward."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def wind(self, **span: float) -> None:
        self.at += timedelta(**span)


VERBS: dict[str, Callable[[Engine, str], Awaitable[Any]]] = {
    "ingest": ingest,
    "fetch": fetch,
    "poll": poll,
    "deliver": deliver,
    "sweep": sweep,
    "redecide": redecide,
    "judge": lambda engine, _source: judge(engine),
    "reindex": lambda engine, _source: reindex(engine),
    "tick": lambda engine, _source: tick(engine),
}


@dataclass
class World:
    """An engine whose wake-ups are run when the test says so."""

    engine: Engine
    clock: Wound
    url: str = ""
    woken: list[Due] = field(default_factory=list)

    async def settle(self, *, polls: bool = False) -> list[Due]:
        """Run what is due until nothing is; answers what ran."""
        ran: list[Due] = []
        for _ in range(30):
            due = {*self.woken, *await tick(self.engine)}
            self.woken.clear()
            due = {one for one in due if polls or one.verb != "poll"}
            if not due:
                return ran
            for one in sorted(due):
                await VERBS[one.verb](self.engine, one.source)
                ran.append(one)
            polls = False
        raise AssertionError(f"never quiet: {ran[-6:]}")

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        async with self.engine.database.transaction() as connection:
            return await query(connection, statement, values)

    async def issue(self, key: str) -> dict[str, Any]:
        found = await self.rows(
            "SELECT i.*, q.state, q.number AS requirement, r.name AS release"
            " FROM issues i JOIN requirement_issues l ON l.issue_id = i.id"
            " AND l.unlinked_at IS NULL"
            " JOIN requirements q ON q.id = l.requirement_id"
            " LEFT JOIN releases r ON r.id = i.release_id WHERE i.key = %s",
            key,
        )
        assert len(found) == 1, f"{key}: {len(found)} issues"
        return found[0]


class HasRows(Protocol):
    """A world, or a town."""

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]: ...


async def concerns(known: HasRows) -> list[Concern]:
    """What a person has to look at now, whole, by subject."""
    rows = await known.rows(
        "SELECT code, subject, params, client_id, source_id, issue_id FROM attention"
        " WHERE resolved_at IS NULL ORDER BY subject, code"
    )
    return [Concern(**row) for row in rows]


def ruleset_text(language: str = "en") -> str:
    return (files("rules") / "defaults" / f"vendor.{language}.yaml").read_text("utf-8")


@cache
def load_rules(text: str) -> Ruleset:
    ruleset, problems = load_ruleset(text, file="rules.yaml")
    assert ruleset is not None, problems
    return ruleset


async def activate(engine: Engine, text: str) -> None:
    ruleset = load_rules(text)
    async with engine.database.transaction() as connection:
        await rulesets.activate(
            connection,
            Activation(
                id=new_id(),
                name=ruleset.name,
                main="rules.yaml",
                files={"rules.yaml": text},
                fingerprint=ruleset.fingerprint,
                activated_by="test",
                activated_at=engine.clock(),
            ),
        )


@asynccontextmanager
async def open_world(
    database: Database, configs: dict[str, SourceConfig], clock: Wound
) -> AsyncIterator[World]:
    """Serve the letterbox and open the connectors."""
    async with AsyncExitStack() as stack:
        woken: list[Due] = []

        async def wake(verb: str, source: str) -> None:
            woken.append(Due(verb, source))

        guard = build_guard(configs)
        engine = Engine(
            database=database,
            sources={
                name: _open(stack, name, config, clock, guard)
                for name, config in configs.items()
            },
            clock=clock,
            ids=new_id,
            random=Random(7),
            matcher=WordMatcher(),
            wake=wake,
            guard=guard,
        )
        world = World(engine, clock, woken=woken)
        world.url = await stack.enter_async_context(serve_letterbox(engine))
        yield world


def _open(
    stack: AsyncExitStack,
    name: str,
    config: SourceConfig,
    clock: Wound,
    guard: LeakGuard,
) -> Source:
    door = Door(
        base_url=config.base_url,
        clock=clock,
        budget=Budget(clock),
        patience=Patience(tries=1),
        scan=guard.scan_for(name),
    )
    client: httpx.Client = stack.enter_context(open_client(door))
    connector = get_connector(config.kind)(name, config, client, clock)
    return Source(name, config, connector)


@asynccontextmanager
async def serve_letterbox(engine: Engine) -> AsyncIterator[str]:
    """The letterbox over real HTTP on a free port."""
    async with serve(Letterbox(engine)) as url:
        yield url


@asynccontextmanager
async def serve(
    asgi: ASGIApp, protocol: type[HurriedProtocol] = HurriedProtocol
) -> AsyncIterator[str]:
    """An application on a free port, served as the product serves."""
    server = PromptServer(build_server(asgi, protocol).config)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listen("127.0.0.1", 0))
        task = create_task(server.serve([listener]))
        stack.push_async_callback(lambda: task)
        stack.callback(server.tell_to_end)
        while not server.started:
            await sleep(0.002)
        port = listener.getsockname()[1]
        yield f"http://127.0.0.1:{port}"
