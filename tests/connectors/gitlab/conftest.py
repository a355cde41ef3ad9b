"""The connector in front of the stand-in, over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.gitlab import GitLabConfig, GitLabConnector
from connectors.http import Budget, Door, Patience, open_client
from sandbox.gitlab.issues import open_issue, update_issue
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import REPORTER, Actor, Issue, Note, Project, User
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.server import SandboxServer

TOKEN = "glpat-reqpool-0001"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Site:
    """A client's GitLab with one project, a person and our bot."""

    tracker: GitLabTracker
    server: SandboxServer
    project: Project
    person: User
    bot: User

    def open_issue(self, title: str, **edit: Any) -> Issue:
        return self.server.call(
            lambda: open_issue(
                self.tracker.store,
                edit.pop("project", self.project),
                Actor(self.person),
                {"title": title, **edit},  # type: ignore[typeddict-item] # whatever a test wants
            )
        )

    def edit(self, issue: Issue, **edit: Any) -> None:
        self.server.call(
            lambda: update_issue(
                self.tracker.store,
                issue,
                Actor(self.person),
                edit,  # type: ignore[arg-type] # same
            )
        )

    def note(self, issue: Issue, body: str, *, internal: bool = False) -> Note:
        written, _ = self.server.call(
            lambda: write_note(
                self.tracker.store, issue, Actor(self.person), Comment(body, internal)
            )
        )
        assert written
        return written

    def writes(self) -> list[str]:
        """Requests that change something, as the stand-in's journal has them."""
        entries = self.tracker.bench.journal.entries
        return [
            f"{entry.method} {entry.path.rpartition('/projects/')[2].partition('/')[2]}"
            for entry in entries
            if entry.method != "GET"
        ]


@pytest.fixture
def site() -> Iterator[Site]:
    tracker = GitLabTracker()
    project = tracker.store.add_project("kunlun/funds", "资金管理")
    person = tracker.store.add_user("finance.user", "财务部用户")
    project.members[person.id] = REPORTER
    bot = tracker.store.add_bot(project, TOKEN)
    with SandboxServer({"kunlun": tracker}) as server:
        yield Site(tracker, server, project, person, bot)


Connect = Callable[..., GitLabConnector]


@pytest.fixture
def connect(site: Site) -> Iterator[Connect]:
    clients = []

    def make(**given: Any) -> GitLabConnector:
        url = site.tracker.base_url
        config = GitLabConfig.model_validate(
            {
                "kind": "gitlab",
                "project": "kunlun",
                "base_url": url,
                "projects": ("kunlun/funds",),
                "token": TOKEN,
                **given,
            }
        )
        patience = Patience(start_seconds=0.01)
        http = open_client(Door(url, utc_now, Budget(utc_now), patience=patience))
        clients.append(http)
        return GitLabConnector("kunlun", config, http, utc_now)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def connector(connect: Connect) -> GitLabConnector:
    return connect()
