"""What people changed between two observations of an issue."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from model.issues import Comment, IssueSnapshot
from pool.history import Event, Origin
from pool.issues import StoredIssue

_FIELDS = (
    "key",
    "title",
    "description",
    "issue_type",
    "status",
    "priority",
    "releases",
    "modules",
    "due_on",
    "estimate_days",
    "confidential",
    "spent_days",
    "sprints",
)


def compare(
    stored: StoredIssue, before: Sequence[Comment], snapshot: IssueSnapshot
) -> list[Event]:
    """One event a field or comment that changed; our own writes are marked as ours.

    Labels of ours are left out: the audit holds each write of them.
    """
    events = [
        *_compare_fields(stored, snapshot),
        *_compare_labels(stored, snapshot),
        *_compare_content(stored.snapshot, snapshot),
        *_compare_people(stored.snapshot, snapshot),
    ]
    if snapshot.comments is not None:
        events.extend(_compare_comments(stored, before, snapshot))
    return events


def _compare_fields(stored: StoredIssue, new: IssueSnapshot) -> Iterator[Event]:
    old = stored.snapshot
    for name in _FIELDS:
        before, after = get_plain(getattr(old, name)), get_plain(getattr(new, name))
        if before != after:
            origin = origin_of(stored, name, after)
            yield Event(new.updated_at, origin, "", name, before, after)


def get_plain(value: Any) -> Any:
    """A value of a snapshot as the history keeps it."""
    match value:
        case tuple():
            return list(value)
        case None | str() | bool():
            return value
        case _:
            return str(value)


def origin_of(stored: StoredIssue, name: str, after: Any) -> Origin:
    """Ours, when it is what we wrote last."""
    base = stored.base
    is_ours = (name == "status" and after == base.status) or (
        name == "releases" and base.release is not None and base.release in after
    )
    return Origin.REQPOOL if is_ours else Origin.TRACKER


def _compare_labels(stored: StoredIssue, new: IssueSnapshot) -> Iterator[Event]:
    before = sorted(stored.snapshot.labels - stored.base.labels)
    after = sorted(new.labels - stored.base.labels)
    if before != after:
        yield Event(new.updated_at, Origin.TRACKER, "", "labels", before, after)


def _compare_content(old: IssueSnapshot, new: IssueSnapshot) -> Iterator[Event]:
    for name, tell in _CONTENT.items():
        before, after = tell(old), tell(new)
        if before != after:
            yield Event(new.updated_at, Origin.TRACKER, "", name, before, after)


_CONTENT: Mapping[str, Callable[[IssueSnapshot], list[str]]] = {
    "attachments": lambda issue: [file.name for file in issue.attachments],
    "links": lambda issue: [f"{link.phrase} {link.key}" for link in issue.links],
    "fields": lambda issue: [
        f"{name}: {', '.join(words)}" for name, words in sorted(issue.fields.items())
    ],
}


def _compare_people(old: IssueSnapshot, new: IssueSnapshot) -> Iterator[Event]:
    before = old.assignee.name if old.assignee else None
    after = new.assignee.name if new.assignee else None
    if before != after:
        yield Event(new.updated_at, Origin.TRACKER, "", "assignee", before, after)


def _compare_comments(
    stored: StoredIssue, before: Sequence[Comment], new: IssueSnapshot
) -> Iterator[Event]:
    old = {comment.tracker_id: comment for comment in before}
    now = {comment.tracker_id: comment for comment in new.comments or ()}
    for tracker_id in sorted(old.keys() | now.keys()):
        was, is_now = old.get(tracker_id), now.get(tracker_id)
        body_before = was.body if was else None
        body_after = is_now.body if is_now else None
        if body_before != body_after:
            yield Event(
                happened_at=_moment(is_now, new.updated_at),
                origin=_origin_of_comment(stored, tracker_id),
                actor=_author(is_now or was),
                field=f"comment:{tracker_id}",
                before=body_before,
                after=body_after,
            )


def _origin_of_comment(stored: StoredIssue, tracker_id: str) -> Origin:
    """Ours changes by us until it was read back; after that a person did it."""
    is_ours = tracker_id == stored.base.comment_id
    was_read_back = stored.read > stored.write_read
    return Origin.REQPOOL if is_ours and not was_read_back else Origin.TRACKER


def _moment(comment: Comment | None, otherwise: datetime) -> datetime:
    return comment.updated_at if comment else otherwise


def _author(comment: Comment | None) -> str:
    return comment.author.name if comment and comment.author else ""
