"""Several processes on one PostgreSQL server lose nothing, whoever of them dies."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pool.inbox import unpack
from pool.migrate import upgrade
from tests.conftest import server_home
from tests.processes.fleet import PostgresServer, Service, free_port, proxy
from tests.processes.test_kill import (
    answered,
    comments_of_ours,
    founded,
    real_desk,
)
from tests.sync.conftest import SECRET, TOKEN, JiraDesk
from tests.sync.test_round_trip import register_hook
from tests.sync.world import World

__all__ = ["real_desk"]

CONFIG = """
[database]
url = {{ env = "FLEET_DATABASE" }}
[matching]
meaning = false
[sources.acme]
kind = "jira"
project = "acme-finance"
base_url = "{tracker}"
project_keys = ["FIN"]
token = {{ env = "FLEET_TOKEN" }}
webhook_secrets = [{{ env = "FLEET_SECRET" }}]
poll_seconds = 5
"""
LEASE_SECONDS = 60
"""How long a write is left to a process that may still be waiting for its answer."""

OLDEST = Path("/usr/lib/postgresql/15/bin")
VERSIONS = [
    pytest.param(None, id="18"),
    pytest.param(
        OLDEST,
        id="15",
        marks=pytest.mark.skipif(
            not OLDEST.exists(), reason="PostgreSQL 15 is not installed here"
        ),
    ),
]


async def count_creations(world: World) -> int:
    rows = await world.rows("SELECT body, size FROM inbox_bodies")
    bodies = [unpack(row["body"], row["size"]) for row in rows]
    return sum(b'"jira:issue_created"' in body for body in bodies)


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with server_home() as home:
        home.chmod(0o711)
        server = PostgresServer(home / "postgres", request.param)
        server.make()
        server.start()
        upgrade(server.url)
        yield server
        server.stop()


@dataclass
class Fleet:
    """Two web and three worker processes."""

    webs: list[Service]
    workers: list[Service]
    ports: tuple[int, int]

    def start(self) -> None:
        for service in (*self.webs, *self.workers):
            service.start()

    def kill(self) -> None:
        for service in (*self.webs, *self.workers):
            service.kill()

    async def listening(self, port: int) -> None:
        async with asyncio.timeout(120):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    return

    async def restart_webs(self) -> None:
        """One after the other, as a new version is rolled out."""
        for web, port in zip(self.webs, self.ports, strict=True):
            await web.stop()
            web.start()
            await self.listening(port)


def gather(folder: Path, tracker: str, database_url: str) -> Fleet:
    config = folder / "config.toml"
    config.write_text(CONFIG.format(tracker=tracker), encoding="utf-8")
    known = {
        "FLEET_DATABASE": database_url,
        "FLEET_TOKEN": TOKEN,
        "FLEET_SECRET": SECRET,
    }
    ports = (free_port(), free_port())
    words = ("--config", str(config))
    return Fleet(
        [
            Service(
                ("web", *words),
                {**known, "REQPOOL_WEB__PORT": str(port)},
                folder / f"web-{port}.log",
            )
            for port in ports
        ],
        [
            Service(("worker", *words), known, folder / f"worker-{number}.log")
            for number in range(3)
        ],
        ports,
    )


async def all_in_pool(world: World, count: int, deadline_seconds: float) -> None:
    async with asyncio.timeout(deadline_seconds):
        while len(await world.rows("SELECT FROM issues")) < count:
            await asyncio.sleep(0.3)


async def raise_issues(desk: JiraDesk, first: int, last: int) -> None:
    for number in range(first, last):
        desk.raise_issue(f"WeChat mini program for approval {number}")
        await asyncio.sleep(0.15)


async def roll_out(desk: JiraDesk, fleet: Fleet) -> None:
    """Raise issues while the web processes are restarted one after the other."""
    for port in fleet.ports:
        await fleet.listening(port)
    async with asyncio.TaskGroup() as under_load:
        under_load.create_task(raise_issues(desk, 0, 15))
        under_load.create_task(fleet.restart_webs())
    await desk.quiet()


async def strike(desk: JiraDesk, fleet: Fleet, postgres: PostgresServer) -> None:
    """Kill one of each kind, then cut the database's power for a while."""
    fleet.workers[0].kill()
    fleet.webs[0].kill()
    await raise_issues(desk, 15, 20)
    postgres.stop()
    await raise_issues(desk, 20, 25)
    postgres.start()
    await raise_issues(desk, 25, 30)


@pytest.mark.parametrize("postgres", VERSIONS, indirect=True)
async def test_a_fleet_survives_a_rolling_restart_kills_and_a_power_cut(
    postgres: PostgresServer, real_desk: JiraDesk, tmp_path: Path
) -> None:
    desk, fleet = real_desk, gather(tmp_path, real_desk.url, postgres.url)
    async with (
        founded(postgres.url, desk, tmp_path) as world,
        proxy(fleet.ports) as url,
    ):
        world.url = url
        await register_hook(desk, world)
        try:
            fleet.start()
            await roll_out(desk, fleet)
            assert await count_creations(world) == 15
            await strike(desk, fleet, postgres)
            await all_in_pool(world, 30, deadline_seconds=180)
            await answered(world, desk, deadline_seconds=LEASE_SECONDS + 180)
            alive = [each.is_running for each in (*fleet.webs, *fleet.workers)]
        finally:
            fleet.kill()
        outbox = await world.rows("SELECT DISTINCT state FROM outbox")
    assert {row["state"] for row in outbox} <= {"sent", "cancelled"}
    assert comments_of_ours(desk) == {1: 30}
    assert alive == [False, True, False, True, True]
