"""A service that is killed again and again loses nothing and says nothing twice."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pool.database import Database
from sandbox.clock import utc_now
from tests.processes.fleet import free_port
from tests.sync.conftest import (
    SECRET,
    TOKEN,
    JiraDesk,
    build_jira,
    found_catalogue,
    jira_config,
)
from tests.sync.test_round_trip import register_hook
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

CONFIG = """
[database]
url = {{ env = "KILL_DATABASE" }}
[web]
port = {port}
[sources.acme]
kind = "jira"
project = "acme-finance"
base_url = "{tracker}"
project_keys = ["FIN"]
token = {{ env = "KILL_TOKEN" }}
webhook_secrets = [{{ env = "KILL_SECRET" }}]
poll_seconds = 2
"""
ISSUES = 30
KILLS = 5


@pytest.fixture
def real_desk() -> Iterator[JiraDesk]:
    built = build_jira(utc_now)
    with built.server:
        yield built


@dataclass
class Service:
    """``reqpool serve`` as a process of its own."""

    config: Path
    database_url: str
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "serve", "--config", str(self.config)],
            env={
                "PATH": "/usr/bin:/bin",
                "KILL_DATABASE": self.database_url,
                "KILL_TOKEN": TOKEN,
                "KILL_SECRET": SECRET,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """As the kernel does it: nothing is told, nothing is finished."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


async def answered(world: World, desk: JiraDesk, deadline_seconds: float) -> None:
    """Wait until every issue is in the pool and nothing is left to write."""
    async with asyncio.timeout(deadline_seconds):
        while True:
            await asyncio.sleep(0.3)
            [counts] = await world.rows(
                "SELECT (SELECT count(*) FROM issues) AS issues,"
                " (SELECT count(*) FROM outbox WHERE state = 'pending') AS pending"
            )
            issues = desk.tracker.site.issues.values()
            shown = [one for one in issues if any(map(is_ours, one.labels))]
            if counts == {"issues": ISSUES, "pending": 0} and len(shown) == ISSUES:
                return


def is_ours(label: str) -> bool:
    return label.startswith("pool-scope::")


@asynccontextmanager
async def founded(url: str, desk: JiraDesk, folder: Path) -> AsyncIterator[World]:
    """A pool that knows the client and its rules, as an operator leaves it."""
    database = Database(url)
    await database.open()
    async with open_world(database, {"acme": jira_config(desk.url)}, Wound()) as world:
        await found_catalogue(world, folder)
        await activate(world.engine, ruleset_text())
        yield world
    await database.close()


async def raise_and_kill(desk: JiraDesk, serve: Service) -> None:
    """Raise issues steadily, and kill the service in the middle of it."""
    serve.start()
    for number in range(ISSUES):
        desk.raise_issue(f"WeChat mini program for approval {number}")
        await asyncio.sleep(0.25)
        if number % (ISSUES // KILLS) == 3:
            serve.kill()
            serve.start()


async def test_killed_again_and_again(
    database_url: str, real_desk: JiraDesk, tmp_path: Path
) -> None:
    desk, port = real_desk, free_port()
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(port=port, tracker=desk.url), encoding="utf-8")
    serve = Service(path, database_url)
    async with founded(database_url, desk, tmp_path) as world:
        world.url = f"http://127.0.0.1:{port}"
        await register_hook(desk, world)
        try:
            await raise_and_kill(desk, serve)
            await answered(world, desk, deadline_seconds=240)
        finally:
            serve.kill()
        outbox = await world.rows("SELECT DISTINCT state FROM outbox")
    assert {row["state"] for row in outbox} <= {"sent", "cancelled"}
    assert comments_of_ours(desk) == {1: ISSUES}


def comments_of_ours(desk: JiraDesk) -> Counter[int]:
    """How many issues have how many comments of ours."""
    return Counter(
        len([one for one in issue.comments if one.author is desk.bot])
        for issue in desk.tracker.site.issues.values()
    )
