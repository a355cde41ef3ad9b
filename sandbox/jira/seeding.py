"""Fills a Jira site from seed data, as though it had happened over months."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.jira import catalog, talk
from sandbox.jira.records import Issue, Json, Project, User, Version
from sandbox.jira.store import JiraStore
from sandbox.seeds import SeedComment, SeedIssue, SeedPerson, SeedProject, State
from sandbox.seeds.hours import office_hours

KINDS = {"requirement": 0, "task": 1, "defect": 2, "question": 3, "training": 3}
PRIORITIES = ("highest", "high", "medium", "low", "lowest")
# The transitions from open that end in each state.
PATHS: dict[State, tuple[str, ...]] = {
    "open": (),
    "in_progress": ("11",),
    "scheduled": ("21",),
    "in_review": ("11", "31"),
    "done": ("11", "41"),
}


@dataclass(frozen=True)
class Moment:
    """Something to do at a time in the past."""

    at: datetime
    act: Callable[[], None]


def seed_project(store: JiraStore, seed: SeedProject) -> Project:
    """Fill a site without hooks; the clock is turned back while it happens."""
    site, chinese = store.site, seed.language.startswith("zh")
    people = {one.username: site.add_user(_user(store, one)) for one in seed.people}
    names = catalog.ZH_STATUSES if chinese else catalog.EN_STATUSES
    workflow = catalog.demo_workflow(names, resolve=chinese)
    lead = people[seed.people[0].username]
    modules = list(seed.modules)
    project = site.add_project(seed.key, seed.name, lead, workflow, modules)
    project.versions += _versions(store, seed)
    writer = _Writer(store, project, people, lead, site.now())
    _play(store, [moment for one in seed.issues for moment in writer.moments(one)])
    return project


def _play(store: JiraStore, moments: list[Moment]) -> None:
    now, zone = store.site.now, store.site.zone
    today = now()
    try:
        for moment in sorted(moments, key=lambda one: one.at):
            store.site.now = _stopped(office_hours(moment.at, today, zone))
            moment.act()
    finally:
        store.site.now = now


def _stopped(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def account_id(seed: SeedPerson) -> str:
    """Give a person the opaque id that Cloud would; the same on every run."""
    return hashlib.sha256(seed.email.encode()).hexdigest()[:24]


def _user(store: JiraStore, seed: SeedPerson) -> User:
    bot = seed.role == "bot"
    return User(
        account_id(seed) if store.site.cloud else seed.username,
        seed.name,
        seed.email,
        seed.time_zone,
        seed.token,
        admin=bot,
        app=bot,
    )


def _versions(store: JiraStore, seed: SeedProject) -> list[Version]:
    today, made = store.site.now(), []
    for place, name in enumerate(seed.versions):
        day = f"{today + timedelta(days=30 * place - 20):%Y-%m-%d}"
        version = Version(store.site.new_id(), name, seed.key, release_on=day)
        version.released = place == 0
        made.append(version)
    return made


@dataclass
class _Writer:
    store: JiraStore
    project: Project
    people: dict[str, User]
    lead: User
    today: datetime

    def moments(self, seed: SeedIssue) -> Iterator[Moment]:
        start = self.today - timedelta(days=seed.days_ago)
        made: list[Issue] = []
        yield Moment(start, lambda: made.append(self._create(seed)))
        for comment in seed.comments:
            at = start + timedelta(days=comment.days_after)
            yield Moment(at, self._commenting(made, comment))
        steps = PATHS[seed.state]
        for place, number in enumerate(steps, 1):
            share = seed.done_after_days * place / len(steps)
            at = start + timedelta(days=share)
            yield Moment(at, self._moving(made, number))

    def _create(self, seed: SeedIssue) -> Issue:
        site = self.store.site
        fields: Json = {
            "project": {"key": self.project.key},
            "issuetype": {"id": site.issue_types[KINDS[seed.kind]].id},
            "summary": seed.title,
            "description": seed.description or None,
            "priority": {"id": str(PRIORITIES.index(seed.priority) + 1)},
            "labels": list(seed.labels),
            "components": [{"name": seed.module}],
        }
        return self.store.create_issue(self.people[seed.reporter], fields)

    def _commenting(
        self, made: list[Issue], comment: SeedComment
    ) -> Callable[[], None]:
        def act() -> None:
            author = self.people[comment.author]
            talk.add_comment(self.store, author, made[0], comment.body)

        return act

    def _moving(self, made: list[Issue], number: str) -> Callable[[], None]:
        def act() -> None:
            edges = self.store.transitions(self.lead, made[0])
            edge = next(one for one in edges if one.id == number)
            done = {"id": self.store.site.resolutions[0].id}
            fields = {"resolution": done} if edge.required else {}
            self.store.transition(self.lead, made[0], number, fields)

        return act
