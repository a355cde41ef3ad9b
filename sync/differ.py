"""What the pool and a tracker hold differently of one issue.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from model.changes import Base
from model.issues import Comment, IssueSnapshot
from pool.encode import encode
from pool.issues import StoredIssue
from pool.outbox import Field

OURS = "ours:"
"""Begins the kinds of what is ours to put right in the tracker."""

_APART = frozenset({"ref", "updated_at", "labels", "comments"})


class Difference(NamedTuple):
    """One difference.

    Attributes:
        kind: a field of the snapshot, ``comment``, or :data:`OURS` with what we write.
    """

    kind: str
    pool: str
    tracker: str

    @property
    def is_ours(self) -> bool:
        """Whether the tracker is to be put right, not the pool."""
        return self.kind.startswith(OURS)


def differ(
    stored: StoredIssue, comments: Sequence[Comment], seen: IssueSnapshot
) -> Iterator[Difference]:
    """Every mapped field, every comment and link, and whatever is ours.

    Args:
        stored: what the pool has, and what we wrote last.
        comments: what the pool has of them.
        seen: a direct answer of the tracker.
    """
    yield from _fields(stored.snapshot, seen, stored.base)
    yield from _comments(comments, seen)
    yield from _ours(stored.base, seen)


def _fields(
    known: IssueSnapshot, seen: IssueSnapshot, base: Base
) -> Iterator[Difference]:
    before, after = encode(replace(known, comments=None)), encode(seen)
    for name in before.keys() - _APART:
        if before[name] != after[name]:
            yield Difference(name, str(before[name]), str(after[name]))
    theirs = (known.labels - base.labels, seen.labels - base.labels)
    if theirs[0] != theirs[1]:
        yield Difference("labels", *(", ".join(sorted(each)) for each in theirs))


def _comments(known: Sequence[Comment], seen: IssueSnapshot) -> Iterator[Difference]:
    if seen.comments is None:
        return
    before = {one.tracker_id: one.body for one in known}
    after = {one.tracker_id: one.body for one in seen.comments}
    for tracker_id in sorted(before.keys() | after.keys()):
        was, now = before.get(tracker_id), after.get(tracker_id)
        if was != now:
            yield Difference("comment", was or "", now or "")


def _ours(base: Base, seen: IssueSnapshot) -> Iterator[Difference]:
    """What we wrote last is gone, and nobody noted that a person took it away.

    Status and release are left as a person leaves them: they differ as fields do.
    """
    lost = base.labels - seen.labels
    if lost and Field.LABELS not in base.kept:
        yield Difference(f"{OURS}{Field.LABELS}", ", ".join(sorted(lost)), "")
    standing = {one.tracker_id for one in seen.comments or ()}
    if (
        base.comment_id
        and seen.comments is not None
        and base.comment_id not in standing
    ):
        yield Difference(f"{OURS}{Field.COMMENT}", base.comment_id, "")
