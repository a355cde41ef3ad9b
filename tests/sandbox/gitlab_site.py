"""A GitLab with one project, a client, a bot and a clock that tests wind."""

from dataclasses import dataclass
from typing import Any, Protocol

import gitlab
import httpx
from gitlab.v4.objects import Project as RemoteProject

from sandbox.gitlab.instance import Switches
from sandbox.gitlab.issues import open_issue
from sandbox.gitlab.records import REPORTER, Actor, Issue, Project, User
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.hooks import Hook
from sandbox.server import SandboxServer
from tests.plain import PLAIN

TOKEN = "glpat-demo-token-test"
PATH = "acme/erp/finance"


class Clock(Protocol):
    def __call__(self) -> Any: ...

    def wind(self, **span: float) -> None: ...


@dataclass
class GitLabSite:
    tracker: GitLabTracker
    server: SandboxServer
    clock: Clock
    project: Project
    other: Project
    client: User
    bot: User

    @property
    def url(self) -> str:
        return self.server.urls["gitlab"]

    @property
    def switches(self) -> Switches:
        return self.tracker.store.switches

    def library(self, **options: Any) -> gitlab.Gitlab:
        return gitlab.Gitlab(self.url, private_token=TOKEN, **options)

    def remote(self) -> RemoteProject:
        return self.library().projects.get(self.project.id)

    def http(self) -> httpx.Client:
        headers = {"PRIVATE-TOKEN": TOKEN}
        base = f"{self.url}/api/v4"
        return httpx.Client(
            base_url=base, headers=headers, trust_env=False, verify=PLAIN
        )

    @property
    def issues_path(self) -> str:
        return f"/projects/{self.project.id}/issues"

    def write(self, title: str = "Export", **values: Any) -> Issue:
        """Create as the client does it in the browser."""
        edit: Any = {"title": title, **values}
        store, actor = self.tracker.store, Actor(self.client)
        return self.server.call(lambda: open_issue(store, self.project, actor, edit))

    def hook(self, url: str, **values: Any) -> Hook:
        every = dict.fromkeys(
            (
                "issues_events", "confidential_issues_events", "note_events",
                "confidential_note_events", "milestone_events",
            ),
            True,
        )  # fmt: skip
        made = self.remote().hooks.create({"url": url, **every, **values})
        return self.tracker.bench.deliveries.hooks[made.id]

    def settle(self) -> None:
        assert self.server.wait_idle()


def build_gitlab(clock: Clock) -> GitLabSite:
    tracker = GitLabTracker(now=clock)
    store = tracker.store
    project = store.add_project(PATH, "Finance", "Reports and ledgers")
    other = store.add_project("acme/erp/archive", "Archive")
    client = store.add_user("wang.li", "王丽")
    bot = store.add_bot(project, TOKEN)
    for one in (project, other):
        one.members |= {client.id: REPORTER, bot.id: 50}
    server = SandboxServer({"gitlab": tracker})
    return GitLabSite(tracker, server, clock, project, other, client, bot)
