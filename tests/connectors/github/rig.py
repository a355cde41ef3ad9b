"""A GitHub of the sandbox with a repository, and a connector to it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.github import GitHubConfig, GitHubConnector
from connectors.http import Budget, Door, Outgoing, Patience, open_client
from sandbox.bench import Bench
from sandbox.github.delivery import sign
from sandbox.github.records import Issue, Repository, User
from sandbox.github.site import GitHub
from sandbox.github.tracker import GitHubTracker
from sandbox.mentions import called_in_github
from sandbox.server import SandboxServer
from tests.contracts.rig import SECRET, Names, WoundClock

TOKEN = "github_pat_reqpool0001"


@dataclass
class GitHubRig:
    """See :class:`tests.contracts.rig.Rig`."""

    tracker: GitHubTracker
    server: SandboxServer
    clock: WoundClock
    repository: Repository
    person: User
    bot: User
    names: Names = field(
        default_factory=lambda: Names("open", "closed", "not planned", "Nowhere")
    )
    clients: list[httpx.Client] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)

    @property
    def bench(self) -> Bench:
        return self.tracker.bench

    @property
    def fields(self) -> Mapping[str, str]:
        return {"条款::": "FIN-2"}

    @property
    def accounts(self) -> tuple[str, str]:
        return self.person.login, self.bot.login

    @property
    def store(self) -> GitHub:
        return self.tracker.store

    def connect(
        self,
        *,
        secrets: tuple[str, ...] = (SECRET,),
        token: str = "",
        webhook_auth: str = "signature",
        **more: Any,
    ) -> GitHubConnector:
        config = GitHubConfig.model_validate(
            {
                "kind": "github",
                "project": "kunlun",
                "base_url": f"{self.tracker.base_url}/api/v3",
                "repositories": ("kunlun/funds",),
                "token": token or TOKEN,
                "webhook_secrets": secrets,
                "webhook_auth": webhook_auth,
                "page_size": 3,
                **more,
            }
        )
        return GitHubConnector("acme", config, self._open_door(), self.clock)

    def _open_door(self) -> httpx.Client:
        patience = Patience(sleep=self.clock.wind)
        url, budget = self.tracker.base_url, Budget(self.clock)
        client = open_client(
            Door(url, self.clock, budget, scan=self._note, patience=patience)
        )
        self.clients.append(client)
        return client

    def _note(self, outgoing: Outgoing) -> str:
        """In place of a leak scan, which lets everything pass."""
        self.sent.append(outgoing)
        return ""

    def make_issue(self, title: str, description: str = "") -> str:
        return id_of(self.open_issue(title, body=description))

    def open_issue(self, title: str, **edit: Any) -> Issue:
        row = edit.pop("repository", self.repository)
        wanted: Any = {"title": title, **edit}
        return self.server.call(lambda: self.store.open_issue(row, self.person, wanted))

    def get_issue(self, tracker_id: str) -> Issue:
        repository, _, number = tracker_id.partition("#")
        return self.store.repositories[int(repository)].issues[int(number)]

    def retitle(self, tracker_id: str, title: str) -> None:
        self.edit(self.get_issue(tracker_id), title=title)

    def edit(self, issue: Issue, **edit: Any) -> None:
        wanted: Any = edit
        self.server.call(lambda: self.store.edit_issue(issue, self.person, wanted))

    def delete_issue(self, tracker_id: str) -> None:
        issue = self.get_issue(tracker_id)
        self.server.call(lambda: self.store.delete_issue(issue, self.person))

    def write_comment(self, tracker_id: str, text: str) -> str:
        issue = self.get_issue(tracker_id)
        made = self.server.call(
            lambda: self.store.write_comment(issue, self.person, text)
        )
        return str(made.id)

    def delete_comment(self, tracker_id: str, comment_id: str) -> None:
        told = self.get_issue(tracker_id).comments
        comment = next(one for one in told if str(one.id) == comment_id)
        self.server.call(lambda: self.store.delete_comment(comment, self.person))

    def stored_text(self, tracker_id: str, comment_id: str) -> str:
        told = self.get_issue(tracker_id).comments
        return next(one.body for one in told if str(one.id) == comment_id)

    def forbid_webhooks(self) -> None:
        self.repository.members[self.bot.id] = "write"

    @property
    def mention(self) -> str:
        return f"@{self.person.login}"

    def find_called(self, tracker_id: str) -> list[str]:
        issue = self.get_issue(tracker_id)
        texts = [issue.title, issue.body or "", *(one.body for one in issue.comments)]
        return [who for text in texts for who in called_in_github(text)]

    def hook_body(self, tracker_id: str) -> bytes:
        issue = self.get_issue(tracker_id)
        body = self.store.views.event(issue, self.person, "edited", changes={})
        return json.dumps(body, ensure_ascii=False).encode()

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {
            "x-github-event": "issues",
            "x-github-delivery": "8f2c3a34-0001",
            "x-hub-signature-256": sign(secret, body),
        }

    def asked(self, method: str) -> list[str]:
        """Paths of requests, as the stand-in's journal has them."""
        entries = self.bench.journal.entries
        paths = [entry.path for entry in entries if entry.method == method]
        return [path.removeprefix("/api/v3") for path in paths]


def id_of(issue: Issue) -> str:
    return f"{issue.repository.id}#{issue.number}"


@contextmanager
def open_github() -> Iterator[GitHubRig]:
    clock = WoundClock()
    tracker = GitHubTracker(clock)
    repository = tracker.store.add_repository("kunlun/funds")
    person = tracker.store.add_user("finance-user", "财务部用户")
    bot = tracker.store.add_user("reqpool", bot=True)
    repository.members |= {person.id: "read", bot.id: "admin"}
    tracker.store.add_token(TOKEN, bot)
    with SandboxServer({"github": tracker}) as server:
        rig = GitHubRig(tracker, server, clock, repository, person, bot)
        yield rig
        for opened in rig.clients:
            opened.close()
