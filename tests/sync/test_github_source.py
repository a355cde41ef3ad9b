"""A GitHub repository goes through the engine, which knows nothing of GitHub."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.plugins import get_connector
from pool.database import Database
from sandbox.github.records import Issue, Repository, User
from sandbox.github.tracker import GitHubTracker
from sandbox.server import SandboxServer
from sync.check import check
from sync.register import register
from tests.sync.conftest import SECRET, TOKEN, found_catalogue
from tests.sync.world import World, Wound, activate, open_world, ruleset_text


@dataclass
class GitHubDesk:
    tracker: GitHubTracker
    server: SandboxServer
    repository: Repository
    client: User

    def raise_issue(self, title: str) -> Issue:
        store = self.tracker.store
        return self.server.call(
            lambda: store.open_issue(self.repository, self.client, {"title": title})
        )

    @property
    def writes(self) -> int:
        return self.tracker.bench.journal.writes


@pytest.fixture
def desk(clock: Wound) -> Iterator[GitHubDesk]:
    tracker = GitHubTracker(clock)
    store = tracker.store
    repository = store.add_repository("acme/finance")
    client, bot = store.add_user("wang-li"), store.add_user("reqpool", bot=True)
    repository.members |= {client.id: "read", bot.id: "admin"}
    store.add_token(TOKEN, bot)
    with SandboxServer({"github": tracker}) as server:
        yield GitHubDesk(tracker, server, repository, client)


@pytest.fixture
async def world(
    database: Database, desk: GitHubDesk, clock: Wound, tmp_path: Path
) -> AsyncIterator[World]:
    config = get_connector("github").Config.model_validate(
        {
            "kind": "github",
            "project": "acme-finance",
            "base_url": f"{desk.tracker.base_url}/api/v3",
            "repositories": ("acme/finance",),
            "token": TOKEN,
            "webhook_secrets": (SECRET,),
        }
    )
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        yield world


async def test_an_issue_is_mirrored_decided_and_answered_once(
    world: World, desk: GitHubDesk
) -> None:
    made = desk.raise_issue("Please build a WeChat mini program for approvals")
    await world.settle(polls=True)
    issue = await world.issue("acme/finance#1")
    assert issue["scope"] == "out_of_contract"
    assert "pool-scope::out-of-contract" in {label.name for label in made.labels}
    [comment] = made.comments
    assert "outside the contract" in comment.body
    before = desk.writes
    for _ in range(2):
        world.clock.wind(minutes=2)
        await world.settle(polls=True)
    assert desk.writes == before > 0


async def test_webhooks_alone_are_enough(world: World, desk: GitHubDesk) -> None:
    desk.tracker.bench.deliveries.add_hook(
        f"{world.url}/webhooks/acme", ("issues", "issue_comment"), secret=SECRET
    )
    made = desk.raise_issue("Export the fund report to Excel")
    assert await asyncio.to_thread(desk.server.wait_idle)
    await world.settle()
    issue = await world.issue("acme/finance#1")
    assert issue["release"] == "2026.12"
    assert made.milestone
    assert (made.milestone.title, made.milestone.due_on) == (
        "2026.12",
        "2026-12-20T08:00:00Z",
    )
    assert await asyncio.to_thread(desk.server.wait_idle)  # of what we wrote, too
    answers = [sent.answers for sent in desk.tracker.bench.deliveries.kept]
    assert answers
    assert all(answer == [202] for answer in answers)


async def test_the_check_knows_what_the_rules_want_of_github(world: World) -> None:
    engine = replace(world.engine, public_url="http://127.0.0.1:9")
    findings = await check(engine)
    found = {finding.code for finding in findings}
    assert {"access_level", "webhook_missing"} <= found
    assert "status_unknown" not in found
