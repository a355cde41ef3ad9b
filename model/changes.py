"""Intended writes to a tracker, and what it answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from model.client_text import ClientText


@dataclass(frozen=True, slots=True)
class SetLabels:
    """Add and remove labels of ours; everybody else's stay as they are."""

    add: frozenset[str]
    remove: frozenset[str]


@dataclass(frozen=True, slots=True)
class Transition:
    """Bring the issue to a status, by whatever path the workflow offers.

    ``status`` is the tracker's name of the status, its id, or a category such as
    ``done`` where that leaves no choice; for GitLab ``opened`` or ``closed``.
    """

    status: str


@dataclass(frozen=True, slots=True)
class SetRelease:
    """Put the issue into a release: fixVersion or milestone, created when missing.

    Attributes:
        name: the release; None takes ours away.
        remove: a release of ours that it was in until now; None when it was in none.
        ship_on: written to the version or milestone when it is created.
    """

    name: str | None
    remove: str | None = None
    ship_on: date | None = None


@dataclass(frozen=True, slots=True)
class UpsertComment:
    """Write our one sticky comment, or bring it up to date.

    Attributes:
        text: what the client reads.
        comment_id: the tracker's id of our comment; None before the first time. When
            it is None, or gone, the connector looks for its own marker before it
            creates anything, so that a lost reply makes no second comment.
    """

    text: ClientText
    comment_id: str | None = None


@dataclass(frozen=True, slots=True)
class SetAssignee:
    """Give the issue to somebody; there is no way to say nobody.

    Attributes:
        account: as the source's ``people`` map names it.
        previous: whom we gave it to before; None when we did not.
    """

    account: str
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class SetFields:
    """Fill fields that the source's configuration declares ours.

    Attributes:
        values: by the field's name, what it should hold; empty to take ours away.
        previous: what we wrote there last.
    """

    values: Mapping[str, str]
    previous: Mapping[str, str] = field(default_factory=dict)


Change = SetLabels | Transition | SetRelease | UpsertComment | SetAssignee | SetFields
"""Everything that we ever write to an issue of a client."""


@dataclass(frozen=True, slots=True)
class RaiseIssue:
    """Make a new issue, once, however often it is asked for.

    Attributes:
        title: one line for the client.
        text: the description, Markdown.
        mark: what the issue carries so that it is found again; one word, and no other
            issue has it.
        place: a project key, path or repository of the source; empty for its first.
        issue_type: the tracker's name of it; empty for the first that there is.
    """

    title: ClientText
    text: ClientText
    mark: str
    place: str = ""
    issue_type: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """The issue that was made, or found made.

    ``tracker_id`` is as in :class:`~model.issues.IssueRef`.
    """

    tracker_id: str
    key: str
    created: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the tracker answered to a change.

    Attributes:
        written: False when the tracker already was in the state asked for.
        comment_id: the tracker's id of our comment, after an UpsertComment.
        status_id: the tracker's id of the status, after a Transition; empty where
            statuses have none.
        updated_at: the issue's time of update after the write, when the answer told.
        calls: how many requests that change anything were sent.
        before: what the field held, where a write replaces it and the connector looked
            just before; in the words of the snapshot's field. None when not told.
    """

    written: bool
    comment_id: str | None = None
    updated_at: datetime | None = None
    calls: int = 0
    status_id: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What a tracker held of ours when we last wrote, field by field: the merge base.

    Attributes:
        labels: ours that the tracker held after our last receipt.
        status: that we set last; None before the first time.
        status_id: what the tracker made of it: a name may be translated, or stand for
            any status of a category.
        release: that we set last; None before the first time.
        comment_id: of our sticky comment.
        comment_hash: SHA-256 of the text that we wrote there; the tracker's own body is
            normalised by it and proves nothing.
        assignee: the account that we gave the issue to last.
        fields: what we wrote last into fields of ours, by their names.
        reasserted: the labels that we already put back once after somebody changed them.
        kept: by field, what a person put in place of ours, and we left.
    """

    labels: frozenset[str] = frozenset()
    status: str | None = None
    status_id: str = ""
    release: str | None = None
    comment_id: str | None = None
    comment_hash: str = ""
    assignee: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    reasserted: frozenset[str] | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
