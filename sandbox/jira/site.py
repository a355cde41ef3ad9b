"""The contents of one Jira site and how things in it are found."""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.clock import Now, utc_now
from sandbox.faults import Faults
from sandbox.jira import catalog
from sandbox.jira.errors import JiraError, bad_field, no_issue
from sandbox.jira.records import (
    Deployment,
    Issue,
    IssueLink,
    Json,
    Named,
    Project,
    Status,
    User,
    Version,
    Workflow,
)


@dataclass
class Site:
    deployment: Deployment
    now: Now = utc_now
    zone: str = "UTC"
    version: tuple[int, int, int] = (10, 3, 5)
    off_screen: set[str] = field(default_factory=set)
    priorities: tuple[Named, ...] = catalog.PRIORITIES
    resolutions: tuple[Named, ...] = catalog.RESOLUTIONS
    issue_types: tuple[Named, ...] = catalog.ISSUE_TYPES
    users: dict[str, User] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    links: dict[str, IssueLink] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    _last_id: int = 10000
    _stale: dict[str, list[tuple[datetime, Issue | None]]] = field(default_factory=dict)

    @property
    def cloud(self) -> bool:
        return self.deployment == "Cloud"

    @property
    def has_new_webhooks(self) -> bool:
        """Data Center 10 sends them in the background, signed, from another API."""
        return not self.cloud and self.version[0] >= 10

    def new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def moment(self) -> datetime:
        """Now, as exact as Jira stores it."""
        now = self.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    # -- filling ---------------------------------------------------------------

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_project(
        self, key: str, name: str, lead: User, workflow: Workflow, components: list[str]
    ) -> Project:
        parts = [Named(self.new_id(), one) for one in components]
        project = Project(self.new_id(), key, name, lead, workflow, parts)
        self.projects[key] = project
        return project

    # -- finding ---------------------------------------------------------------

    def find_issue(self, ref: str) -> Issue | None:
        """By id, key, or a key it had before a move."""
        number = self.keys.get(ref.upper(), ref)
        return self.issues.get(number)

    def was_there(self, ref: str) -> bool:
        """Whether the search may know an issue; a deleted one while the index lags."""
        number = self.keys.get(ref.upper(), ref)
        return number in self.issues or number in self._stale

    def get_issue(self, ref: str, reader: User | None = None) -> Issue:
        issue = self.find_issue(ref)
        if issue is None or (reader and "BROWSE_PROJECTS" in reader.denied):
            raise no_issue(cloud=self.cloud)
        return issue

    def get_project(self, ref: str) -> Project:
        for project in self.projects.values():
            if ref in {project.id, project.key}:
                return project
        msg = f"No project could be found with key '{ref}'."
        raise JiraError(404, msg)

    def get_version(self, number: str) -> tuple[Project, Version]:
        for project in self.projects.values():
            for version in project.versions:
                if version.id == number:
                    return project, version
        msg = f"Could not find version for id '{number}'"
        raise JiraError(404, msg)

    def find_user(self, value: object) -> User | None:
        """Find by {"accountId"} on Cloud and {"name"} on Data Center, as they do."""
        name = "accountId" if self.cloud else "name"
        wanted = value.get(name) if isinstance(value, dict) else value
        return self.users.get(str(wanted)) if wanted else None

    def statuses(self) -> list[Status]:
        every = [s for p in self.projects.values() for s in p.workflow.statuses()]
        return list({status.id: status for status in every}.values())

    def links_of(self, issue: Issue) -> list[tuple[IssueLink, str, Issue]]:
        found = []
        for link in self.links.values():
            if link.outward_id == issue.id:
                found.append((link, "inwardIssue", self.issues[link.inward_id]))
            elif link.inward_id == issue.id:
                found.append((link, "outwardIssue", self.issues[link.outward_id]))
        return found

    # -- the search index ------------------------------------------------------

    def before_change(self, issue: Issue, *, created: bool = False) -> None:
        """Let the search see the state of before for as long as the index lags."""
        if self.faults.search_lag_seconds > 0:
            until = self.now() + timedelta(seconds=self.faults.search_lag_seconds)
            old = None if created else _frozen(issue)
            self._stale.setdefault(issue.id, []).append((until, old))

    def indexed(self, fresh: frozenset[str] = frozenset()) -> list[Issue]:
        """List issues as the search index has them; `fresh` ids are up to date."""
        if not self._stale or self.faults.search_lag_seconds <= 0:
            return list(self.issues.values())
        now = self.now()
        ids = [*self.issues, *(one for one in self._stale if one not in self.issues)]
        seen = [
            self.issues.get(one) if one in fresh else self._as_indexed(one, now)
            for one in ids
        ]
        return [issue for issue in seen if issue is not None]

    def _as_indexed(self, number: str, now: datetime) -> Issue | None:
        for until, old in self._stale.get(number, []):
            if now < until:
                return old
        return self.issues.get(number)


def _frozen(issue: Issue) -> Issue:
    twin = copy.copy(issue)
    for name, value in vars(issue).items():
        if isinstance(value, list | dict):
            setattr(twin, name, copy.copy(value))
    twin.comments = [copy.copy(comment) for comment in issue.comments]
    return twin


def choose_named(
    things: tuple[Named, ...] | list[Named], value: object, name: str
) -> Named:
    """Pick by {"id"} or {"name"}; anything else is the caller's mistake."""
    wanted: Json = value if isinstance(value, dict) else {}
    for thing in things:
        if str(wanted.get("id", "")) == thing.id or wanted.get("name") == thing.name:
            return thing
    raise bad_field(name, f"The {name} selected is invalid.")
