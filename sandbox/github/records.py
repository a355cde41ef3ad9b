"""What GitHub remembers, as plain records."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

ROLES = ("read", "triage", "write", "admin")


@dataclass(eq=False)
class User:
    id: int
    login: str
    name: str
    bot: bool = False


@dataclass(eq=False)
class AccessToken:
    value: str
    user: User
    scopes: str | None = "repo"
    expires_at: datetime | None = None


@dataclass(eq=False)
class Label:
    id: int
    name: str
    color: str = "ededed"


@dataclass(eq=False)
class Milestone:
    id: int
    number: int
    title: str
    creator: User
    created_at: datetime
    due_on: str | None = None


@dataclass(eq=False)
class Comment:
    id: int
    issue: "Issue"
    user: User
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(eq=False)
class IssueEvent:
    id: int
    event: str
    actor: User
    created_at: datetime
    told: Json


@dataclass(eq=False)
class Issue:
    id: int
    number: int
    repository: "Repository"
    title: str
    body: str | None
    user: User
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    type: str | None = None
    labels: list[Label] = field(default_factory=list)
    milestone: Milestone | None = None
    assignees: list[User] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    events: list[IssueEvent] = field(default_factory=list)
    is_pull_request: bool = False
    transferred_to: "Issue | None" = None


@dataclass(eq=False)
class Repository:
    id: int
    full_name: str
    former_names: list[str] = field(default_factory=list)
    archived: bool = False
    has_issues: bool = True
    members: dict[int, str] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    issues: dict[int, Issue] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    last_number: int = 0

    def deal_number(self) -> int:
        """Issues and pull requests share their numbers; none is dealt twice."""
        self.last_number += 1
        return self.last_number

    def may(self, user: User, role: str) -> bool:
        held = self.members.get(user.id)
        return held is not None and ROLES.index(held) >= ROLES.index(role)
