"""Three clients, one on each tracker, with a catalogue and an active ruleset."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.bootstrap import new_id
from app.catalogue import apply_catalogue, load_catalogue
from app.plugins import get_connector
from connectors.base import SourceConfig
from model.catalogue import Catalogue
from pool.database import Database
from sandbox.clock import Now
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sandbox.jira.records import Deployment, Issue, User
from sandbox.jira.tracker import JiraTracker
from sandbox.server import SandboxServer
from sync.register import register
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

TOKEN = "demo-token-test"
SECRET = "a-long-enough-webhook-secret"

CONTRACT = """
slug: acme-2026
name: Finance system
client: acme
clauses:
  - id: "2.3"
    module: Fund reports
    text: Export of every fund report to Excel and PDF in the layout shown on screen.
  - id: "4.1"
    module: Approval flow
    text: Approval flows in several steps for payments, routed by amount.
  - id: "9.1"
    module: Mobile
    text: Mobile apps and WeChat mini programs are not part of the delivery.
    excluded: true
"""

CATALOGUE = """
clients:
  - {slug: acme, name: Acme Holdings, language: en}
contracts:
  - file: contract.yaml
projects:
  - slug: acme-finance
    name: Acme finance
    client: acme
    contract: acme-2026
    phase: trial_run
    project_manager: Li Lei
    milestones: {acceptance: {planned_on: 2026-12-31}}
trains:
  - {slug: main, name: Main}
  - {slug: hotfix, name: Hotfix}
  - {slug: after-acceptance, name: After acceptance}
releases:
  - {name: 2026.12, train: main, freeze_on: 2026-12-10, ship_on: 2026-12-20}
  - {name: 2026.11.1, train: hotfix, freeze_on: 2026-11-25, ship_on: 2026-11-27}
  - {name: 2027.02, train: after-acceptance, freeze_on: 2027-02-10, ship_on: 2027-02-20}
"""


@dataclass
class JiraDesk:
    """One Jira site, with a client's user and our bot."""

    tracker: JiraTracker
    server: SandboxServer
    client: User
    bot: User

    @property
    def url(self) -> str:
        return self.server.urls["jira"]

    def raise_issue(self, summary: str, **fields: object) -> Issue:
        """Create an issue as the client does in the browser."""
        known = {
            "project": {"key": "FIN"},
            "issuetype": {"name": "Story"},
            "summary": summary,
        }
        return self.server.call(
            lambda: self.tracker.store.create_issue(self.client, {**known, **fields})
        )

    async def quiet(self) -> None:
        """Wait until no webhook is on its way."""
        assert await asyncio.to_thread(self.server.wait_idle, 120)

    def edit(self, issue: Issue, **fields: object) -> None:
        self.server.call(
            lambda: self.tracker.store.edit_issue(self.client, issue, fields, {})
        )

    def move(self, issue: Issue, status: str) -> None:
        """Follow the workflow to a status, as a person who drags the card."""
        store = self.tracker.store

        def go() -> None:
            edges = store.transitions(self.client, issue)
            [edge] = [one for one in edges if one.to.name == status]
            store.transition(self.client, issue, edge.id)

        self.server.call(go)

    def delete(self, issue: Issue) -> None:
        self.server.call(lambda: self.tracker.store.delete_issue(self.client, issue))


def build_jira(clock: Now, deployment: Deployment = "Server") -> JiraDesk:
    tracker = JiraTracker(deployment, now=clock, retry_delays=(0.01,) * 5)
    bot = User(
        "reqpool", "reqpool", "bot@example.com", "UTC", TOKEN, admin=True, app=True
    )
    client = User("wang.li", "Wang Li", "wang.li@example.com")
    for user in (bot, client):
        tracker.site.add_user(user)
    workflow = demo_workflow(EN_STATUSES, resolve=False)
    tracker.site.add_project("FIN", "Finance", client, workflow, ["Fund reports"])
    return JiraDesk(tracker, SandboxServer({"jira": tracker}), client, bot)


@pytest.fixture
def clock() -> Wound:
    return Wound()


@pytest.fixture
def desk(clock: Wound) -> Iterator[JiraDesk]:
    built = build_jira(clock)
    with built.server:
        yield built


def jira_config(url: str) -> SourceConfig:
    return get_connector("jira").Config.model_validate(
        {
            "kind": "jira",
            "project": "acme-finance",
            "base_url": url,
            "project_keys": ("FIN",),
            "token": TOKEN,
            "webhook_secrets": (SECRET,),
        }
    )


@pytest.fixture
async def world(
    database: Database, desk: JiraDesk, clock: Wound, tmp_path: Path
) -> AsyncIterator[World]:
    """One Jira source, mapped, with the English default ruleset active."""
    config = jira_config(desk.url)
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        yield world


async def found_catalogue(world: World, folder: Path, text: str = CATALOGUE) -> None:
    (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    path = folder / "catalogue.yaml"
    path.write_text(text, encoding="utf-8")
    engine = world.engine
    await apply_catalogue(
        engine.database,
        load_catalogue(path, Catalogue()),
        ids=new_id,
        clock=engine.clock,
        actor="test",
    )
