"""What lives in a tracker, normalised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class IssueRef:
    """Names one issue of one source for good.

    Attributes:
        source: the configured name of the source.
        tracker_id: what the tracker itself never changes: Jira's numeric issue id;
            GitLab's ``<project id>#<iid>`` (its global id can be read by
            administrators alone); GitHub's ``<repository id>#<number>``.
    """

    source: str
    tracker_id: str

    def __str__(self) -> str:
        """``source:tracker_id``, for logs."""
        return f"{self.source}:{self.tracker_id}"


class StatusCategory(StrEnum):
    """The three columns that every workflow comes down to."""

    TO_DO = "to_do"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class Visibility(StrEnum):
    """Who of the client's own people may read a comment."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Urgency(StrEnum):
    """A tracker's priority as one scale; the names are Jira's defaults."""

    HIGHEST = "Highest"
    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"
    LOWEST = "Lowest"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Urgency).index(self)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a tracker, as the tracker names them.

    Attributes:
        tracker_id: Jira Cloud's accountId, Jira Data Center's name, GitLab's user id.
        name: the display name; empty when the tracker hides it.
        username: what mentions use: Jira Data Center's name, GitLab's username; empty
            on Jira Cloud. It may be changed and given to somebody else.
    """

    tracker_id: str
    name: str = ""
    username: str = field(default="", compare=False)

    def goes_by(self, account: str) -> bool:
        """Whether a configured account, an id or a username, is this person's."""
        name = account.removeprefix("@").casefold()
        return account == self.tracker_id or name == self.username.casefold() != ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or note.

    ``body`` is Markdown, whatever the tracker's own markup; ``ours`` says that it
    carries our mark.
    """

    tracker_id: str
    author: Person | None
    body: str
    visibility: Visibility
    created_at: datetime
    updated_at: datetime
    ours: bool = False


class LinkKind(StrEnum):
    """How an issue stands to the one that it is linked to."""

    PARENT = "parent"
    CHILD = "child"
    BLOCKS = "blocks"
    BLOCKED_BY = "blocked_by"
    DUPLICATES = "duplicates"
    DUPLICATED_BY = "duplicated_by"
    RELATES = "relates"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an issue to another one of the same tracker.

    Attributes:
        kind: seen from the issue that holds the link: its ``parent``, or what it
            ``blocks``.
        phrase: the tracker's own words for it, such as ``is blocked by``.
        key: what people call the other issue.
        tracker_id: of the other issue, as in :class:`IssueRef`; empty when not told.
        url: where people open the other issue.
    """

    kind: LinkKind
    phrase: str
    key: str
    tracker_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an issue, without its content.

    Attributes:
        tracker_id: what the tracker finds it by: Jira's number, GitLab's
            ``<secret>/<file name>``.
        name: of the file, as whoever put it there named it.
        size_bytes: None when the tracker does not tell.
        mime_type: as the tracker tells, or by the name; empty when neither tells.
        created_at: None when the tracker does not tell.
    """

    tracker_id: str
    name: str
    size_bytes: int | None = None
    mime_type: str = ""
    author: Person | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worklog:
    """Time that somebody logged on an issue.

    Attributes:
        started_at: when the work was done; None when the tracker does not tell.
        seconds: negative where time was taken back.
    """

    tracker_id: str
    author: Person | None
    started_at: datetime | None
    seconds: int


UNSEEN = "?#"
"""With it begins what an issue is known by that went where we cannot look."""


@dataclass(frozen=True, slots=True)
class IssueSnapshot:
    """The whole normalised state of an issue, as one answer showed it. Never a diff.

    Attributes:
        ref: for good, across moves and renames.
        key: what people call it: ``FIN-12``, ``group/project#12``.
        url: where people open it.
        title: plain text.
        description: Markdown, whatever the tracker's own markup; possibly empty.
        issue_type: the tracker's own name of the type.
        status: the tracker's own name of the status, in our account's language.
        status_id: the tracker's id of it; empty where statuses have none.
        status_category: what the status comes down to.
        labels: exactly as the tracker spells them.
        releases: names of fixVersions, or the milestone's title.
        modules: component names, or labels that the source maps to modules.
        priority: the tracker's own word, None when it has none.
        urgency: the same on one scale, None when it cannot be told.
        assignee: the first of them.
        co_assignees: the others, where a tracker has several.
        comments: oldest first; None when the answer did not carry them.
        confidential: the tracker hides the issue from most of its readers.
        estimate_days: person-days, when the tracker has an estimate.
        spent_days: person-days that people logged; None when they logged none.
        worklogs: the entries that the time consists of, where the tracker tells them;
            oldest first.
        attachments: in the tracker's order.
        links: to other issues, the hierarchy included.
        sprints: names of the sprints or the iteration that it is in.
        fields: the custom fields that the source's configuration names, by the name
            given there; those without a value are left out.
        written_fields: the fields that the source's configuration declares ours, as
            the tracker shows them; those without a value are left out.
        moved_to: the key under which it goes on elsewhere; empty when it stays. It
            begins with :data:`UNSEEN` where the tracker does not tell us that key.
        created_at: on the tracker's clock.
        updated_at: on the tracker's clock; its granularity differs by tracker.
    """

    ref: IssueRef
    key: str
    url: str
    title: str
    description: str
    issue_type: str
    status: str
    status_category: StatusCategory
    created_at: datetime
    updated_at: datetime
    labels: frozenset[str] = frozenset()
    releases: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    priority: str | None = None
    urgency: Urgency | None = None
    reporter: Person | None = None
    assignee: Person | None = None
    comments: tuple[Comment, ...] | None = None
    confidential: bool = False
    estimate_days: Decimal | None = None
    due_on: date | None = None
    spent_days: Decimal | None = None
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    sprints: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved_to: str = ""
    status_id: str = ""
    co_assignees: tuple[Person, ...] = ()
    written_fields: Mapping[str, str] = field(default_factory=dict)
    worklogs: tuple[Worklog, ...] = ()

    @property
    def assignees(self) -> tuple[Person, ...]:
        """Everybody who has it."""
        return (self.assignee, *self.co_assignees) if self.assignee else ()


class Revision(NamedTuple):
    """How new a snapshot is.

    Attributes:
        updated_at: the tracker's own time of the last update.
        read: a number drawn before the request was sent, so that of two answers
            with the same ``updated_at`` the one asked for later is the newer.
    """

    updated_at: datetime
    read: int
