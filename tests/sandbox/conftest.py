from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from jira import JIRA

from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sandbox.jira.records import Deployment, Issue, Project, User, Version
from sandbox.jira.tracker import JiraTracker
from sandbox.server import SandboxServer
from tests.plain import PLAIN
from tests.sandbox.gitlab_site import GitLabSite, build_gitlab
from tests.sandbox.receiver import Receiver

TOKEN = "demo-token-test"


@dataclass
class Wound:
    """A clock that tests wind forward."""

    at: datetime = datetime(2026, 11, 20, 8, 30, 15, 123000, UTC)

    def __call__(self) -> datetime:
        return self.at

    def wind(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class JiraSite:
    tracker: JiraTracker
    server: SandboxServer
    clock: Wound
    client: User
    bot: User
    project: Project
    other: Project

    @property
    def url(self) -> str:
        return self.server.urls["jira"]

    @property
    def cloud(self) -> bool:
        return self.tracker.site.cloud

    def library(self) -> JIRA:
        """The real client library, set up as its users do."""
        if self.cloud:
            auth = (self.bot.email, TOKEN)
            return JIRA(self.url, basic_auth=auth, max_retries=0)
        return JIRA(self.url, token_auth=TOKEN, max_retries=0)

    def http(self) -> httpx.Client:
        if self.cloud:
            auth = httpx.BasicAuth(self.bot.email, TOKEN)
            return httpx.Client(
                base_url=self.url, auth=auth, trust_env=False, verify=PLAIN
            )
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(
            base_url=self.url, headers=headers, trust_env=False, verify=PLAIN
        )

    def make(self, summary: str = "Export", **fields: object) -> Issue:
        """Create as the client, as though through Jira's own pages."""
        kind = {"id": self.tracker.site.issue_types[0].id}
        known = {"project": {"key": "FIN"}, "issuetype": kind, "summary": summary}
        store = self.tracker.store
        return self.server.call(
            lambda: store.create_issue(self.client, {**known, **fields})
        )


def build_jira(deployment: Deployment, clock: Wound) -> JiraSite:
    tracker = JiraTracker(deployment, now=clock, retry_delays=(0.01,) * 5)
    site, cloud = tracker.site, deployment == "Cloud"
    bot_id, client_id = ("5b10ac8d82e05b22cc7d4ef5", "5b10a2844c20165700ede21g")
    bot = User(
        bot_id if cloud else "reqpool",
        "reqpool",
        "bot@example.com",
        "Asia/Shanghai",
        TOKEN,
        admin=True,
        app=True,
    )
    client = User(client_id if cloud else "wang.li", "王丽", "wang.li@example.com")
    site.add_user(bot)
    site.add_user(client)
    parts = ["Ledger", "Reports"]
    workflow = demo_workflow(EN_STATUSES, resolve=not cloud)
    project = site.add_project("FIN", "Finance", client, workflow, parts)
    project.versions.append(Version("10900", "2026.11", "FIN", release_on="2026-11-30"))
    other = site.add_project("OPS", "Operations", client, workflow, [])
    server = SandboxServer({"jira": tracker})
    return JiraSite(tracker, server, clock, client, bot, project, other)


@pytest.fixture(params=["Cloud", "Server"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSite]:
    built = build_jira(request.param, Wound())
    with built.server:
        yield built


@pytest.fixture
def cloud() -> Iterator[JiraSite]:
    built = build_jira("Cloud", Wound())
    with built.server:
        yield built


@pytest.fixture
def data_center() -> Iterator[JiraSite]:
    built = build_jira("Server", Wound())
    with built.server:
        yield built


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as letterbox:
        yield letterbox


@pytest.fixture
def gitlab() -> Iterator[GitLabSite]:
    built = build_gitlab(Wound())
    with built.server:
        yield built
