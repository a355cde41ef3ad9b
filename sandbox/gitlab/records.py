"""What GitLab remembers, as plain records."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Json = dict[str, Any]
State = Literal["opened", "closed"]

GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 15, 20, 30, 40, 50


@dataclass(eq=False)
class User:
    id: int
    username: str
    name: str
    created_at: datetime
    bot: bool = False
    admin: bool = False


@dataclass(eq=False)
class AccessToken:
    id: int
    value: str
    user: User
    name: str
    scopes: list[str]
    created_at: datetime
    expires_on: date | None = None
    revoked: bool = False
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, and the webhook chain the request says it belongs to."""

    user: User
    event_uuid: str | None = None


@dataclass(eq=False)
class Label:
    id: int
    name: str
    color: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    project_id: int | None = None
    group_id: int | None = None
    priority: int | None = None


@dataclass(eq=False)
class Milestone:
    id: int
    iid: int
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    state: str = "active"
    due_on: date | None = None
    start_on: date | None = None
    project_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True)
class Status:
    id: int
    name: str
    category: str
    color: str


TO_DO = Status(1, "To do", "to_do", "#737278")
IN_PROGRESS = Status(2, "In progress", "in_progress", "#1f75cb")
DONE = Status(3, "Done", "done", "#108548")
WONT_DO = Status(4, "Won't do", "canceled", "#DD2B0E")
DUPLICATE = Status(5, "Duplicate", "canceled", "#DD2B0E")
STATUSES = (TO_DO, IN_PROGRESS, DONE, WONT_DO, DUPLICATE)


@dataclass(eq=False)
class Note:
    id: int
    issue: "Issue"
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    discussion_id: str
    system: bool = False
    internal: bool = False
    type: str | None = None
    updated_by: User | None = None


@dataclass(frozen=True)
class ResourceEvent:
    """One line of an issue's history: a label, its state or its milestone."""

    id: int
    kind: Literal["label", "state", "milestone"]
    user: User
    created_at: datetime
    action: str
    subject: Label | Milestone | None = None


@dataclass(frozen=True)
class Link:
    id: int
    source: "Issue"
    target: "Issue"
    link_type: str
    created_at: datetime


@dataclass(frozen=True)
class CustomField:
    """Of a top-level group; `kind` is TEXT, NUMBER or SINGLE_SELECT."""

    id: int
    name: str
    kind: str
    options: tuple[str, ...] = ()

    def option_id(self, value: str) -> str:
        number = self.id * 100 + self.options.index(value)
        return f"gid://gitlab/Issuables::CustomFieldSelectOption/{number}"


@dataclass(frozen=True)
class Timelog:
    """Time that somebody added, or took back."""

    id: int
    user: User
    seconds: int
    spent_at: datetime


@dataclass(eq=False)
class Issue:
    id: int
    iid: int
    project: "Project"
    title: str
    author: User
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    state: State = "opened"
    issue_type: str = "issue"
    closed_at: datetime | None = None
    closed_by: User | None = None
    labels: list[Label] = field(default_factory=list)
    milestone: Milestone | None = None
    assignees: list[User] = field(default_factory=list)
    due_on: date | None = None
    weight: int | None = None
    confidential: bool = False
    discussion_locked: bool | None = None
    moved_to: "Issue | None" = None
    updated_by: User | None = None
    last_edited_at: datetime | None = None
    last_edited_by: User | None = None
    time_estimate: int = 0
    time_spent: int = 0
    status: Status = TO_DO
    parent: "Issue | None" = None
    notes: list[Note] = field(default_factory=list)
    events: list[ResourceEvent] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    timelogs: list[Timelog] = field(default_factory=list)
    custom: dict[int, Any] = field(default_factory=dict)
    following: dict[int, bool] = field(default_factory=dict)

    def followed_by(self, user: User) -> bool:
        """Authors and assignees follow unless they said otherwise."""
        involved = user is self.author or user in self.assignees
        return self.following.get(user.id, involved)

    @property
    def user_notes(self) -> list[Note]:
        return [note for note in self.notes if not note.system]


@dataclass(eq=False)
class Group:
    id: int
    full_path: str
    name: str
    created_at: datetime
    members: dict[int, int] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)


@dataclass(eq=False)
class Project:
    id: int
    path_with_namespace: str
    name: str
    created_at: datetime
    group: Group | None = None
    description: str | None = None
    visibility: str = "private"
    archived: bool = False
    former_paths: list[str] = field(default_factory=list)
    members: dict[int, int] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    issues: dict[int, Issue] = field(default_factory=dict)
    uploads: dict[tuple[str, str], bytes] = field(default_factory=dict)
    last_iid: int = 0
    last_milestone_iid: int = 0

    @property
    def namespace(self) -> str:
        return self.path_with_namespace.rpartition("/")[0]

    @property
    def path(self) -> str:
        return self.path_with_namespace.rpartition("/")[2]

    def deal_iid(self) -> int:
        """Iids are never dealt twice, deleted issues keep theirs."""
        self.last_iid += 1
        return self.last_iid
