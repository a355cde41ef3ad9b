"""One GitLab instance: its rows, its clock, its switches, and the ids it deals."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from sandbox.bench import Bench
from sandbox.clock import Now
from sandbox.gitlab.delivery import WebhookRules
from sandbox.gitlab.errors import not_found
from sandbox.gitlab.records import (
    MAINTAINER,
    AccessToken,
    CustomField,
    Group,
    Issue,
    Label,
    Milestone,
    Note,
    Project,
    User,
)
from sandbox.hooks import Deliveries
from sandbox.limits import RateLimits

DEFAULT_COLOR = "#428BCA"


@dataclass
class Switches:
    """Where GitLab installations differ from each other."""

    version: str = "19.2.0-ee"
    premium: bool = False
    keyset: bool = True
    issue_urls: str = "issues"
    iso_hook_times: bool = True
    notes_per_minute: int = 0
    issues_per_minute: int = 0
    application_limit_text: str = "Retry later\n"
    rows_without_total: int = 10_000
    max_offset: int = 50_000


@dataclass
class GitLab:
    now: Now
    base_url: str = "http://gitlab.test"
    switches: Switches = field(default_factory=Switches)
    users: dict[int, User] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    custom_fields: list[CustomField] = field(default_factory=list)
    projects: dict[int, Project] = field(default_factory=dict)
    bench: Bench = field(init=False)
    actions: dict[tuple[str, int], list[datetime]] = field(default_factory=dict)
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    def __post_init__(self) -> None:
        deliveries = Deliveries(WebhookRules(self), self.now)
        self.bench = Bench(deliveries, self.now, limits=RateLimits(now=self.now))

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let something happen at another time, so that seeds have a past."""
        usual, self.now = self.now, lambda: moment
        try:
            yield
        finally:
            self.now = usual

    def deal_id(self) -> int:
        return next(self._serial)

    def add_user(self, username: str, name: str = "", *, bot: bool = False) -> User:
        user = User(self.deal_id(), username, name or username, self.now(), bot)
        self.users[user.id] = user
        return user

    def add_token(
        self,
        value: str,
        user: User,
        scopes: tuple[str, ...] = ("api",),
        expires_on: date | None = None,
    ) -> AccessToken:
        token = AccessToken(
            self.deal_id(), value, user, f"{user.username} token", list(scopes),
            self.now(), expires_on,
        )  # fmt: skip
        self.tokens[value] = token
        return token

    def add_group(self, full_path: str, name: str = "") -> Group:
        parent, _, path = full_path.rpartition("/")
        if parent and self.find_group(parent) is None:
            self.add_group(parent)
        title = name or path
        group = Group(self.deal_id(), full_path, title, self.now())
        self.groups[group.id] = group
        return group

    def add_project(self, path: str, name: str = "", description: str = "") -> Project:
        """Namespaces that do not exist yet are created as groups on the way."""
        namespace, _, slug = path.rpartition("/")
        group = self.find_group(namespace) or self.add_group(namespace)
        project = Project(
            self.deal_id(), path, name or slug, self.now(), group, description
        )
        self.projects[project.id] = project
        return project

    def add_bot(self, project: Project, token: str) -> User:
        """A project access token belongs to a bot of its own."""
        digest = sha256(token.encode()).hexdigest()[:32]
        bot = self.add_user(f"project_{project.id}_bot_{digest}", "reqpool", bot=True)
        project.members[bot.id] = MAINTAINER
        self.add_token(token, bot)
        return bot

    def add_label(
        self, owner: Project | Group, name: str, color: str = DEFAULT_COLOR
    ) -> Label:
        moment = self.now()
        label = Label(self.deal_id(), name, color, moment, moment)
        if isinstance(owner, Project):
            label.project_id = owner.id
        else:
            label.group_id = owner.id
        owner.labels.append(label)
        return label

    def add_milestone(self, project: Project, title: str) -> Milestone:
        project.last_milestone_iid += 1
        moment = self.now()
        milestone = Milestone(
            self.deal_id(), project.last_milestone_iid, title, moment, moment,
            project_id=project.id,
        )  # fmt: skip
        project.milestones.append(milestone)
        return milestone

    def find_user(self, username: str) -> User | None:
        wanted = username.casefold().removeprefix("@")
        return next(
            (user for user in self.users.values() if user.username == wanted), None
        )

    def find_group(self, key: str) -> Group | None:
        if key.isdecimal():
            return self.groups.get(int(key))
        found = (group for group in self.groups.values() if group.full_path == key)
        return next(found, None)

    def find_project(self, key: str) -> Project | None:
        if key.isdecimal():
            return self.projects.get(int(key))
        every = self.projects.values()
        found = (row for row in every if row.path_with_namespace == key)
        return next(found, None) or self.find_moved_project(key)

    def find_moved_project(self, former_path: str) -> Project | None:
        every = self.projects.values()
        return next((row for row in every if former_path in row.former_paths), None)

    def rename_project(self, project: Project, path: str) -> None:
        project.former_paths.append(project.path_with_namespace)
        project.path_with_namespace = path

    def get_issue(self, project: Project, iid: int) -> Issue:
        issue = project.issues.get(iid)
        if issue is None:
            raise not_found()
        return issue

    def find_issue(self, issue_id: int) -> Issue | None:
        rows = (row for one in self.projects.values() for row in one.issues.values())
        return next((row for row in rows if row.id == issue_id), None)

    def labels_of(self, project: Project) -> list[Label]:
        return project.labels + (project.group.labels if project.group else [])

    def milestones_of(self, project: Project) -> list[Milestone]:
        inherited = project.group.milestones if project.group else []
        return project.milestones + inherited

    def find_label(self, project: Project, name: str) -> Label | None:
        """Label names are compared letter by letter."""
        return next((row for row in self.labels_of(project) if row.name == name), None)

    def access_level(self, user: User, project: Project) -> int:
        inherited = project.group.members.get(user.id, 0) if project.group else 0
        own = project.members.get(user.id, 0)
        return max(inherited, own, 60 if user.admin else 0)

    def may_see(self, user: User, project: Project) -> bool:
        return project.visibility != "private" or self.access_level(user, project) > 0

    def write_system_note(self, issue: Issue, user: User, body: str) -> Note:
        note = self.new_note(issue, user, body)
        note.system = True
        return note

    def new_note(self, issue: Issue, user: User, body: str) -> Note:
        moment, note_id = self.now(), self.deal_id()
        discussion = sha256(f"discussion {note_id}".encode()).hexdigest()[:40]
        note = Note(note_id, issue, user, body, moment, moment, discussion)
        issue.notes.append(note)
        return note

    def copy_note(self, note: Note, issue: Issue) -> None:
        twin = replace(note, id=self.deal_id(), issue=issue)
        issue.notes.append(twin)
