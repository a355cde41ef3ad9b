"""One running letterbox that a module's tests share, with sources of every kind."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from app.asgi import build_asgi
from app.plugins import get_connector
from app.telemetry import Telemetry
from connectors.base import SourceConfig
from pool.database import Database
from sync.register import register
from tests.sync.conftest import SECRET, found_catalogue
from tests.sync.world import World, Wound, activate, open_world, ruleset_text, serve

OLD_SECRET = "the-secret-before-this-one"
SIGNING_KEY = b"0123456789abcdef0123456789abcdef"
SIGNING_TOKEN = f"whsec_{base64.b64encode(SIGNING_KEY).decode()}"
INBOX_LIMIT = 5

BODY = json.dumps(
    {
        "webhookEvent": "jira:issue_updated",
        "timestamp": 1763627400000,
        "issue": {"id": "10001", "key": "FIN-1", "fields": {"summary": "资金报表"}},
    },
    ensure_ascii=False,
).encode()

_JIRA: dict[str, Any] = {"kind": "jira", "project_keys": ("FIN",)}
_GITLAB: dict[str, Any] = {"kind": "gitlab", "projects": ("acme/erp",)}
SOURCES: dict[str, dict[str, Any]] = {
    "acme": _JIRA | {"webhook_secrets": (SECRET, OLD_SECRET)},
    "acme-silent": _JIRA,
    "acme-url": _JIRA | {"webhook_secrets": (SECRET,), "webhook_auth": "url_token"},
    "acme-gitlab": _GITLAB | {"webhook_secrets": (SIGNING_TOKEN,)},
    "acme-unmapped": _JIRA
    | {"webhook_secrets": (SECRET,), "project": "nobody-applied-it"},
}


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature": f"sha256={digest}", "Content-Type": "application/json"}


@dataclass
class Office:
    """The letterbox with the engine behind it."""

    world: World
    url: str
    post: httpx.AsyncClient

    async def send(
        self,
        body: bytes = BODY,
        headers: dict[str, str] | None = None,
        to: str = "acme",
    ) -> httpx.Response:
        """Post a signed delivery."""
        signed = sign(body) if headers is None else headers
        return await self.post.post(f"/webhooks/{to}", content=body, headers=signed)

    async def inbox(self) -> list[tuple[str, str]]:
        rows = await self.world.rows(
            "SELECT state, delivery FROM inbox ORDER BY received_at, id"
        )
        return [(row["state"], row["delivery"]) for row in rows]

    async def repolls(self) -> list[str]:
        """The sources that are asked to be read again."""
        rows = await self.world.rows(
            "SELECT name FROM sources WHERE repoll_at IS NOT NULL ORDER BY name"
        )
        return [row["name"] for row in rows]

    async def clear(self) -> None:
        """As it was in the beginning, once nothing of before is under way."""
        async with asyncio.timeout(30):
            while any(map(_is_under_way, asyncio.all_tasks())):
                await asyncio.sleep(0.01)
        await self.world.rows(
            "WITH a AS (DELETE FROM inbox_bodies), b AS (DELETE FROM attention),"
            " c AS (DELETE FROM fetches)"
            " UPDATE sources SET repoll_at = NULL RETURNING id"
        )
        await self.world.rows("DELETE FROM inbox RETURNING id")
        # so that nobody remembers a full inbox, or that a look was asked for
        self.world.clock.wind(minutes=1)


def _is_under_way(task: asyncio.Task[Any]) -> bool:
    begun = getattr(task.get_coro(), "__qualname__", "")
    return begun in {"Repolls._settle", "Room._look_again"}


def _configs() -> dict[str, SourceConfig]:
    common = {
        "project": "acme-finance",
        "base_url": "http://127.0.0.1:9",
        "token": "a-token-of-the-office",
    }
    return {
        name: get_connector(section["kind"]).Config.model_validate(common | section)
        for name, section in SOURCES.items()
    }


@asynccontextmanager
async def open_office(database_url: str, folder: Path) -> AsyncIterator[Office]:
    """Serve the whole application as ``reqpool web`` does."""
    database = Database(database_url)
    await database.open()
    async with open_world(database, _configs(), Wound()) as world:
        await found_catalogue(world, folder)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        telemetry = Telemetry()
        told = replace(world.engine, tell=telemetry.tell)
        asgi = build_asgi(told, telemetry, INBOX_LIMIT)
        async with (
            serve(asgi) as url,
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as post,
        ):
            yield Office(world, url, post)
    await database.close()


def kill_connections(server: str, database_url: str) -> int:
    """End every connection to a database, as a failover does; answers how many."""
    with psycopg.connect(server, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (make_url(database_url).database,),
        )
        return rows.rowcount


@contextmanager
def locked_out(server: str, database_url: str) -> Iterator[None]:
    """A database that nobody can connect to meanwhile."""
    name = Identifier(make_url(database_url).database or "")
    allow = SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(allow.format(name, SQL("false")))
        kill_connections(server, database_url)
        try:
            yield
        finally:
            connection.execute(allow.format(name, SQL("true")))
