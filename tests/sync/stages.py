"""One client on any of the three trackers, with a manager who may command."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from app.plugins import get_connector
from connectors.base import SourceConfig
from pool.database import Database
from sandbox.gitlab.issues import move_issue, open_issue
from sandbox.gitlab.notes import Comment, edit_note, write_note
from sandbox.gitlab.records import REPORTER, Actor, Note, Project
from sandbox.gitlab.records import Issue as GitLabIssue
from sandbox.gitlab.records import User as GitLabUser
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.jira import talk
from sandbox.jira.records import Issue, User
from sandbox.server import SandboxServer
from sync.register import register
from tests.plain import PLAIN
from tests.sync.conftest import (
    CATALOGUE,
    SECRET,
    TOKEN,
    JiraDesk,
    build_jira,
    found_catalogue,
)
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

EVENTS = ("jira:issue_created", "jira:issue_updated", "comment_created")
MANAGER, CLIENT = "Li Lei", "Wang Li"


class Place(Protocol):
    """What people do in their tracker, by the keys and names that they know."""

    server: SandboxServer

    def config(self) -> dict[str, Any]: ...

    def commander(self) -> str: ...

    def raise_issue(self, title: str) -> str: ...

    def say(self, key: str, who: str, text: str, *, hidden: bool = False) -> str: ...

    def edit(self, key: str, comment: str, who: str, text: str) -> None: ...

    def comments(self, key: str) -> list[tuple[str, str]]: ...

    def labels(self, key: str) -> set[str]: ...

    def hook(self, url: str) -> None: ...


@dataclass
class JiraPlace:
    """A site of either deployment."""

    desk: JiraDesk
    manager: User

    @property
    def server(self) -> SandboxServer:
        return self.desk.server

    def config(self) -> dict[str, Any]:
        bot = self.desk.bot
        cloud = self.desk.tracker.site.cloud
        signed = {"email": bot.email, "api_token": TOKEN} if cloud else {"token": TOKEN}
        return {
            "kind": "jira",
            "base_url": self.desk.url,
            "project_keys": ("FIN",),
            **signed,
        }

    def commander(self) -> str:
        return self.manager.id

    def raise_issue(self, title: str) -> str:
        return self.desk.raise_issue(title).key

    def say(self, key: str, who: str, text: str, *, hidden: bool = False) -> str:
        store, issue, user = self.desk.tracker.store, self._issue(key), self._user(who)
        visibility = {"type": "role", "value": "Users"} if hidden else None
        return self.server.call(
            lambda: talk.add_comment(store, user, issue, text, visibility=visibility)
        ).id

    def edit(self, key: str, comment: str, who: str, text: str) -> None:
        store, issue, user = self.desk.tracker.store, self._issue(key), self._user(who)
        found = talk.get_comment(issue, comment)
        self.server.call(lambda: talk.edit_comment(store, user, issue, found, text))

    def comments(self, key: str) -> list[tuple[str, str]]:
        return [(one.author.name, one.body) for one in self._issue(key).comments]

    def labels(self, key: str) -> set[str]:
        return set(self._issue(key).labels)

    def hook(self, url: str) -> None:
        is_cloud = self.desk.tracker.site.cloud
        place = "webhooks/1.0/webhook" if is_cloud else "jira-webhook/1.0/webhooks"
        answer = httpx.post(
            f"{self.desk.url}/rest/{place}",
            auth=(self.desk.bot.email, TOKEN) if is_cloud else None,
            headers={} if is_cloud else {"Authorization": f"Bearer {TOKEN}"},
            json={
                "name": "reqpool",
                "url": url,
                "events": list(EVENTS),
                "configuration": {"SECRET": SECRET},
                "secret": SECRET,
            },
            trust_env=False,
            verify=PLAIN,
        )
        assert answer.status_code == 201, answer.text

    def _issue(self, key: str) -> Issue:
        return self.desk.tracker.site.get_issue(key)

    def _user(self, name: str) -> User:
        return {MANAGER: self.manager, CLIENT: self.desk.client}[name]


@dataclass
class GitLabPlace:
    """An instance with one project, and another one that issues can be moved to."""

    tracker: GitLabTracker
    server: SandboxServer
    project: Project
    other: Project
    people: dict[str, GitLabUser]

    def config(self) -> dict[str, Any]:
        return {
            "kind": "gitlab",
            "base_url": self.server.urls["gitlab"],
            "projects": (self.project.id, self.other.id),
            "token": TOKEN,
        }

    def commander(self) -> str:
        return str(self.people[MANAGER].id)

    def raise_issue(self, title: str) -> str:
        store, actor = self.tracker.store, Actor(self.people[CLIENT])
        made = self.server.call(
            lambda: open_issue(store, self.project, actor, {"title": title})
        )
        return _key_of(made)

    def say(self, key: str, who: str, text: str, *, hidden: bool = False) -> str:
        store, issue, actor = self.tracker.store, self._issue(key), self._actor(who)
        note, _ = self.server.call(
            lambda: write_note(store, issue, actor, Comment(text, hidden))
        )
        assert note
        return str(note.id)

    def edit(self, key: str, comment: str, who: str, text: str) -> None:
        store, note, actor = (
            self.tracker.store,
            self._note(key, comment),
            self._actor(who),
        )
        self.server.call(lambda: edit_note(store, note, actor, text))

    def comments(self, key: str) -> list[tuple[str, str]]:
        notes = self._issue(key).notes
        return [(one.author.name, one.body) for one in notes if not one.system]

    def labels(self, key: str) -> set[str]:
        return {label.name for label in self._issue(key).labels}

    def move(self, key: str) -> str:
        store, issue, actor = self.tracker.store, self._issue(key), self._actor(MANAGER)
        return _key_of(
            self.server.call(lambda: move_issue(store, issue, self.other, actor))
        )

    def hook(self, url: str) -> None:
        answer = httpx.post(
            f"{self.server.urls['gitlab']}/api/v4/projects/{self.project.id}/hooks",
            headers={"PRIVATE-TOKEN": TOKEN},
            json={
                "url": url,
                "token": SECRET,
                "issues_events": True,
                "note_events": True,
                "confidential_note_events": True,
            },
            trust_env=False,
            verify=PLAIN,
        )
        assert answer.status_code == 201, answer.text

    def _issue(self, key: str) -> GitLabIssue:
        path, _, iid = key.rpartition("#")
        project = self.tracker.store.find_project(path)
        assert project
        return project.issues[int(iid)]

    def _note(self, key: str, comment: str) -> Note:
        return next(one for one in self._issue(key).notes if str(one.id) == comment)

    def _actor(self, who: str) -> Actor:
        return Actor(self.people[who])


def _key_of(issue: GitLabIssue) -> str:
    return f"{issue.project.path_with_namespace}#{issue.iid}"


def _build_jira(clock: Wound, *, cloud: bool) -> JiraPlace:
    desk = build_jira(clock, "Cloud" if cloud else "Server")
    account = "712020:8f2c-manager" if cloud else "li.lei"
    manager = User(account, MANAGER, "li.lei@example.com")
    desk.tracker.site.add_user(manager)
    return JiraPlace(desk, manager)


def _build_gitlab(clock: Wound) -> GitLabPlace:
    tracker = GitLabTracker(clock)
    store = tracker.store
    project = store.add_project("acme/erp/finance", "Finance")
    other = store.add_project("acme/erp/reports", "Reports")
    people = {
        MANAGER: store.add_user("li.lei", MANAGER),
        CLIENT: store.add_user("wang.li", CLIENT),
    }
    bot = store.add_bot(project, TOKEN)
    for place in (project, other):
        for person in people.values():
            place.members[person.id] = REPORTER
        place.members[bot.id] = project.members[bot.id]
    return GitLabPlace(
        tracker, SandboxServer({"gitlab": tracker}), project, other, people
    )


BUILDERS: dict[str, Callable[[Wound], JiraPlace | GitLabPlace]] = {
    "jira-dc": lambda clock: _build_jira(clock, cloud=False),
    "jira-cloud": lambda clock: _build_jira(clock, cloud=True),
    "gitlab": _build_gitlab,
}


@dataclass
class Stage:
    """A place that is mirrored; time passes with everything that people do."""

    place: JiraPlace | GitLabPlace
    world: World

    def say(self, key: str, text: str, who: str = MANAGER, **more: bool) -> str:
        self.world.clock.wind(seconds=70)
        return self.place.say(key, who, text, **more)

    def edit(self, key: str, comment: str, text: str, who: str = MANAGER) -> None:
        self.world.clock.wind(seconds=70)
        self.place.edit(key, comment, who, text)

    async def mirror(self, title: str) -> str:
        key = self.place.raise_issue(title)
        await self.settle()
        return key

    async def settle(self) -> None:
        """Poll a minute later, and go on until nothing is due."""
        self.world.clock.wind(seconds=70)
        await self.world.settle(polls=True)

    def sticky(self, key: str) -> str:
        """The text of the one comment that is ours."""
        people = {MANAGER, CLIENT}
        [ours] = [body for who, body in self.place.comments(key) if who not in people]
        return ours

    def writes(self) -> int:
        [tracker] = self.place.server.urls.values()
        answer = httpx.get(f"{tracker}/_sandbox/journal", trust_env=False, verify=PLAIN)
        return int(answer.json()["writes"])

    async def quiet(self) -> None:
        assert await asyncio.to_thread(self.place.server.wait_idle)

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return await self.world.rows(statement, *values)


@asynccontextmanager
async def open_stage(
    kind: str,
    database: Database,
    folder: Path,
    *,
    language: str = "en",
    rights: tuple[str, ...] = ("all",),
) -> AsyncIterator[Stage]:
    """Serve a tracker, and an engine with an active ruleset in front of it."""
    clock = Wound()
    place = BUILDERS[kind](clock)
    with place.server:
        known = place.config()
        config: SourceConfig = get_connector(known["kind"]).Config.model_validate(
            {
                **known,
                "project": "acme-finance",
                "webhook_secrets": (SECRET,),
                "commanders": {place.commander(): rights},
            }
        )
        async with open_world(database, {"acme": config}, clock) as world:
            text = CATALOGUE.replace("language: en", f"language: {language}")
            await found_catalogue(world, folder, text)
            await register(world.engine)
            await activate(world.engine, ruleset_text(language))
            yield Stage(place, world)
