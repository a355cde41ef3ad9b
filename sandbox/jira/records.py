"""What a Jira site holds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Category = Literal["new", "indeterminate", "done"]
Deployment = Literal["Cloud", "Server"]


@dataclass
class User:
    """`id` is the accountId on Cloud and the user name on Data Center."""

    id: str
    name: str
    email: str
    time_zone: str = "UTC"
    token: str = ""
    active: bool = True
    admin: bool = False
    app: bool = False
    roles: frozenset[str] = frozenset({"Users"})
    denied: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Named:
    """A priority, resolution, issue type, component: id and name say it all."""

    id: str
    name: str


@dataclass(frozen=True)
class Status:
    """`untranslated` is what the administrator wrote, when readers see it translated."""

    id: str
    name: str
    category: Category
    untranslated: str = ""


@dataclass(frozen=True)
class Transition:
    """An edge of the workflow; `sources` empty means from everywhere.

    `lands` is where a post function takes the issue at once instead of `to`.
    """

    id: str
    name: str
    to: Status
    sources: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    lands: Status | None = None

    def leaves(self, status: Status) -> bool:
        return status.id != self.to.id and (
            not self.sources or status.id in self.sources
        )


@dataclass(frozen=True)
class Workflow:
    initial: Status
    transitions: tuple[Transition, ...]

    def statuses(self) -> list[Status]:
        ends = [self.initial, *(edge.to for edge in self.transitions)]
        return list({status.id: status for status in ends}.values())


@dataclass
class Version:
    id: str
    name: str
    project: str
    description: str = ""
    release_on: str = ""
    start_on: str = ""
    released: bool = False
    archived: bool = False


@dataclass
class Project:
    id: str
    key: str
    name: str
    lead: User
    workflow: Workflow
    components: list[Named] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    service_desk: bool = False
    last_number: int = 0


@dataclass
class Comment:
    id: str
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    update_author: User
    visibility: Json | None = None
    public: bool = True
    properties: Json = field(default_factory=dict)


@dataclass
class Worklog:
    id: str
    author: User
    comment: str
    seconds: int
    started_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass
class Attachment:
    id: str
    author: User
    filename: str
    mime_type: str
    content: bytes
    created_at: datetime


@dataclass
class RemoteLink:
    id: int
    global_id: str
    data: Json


@dataclass(frozen=True)
class LinkType:
    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True)
class IssueLink:
    id: str
    type: LinkType
    inward_id: str
    outward_id: str


@dataclass(frozen=True)
class Change:
    """One changelog item; names are Jira's: from_ is the id, from_text what one reads."""

    field: str
    field_id: str
    from_: str | None
    from_text: str | None
    to: str | None
    to_text: str | None
    type: str = "jira"


@dataclass(frozen=True)
class History:
    id: str
    author: User
    at: datetime
    changes: tuple[Change, ...]


@dataclass
class Issue:
    id: str
    key: str
    project: Project
    type: Named
    status: Status
    reporter: User
    creator: User
    created_at: datetime
    updated_at: datetime
    summary: str = ""
    description: str | None = None
    priority: Named = field(default=Named("3", "Medium"))
    resolution: Named | None = None
    resolved_at: datetime | None = None
    assignee: User | None = None
    labels: list[str] = field(default_factory=list)
    fix_versions: list[Version] = field(default_factory=list)
    affected_versions: list[Version] = field(default_factory=list)
    components: list[Named] = field(default_factory=list)
    due_on: str | None = None
    environment: str | None = None
    custom: Json = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    worklogs: list[Worklog] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    remote_links: list[RemoteLink] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    properties: Json = field(default_factory=dict)
