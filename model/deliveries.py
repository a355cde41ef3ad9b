"""Webhook arrivals, and what their bodies turn out to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook arrival, exactly as it came.

    Attributes:
        delivery_id: the tracker's id of the event, the same across its retries;
            empty when the tracker sends none.
        headers: lower-case names; secrets are left out.
        sha256: of ``body``, as hexadecimal digits.
    """

    id: UUID
    source: str
    delivery_id: str
    headers: Mapping[str, str]
    body: bytes
    sha256: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened to an issue: fetch it. Never taken as state.

    Attributes:
        tracker: ``jira`` or ``gitlab`` …
        issue_id: as in :attr:`model.issues.IssueRef.tracker_id`.
        key: the readable key, when the body tells it.
        event: the tracker's name of the event.
        changed: names of what changed, in the tracker's words; may be empty.
        actor: who did it, in the tracker's words; empty when unknown.
        at: when, on the tracker's clock; None when the body does not tell.
        project: the tracker's key or path of the project, when the body tells it.
        deleted: the tracker says that the issue is gone (to be confirmed).
    """

    tracker: str
    issue_id: str
    event: str
    key: str = ""
    changed: tuple[str, ...] = ()
    actor: str = ""
    at: datetime | None = None
    project: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and of no concern: the event is not about an issue's content."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Kept, but not understood; a person may look.

    ``issue_id`` is set when the body at least says which issue to fetch again.
    """

    reason: str
    issue_id: str = ""
