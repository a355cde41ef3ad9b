"""Put what a tracker's log tells between two observations into their difference."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from model.edits import SETS, Edit
from pool.history import Event
from pool.issues import StoredIssue
from sync.compare import get_plain, origin_of

_TEXTS = frozenset({"title", "description"})


def weave(
    stored: StoredIssue, events: Sequence[Event], edits: Sequence[Edit]
) -> list[Event]:
    """Each edit of the log as an event, and of the difference what no edit explains.

    What the stored state shows already is not told again, nor are labels of ours.

    Args:
        stored: the issue before.
        events: how the new state differs from it (:mod:`sync.compare`).
        edits: since the stored state, oldest first.
    """
    told, values = list[Event](), dict[str, Any]()
    for edit in edits:
        before = values.get(edit.field, _value_of(stored, edit.field))
        after = _apply(stored, edit, before)
        values[edit.field] = after
        if after != before:
            author = edit.author.name if edit.author else ""
            origin = origin_of(stored, edit.field, after)
            place = (edit.made_at, origin, author, edit.field)
            told.append(Event(*place, before, after, entry=edit.entry))
    return told + [event for one in events if (event := _left(one, values))]


def _value_of(stored: StoredIssue, field: str) -> Any:
    snapshot = stored.snapshot
    match field:
        case "labels":
            return sorted(snapshot.labels - stored.base.labels)
        case "assignee":
            return snapshot.assignee.name if snapshot.assignee else None
        case _:
            return get_plain(getattr(snapshot, field))


def _apply(stored: StoredIssue, edit: Edit, value: Any) -> Any:
    if edit.field not in SETS:
        return edit.after[0] if edit.after else ("" if edit.field in _TEXTS else None)
    ours = stored.base.labels if edit.field == "labels" else frozenset[str]()
    kept = [name for name in value if name not in edit.before]
    added = [name for name in edit.after if name not in kept and name not in ours]
    return sorted([*kept, *added]) if edit.field == "labels" else [*kept, *added]


def _left(event: Event, values: dict[str, Any]) -> Event | None:
    """What the log does not explain goes on from where the log ends."""
    if event.field not in values:
        return event
    reached = values[event.field]
    if _same(reached, event.after):
        return None
    return replace(event, before=reached)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return bool(one == other)
