"""A Jira site of the sandbox with a project, and a connector to it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.http import Budget, Door, Limits, Patience, open_client, scan_nothing
from connectors.jira import JiraConfig, JiraConnector
from sandbox.bench import Bench
from sandbox.jira import talk
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sandbox.jira.delivery import sign
from sandbox.jira.records import Deployment, Issue, User
from sandbox.jira.tracker import JiraTracker
from sandbox.mentions import called_in_jira
from sandbox.server import SandboxServer
from tests.contracts.rig import SECRET, Names, WoundClock

TOKEN = "site-token"


@dataclass
class JiraRig:
    """See :class:`tests.contracts.rig.Rig`."""

    tracker: JiraTracker
    server: SandboxServer
    clock: WoundClock
    client: User
    bot: User
    zone: str
    names: Names = field(
        default_factory=lambda: Names("To Do", "In Progress", "In Review", "Nowhere")
    )
    clients: list[httpx.Client] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    @property
    def bench(self) -> Bench:
        return self.tracker.bench

    @property
    def fields(self) -> Mapping[str, str]:
        return {"Contract clause": "FIN-2", "story point estimate": "3"}

    @property
    def accounts(self) -> tuple[str, str]:
        return self.client.id, self.bot.id

    @property
    def reference(self) -> Mapping[str, str]:
        """The client's person as REST names them."""
        name = "accountId" if self.tracker.site.cloud else "name"
        return {name: self.client.id}

    @property
    def url(self) -> str:
        return self.server.urls["jira"]

    def connect(
        self,
        *,
        secrets: tuple[str, ...] = (SECRET,),
        token: str = "",
        webhook_auth: str = "signature",
        **more: Any,
    ) -> JiraConnector:
        config = JiraConfig.model_validate(
            {
                "project": "finance",
                "base_url": self.url,
                "project_keys": ["FIN"],
                "webhook_secrets": secrets,
                "webhook_auth": webhook_auth,
                "page_size": 3,
                **self._credentials(token or TOKEN),
                **more,
            }
        )
        return JiraConnector("acme", config, self._open_door(), self.clock)

    def _credentials(self, token: str) -> Mapping[str, str]:
        if self.tracker.site.cloud:
            return {"email": self.bot.email, "api_token": token}
        return {"token": token}

    def _open_door(self) -> httpx.Client:
        patience = Patience(sleep=self.clock.wind)
        budget = Budget(self.clock)
        client = open_client(
            Door(
                self.url,
                self.clock,
                budget,
                scan=scan_nothing,
                patience=patience,
                limits=self.limits,
            )
        )
        self.clients.append(client)
        return client

    def make_issue(self, title: str, description: str = "", **more: object) -> str:
        kind = {"id": self.tracker.site.issue_types[0].id}
        fields = {
            "project": {"key": "FIN"},
            "issuetype": kind,
            "summary": title,
            "description": description,
            **more,
        }
        store = self.tracker.store
        return self.server.call(lambda: store.create_issue(self.client, fields)).id

    def get_issue(self, tracker_id: str) -> Issue:
        return self.tracker.site.get_issue(tracker_id)

    def retitle(self, tracker_id: str, title: str) -> None:
        self.edit(tracker_id, {"summary": title})

    def edit(self, tracker_id: str, fields: dict[str, object]) -> None:
        store, issue = self.tracker.store, self.get_issue(tracker_id)
        self.server.call(lambda: store.edit_issue(self.client, issue, fields))

    def delete_issue(self, tracker_id: str) -> None:
        store, issue = self.tracker.store, self.get_issue(tracker_id)
        self.server.call(lambda: store.delete_issue(self.client, issue))

    def write_comment(self, tracker_id: str, text: str, **more: object) -> str:
        store, issue = self.tracker.store, self.get_issue(tracker_id)
        made = self.server.call(
            lambda: talk.add_comment(store, self.client, issue, text, **more)  # type: ignore[arg-type] # visibility, properties
        )
        return made.id

    def delete_comment(self, tracker_id: str, comment_id: str) -> None:
        store, issue = self.tracker.store, self.get_issue(tracker_id)
        comment = talk.get_comment(issue, comment_id)
        self.server.call(
            lambda: talk.delete_comment(store, self.client, issue, comment)
        )

    def stored_text(self, tracker_id: str, comment_id: str) -> str:
        return talk.get_comment(self.get_issue(tracker_id), comment_id).body

    def forbid_webhooks(self) -> None:
        self.bot.admin = False

    @property
    def mention(self) -> str:
        kind = "accountid:" if self.tracker.site.cloud else ""
        return f"[~{kind}{self.client.id}]"

    def find_called(self, tracker_id: str) -> list[str]:
        issue = self.get_issue(tracker_id)
        texts = [issue.description or "", *(one.body for one in issue.comments)]
        return [who for text in texts for who in called_in_jira(text)]

    def hook_body(self, tracker_id: str) -> bytes:
        bodies, issue = self.tracker.store.bodies, self.get_issue(tracker_id)
        event = bodies.issue("jira:issue_updated", "issue_updated", self.client, issue)
        return event.body

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"x-hub-signature": sign(secret, body)}


@contextmanager
def open_jira(deployment: Deployment, zone: str = "Asia/Shanghai") -> Iterator[JiraRig]:
    clock = WoundClock()
    tracker = JiraTracker(deployment, now=clock, retry_delays=(0.01,) * 5)
    cloud = deployment == "Cloud"
    bot = User(
        "5b10ac8d82e05b22cc7d4ef5" if cloud else "reqpool",
        "reqpool",
        "bot@example.com",
        zone,
        TOKEN,
        admin=True,
        app=True,
    )
    client = User("5b10a2844c20165700ede21g" if cloud else "wang.li", "王丽", "w@x.cn")
    tracker.site.add_user(bot)
    tracker.site.add_user(client)
    workflow = demo_workflow(EN_STATUSES, resolve=not cloud)
    for key, name in (("FIN", "Finance"), ("OPS", "Operations")):
        tracker.site.add_project(key, name, client, workflow, ["总账"])
    with SandboxServer({"jira": tracker}) as server:
        rig = JiraRig(tracker, server, clock, client, bot, zone)
        yield rig
        for opened in rig.clients:
            opened.close()


def open_cloud() -> AbstractContextManager[JiraRig]:
    return open_jira("Cloud")


def open_data_center() -> AbstractContextManager[JiraRig]:
    return open_jira("Server", zone="America/New_York")
