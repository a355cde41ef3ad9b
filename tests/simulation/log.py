"""What a tracker's own log tells of an issue's past, in the connectors' words."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from model.edits import SETS, Edit
from model.issues import IssueSnapshot

_FIELDS = {
    "jira": ("title", "status", "priority", "labels", "releases", "key"),
    "gitlab": ("labels", "status", "releases"),
}
"""By kind of tracker, what its log holds."""


def read_log(
    kind: str, states: Sequence[IssueSnapshot], since: datetime
) -> Iterator[Edit]:
    """What was changed from a moment on, oldest first."""
    for number, (old, new) in enumerate(pairwise(states)):
        if new.updated_at >= since:
            yield from _compare(kind, number, old, new)


def _compare(
    kind: str, number: int, old: IssueSnapshot, new: IssueSnapshot
) -> Iterator[Edit]:
    for field in _FIELDS[kind]:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            sides = (before, after) if field in SETS else ((before,), (after,))
            yield Edit(
                f"{number}.{field}", new.updated_at, None, field, *_taken(*sides)
            )


def _taken(
    before: Sequence[str], after: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is gone, and what is new."""
    gone, new = set(before) - set(after), set(after) - set(before)
    return tuple(sorted(gone)), tuple(sorted(new))
