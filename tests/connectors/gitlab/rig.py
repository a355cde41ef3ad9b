"""A GitLab of the sandbox with a project, and a connector to it."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx

from connectors.gitlab import GitLabConfig, GitLabConnector
from connectors.http import Budget, Door, Limits, Patience, open_client, scan_nothing
from sandbox.bench import Bench
from sandbox.gitlab.delivery import sign
from sandbox.gitlab.hook_bodies import issue_body
from sandbox.gitlab.instance import Switches
from sandbox.gitlab.issues import delete_issue, open_issue, update_issue
from sandbox.gitlab.notes import Comment, delete_note, write_note
from sandbox.gitlab.records import (
    OWNER,
    REPORTER,
    Actor,
    CustomField,
    Issue,
    Note,
    Project,
    User,
)
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.mentions import called_in_gitlab
from sandbox.server import SandboxServer
from tests.contracts.rig import SECRET, Names, WoundClock

_Result = TypeVar("_Result")

TOKEN = "glpat-reqpool-0001"

CUSTOM_FIELDS = (
    CustomField(1, "合同条款", "TEXT"),
    CustomField(2, "Points", "NUMBER"),
    CustomField(3, "Pool priority", "SINGLE_SELECT", ("P0", "P1", "P2")),
)


@dataclass
class GitLabRig:
    """See :class:`tests.contracts.rig.Rig`; ``signs`` makes secrets signing tokens."""

    tracker: GitLabTracker
    server: SandboxServer
    clock: WoundClock
    project: Project
    person: User
    bot: User
    signs: bool
    names: Names = field(
        default_factory=lambda: Names("opened", "closed", "closed", "Nowhere")
    )
    clients: list[httpx.Client] = field(default_factory=list)
    group: str = ""
    limits: Limits = field(default_factory=Limits)

    @property
    def bench(self) -> Bench:
        return self.tracker.bench

    @property
    def fields(self) -> Mapping[str, str]:
        everywhere = {"条款::": "FIN-2", "time_estimate": "1.5"}
        if not self.tracker.store.switches.premium:
            return everywhere
        custom = {"合同条款": "3.2", "Points": "5", "pool priority": "P1"}
        return {**everywhere, "weight": "3", **custom}

    @property
    def accounts(self) -> tuple[str, str]:
        return f"@{self.person.username}", str(self.bot.id)

    def connect(
        self,
        *,
        secrets: tuple[str, ...] = (SECRET,),
        token: str = "",
        webhook_auth: str = "signature",
        signs: bool | None = None,
        **more: Any,
    ) -> GitLabConnector:
        plain = webhook_auth == "url_token" or signs is False
        config = GitLabConfig.model_validate(
            {
                "kind": "gitlab",
                "project": "kunlun",
                "base_url": self.tracker.base_url,
                **self._places,
                "token": token or TOKEN,
                "webhook_secrets": secrets if plain else self._secrets(secrets),
                "webhook_auth": webhook_auth,
                "page_size": 3,
                **more,
            }
        )
        return GitLabConnector("acme", config, self._open_door(), self.clock)

    @property
    def _places(self) -> Mapping[str, Any]:
        return {"group": self.group} if self.group else {"projects": ("kunlun/funds",)}

    def _open_door(self) -> httpx.Client:
        patience = Patience(sleep=self.clock.wind)
        door = Door(
            self.tracker.base_url,
            self.clock,
            Budget(self.clock),
            scan=scan_nothing,
            patience=patience,
            limits=self.limits,
        )
        client = open_client(door)
        self.clients.append(client)
        return client

    def _secrets(self, secrets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._secret(secret) for secret in secrets)

    def _secret(self, secret: str) -> str:
        if not self.signs or not secret:
            return secret
        return "whsec_" + base64.b64encode(secret.encode().ljust(32)[:32]).decode()

    def make_issue(self, title: str, description: str = "") -> str:
        return id_of(self.open_issue(title, description=description))

    def open_issue(self, title: str, **edit: Any) -> Issue:
        project = edit.pop("project", self.project)
        wanted: Any = {"title": title, **edit}
        actor = Actor(self.person)
        return self._do(lambda: open_issue(self.tracker.store, project, actor, wanted))

    def get_issue(self, tracker_id: str) -> Issue:
        project_id, _, iid = tracker_id.partition("#")
        return self.tracker.store.projects[int(project_id)].issues[int(iid)]

    def retitle(self, tracker_id: str, title: str) -> None:
        self.edit(self.get_issue(tracker_id), title=title)

    def edit(self, issue: Issue, **edit: Any) -> None:
        wanted: Any = edit
        actor = Actor(self.person)
        self._do(lambda: update_issue(self.tracker.store, issue, actor, wanted))

    def delete_issue(self, tracker_id: str) -> None:
        issue = self.get_issue(tracker_id)
        self._do(lambda: delete_issue(self.tracker.store, issue))

    def write_comment(self, tracker_id: str, text: str) -> str:
        return str(self.note(self.get_issue(tracker_id), text).id)

    def note(self, issue: Issue, text: str, *, internal: bool = False) -> Note:
        actor, comment = Actor(self.person), Comment(text, internal)
        note, _ = self._do(
            lambda: write_note(self.tracker.store, issue, actor, comment)
        )
        assert note
        return note

    def delete_comment(self, tracker_id: str, comment_id: str) -> None:
        notes = self.get_issue(tracker_id).notes
        note = next(note for note in notes if str(note.id) == comment_id)
        self._do(lambda: delete_note(self.tracker.store, note))

    def stored_text(self, tracker_id: str, comment_id: str) -> str:
        notes = self.get_issue(tracker_id).notes
        return next(note.body for note in notes if str(note.id) == comment_id)

    def forbid_webhooks(self) -> None:
        self.project.members[self.bot.id] = REPORTER
        if group := self.tracker.store.find_group(self.group):
            group.members[self.bot.id] = REPORTER

    @property
    def mention(self) -> str:
        return f"@{self.person.username}"

    def find_called(self, tracker_id: str) -> list[str]:
        issue = self.get_issue(tracker_id)
        texts = [issue.description or "", *(one.body for one in issue.notes)]
        return [who for text in texts for who in called_in_gitlab(text)]

    def hook_body(self, tracker_id: str) -> bytes:
        issue = self.get_issue(tracker_id)
        body = issue_body(self.tracker.store, issue, Actor(self.person), "update", {})
        return json.dumps(body, ensure_ascii=False).encode()

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        if not self.signs:
            return {"x-gitlab-token": secret}
        event, timestamp = "evt-1", str(int(self.clock().timestamp()))
        return {
            "webhook-id": event,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self._secret(secret), event, timestamp, body),
        }

    def _do(self, work: Callable[[], _Result]) -> _Result:
        return self.server.call(work)

    def writes(self) -> list[str]:
        """Requests that change something, as the stand-in's journal has them."""
        return [
            f"{entry.method} {entry.path.rpartition('/projects/')[2].partition('/')[2]}"
            for entry in self.bench.journal.entries
            if entry.write
        ]


class TickingClock(WoundClock):
    """Goes on a millisecond with every look, so that no two writes are of one time."""

    def __call__(self) -> datetime:
        self.wind(0.001)
        return self.at


def id_of(issue: Issue) -> str:
    return f"{issue.project.id}#{issue.iid}"


@contextmanager
def open_gitlab(
    switches: Switches | None = None,
    *,
    signs: bool = True,
    clock: WoundClock | None = None,
) -> Iterator[GitLabRig]:
    clock = clock or WoundClock()
    tracker = GitLabTracker(clock, switches)
    project = tracker.store.add_project("kunlun/funds", "资金管理")
    person = tracker.store.add_user("finance.user", "财务部用户")
    project.members[person.id] = REPORTER
    bot = tracker.store.add_bot(project, TOKEN)
    with SandboxServer({"gitlab": tracker}) as server:
        rig = GitLabRig(tracker, server, clock, project, person, bot, signs)
        if tracker.store.switches.premium:
            rig.names = Names("To do", "In progress", "Done", "Nowhere")
            tracker.store.custom_fields = list(CUSTOM_FIELDS)
        yield rig
        for opened in rig.clients:
            opened.close()


def open_new() -> AbstractContextManager[GitLabRig]:
    return open_gitlab(Switches(premium=True))


def open_old() -> AbstractContextManager[GitLabRig]:
    """Before signatures and keyset pages."""
    switches = Switches(version="16.11.0", keyset=False, iso_hook_times=False)
    return open_gitlab(switches, signs=False)


@contextmanager
def open_group() -> Iterator[GitLabRig]:
    """A source that is a group as a whole, with one webhook."""
    with open_gitlab(Switches(premium=True)) as rig:
        rig.group = "kunlun"
        group = rig.tracker.store.find_group("kunlun")
        assert group
        group.members[rig.bot.id] = OWNER
        yield rig
