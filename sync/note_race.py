"""A write replaced what a person had put there since we read the issue."""

from model.changes import Change, Receipt, SetRelease, Transition
from model.issues import IssueSnapshot
from pool import conflicts, history
from pool.conflicts import Conflict, Kept
from pool.database import Connection
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.outbox import field_of
from sync.engine import Engine


async def note_race(
    engine: Engine,
    connection: Connection,
    issue: StoredIssue,
    change: Change,
    receipt: Receipt,
) -> None:
    """Compare what a connector found just before its write with what the plan saw.

    Trackers have no compare-and-set, so the write cannot be made to depend on it: the
    person's value is kept in the history, and the conflict is noted.
    """
    seen, ours = _find_sides(issue.snapshot, change)
    theirs = receipt.before
    if not receipt.written or theirs is None or _is_any(theirs, (seen, ours)):
        return
    if _is_any(seen, (ours,)):
        return  # our write was read back already: what the plan saw is gone
    now, field = engine.clock(), field_of(change)
    noted = Conflict(now, field, seen, theirs, ours, Kept.OURS)
    await conflicts.note(connection, engine.ids, issue.id, noted)
    events = [
        Event(now, Origin.TRACKER, "", field, seen, theirs, "found_before_writing"),
        Event(now, Origin.REQPOOL, "", field, theirs, ours, "overwrote_person"),
    ]
    await history.add(connection, engine.ids, issue.client_id, issue.id, events)


def _find_sides(seen: IssueSnapshot, change: Change) -> tuple[str, str]:
    """What the plan saw, and what it wanted, of a field that is replaced as a whole."""
    match change:
        case Transition(status):
            return seen.status, status
        case SetRelease(name):
            return ", ".join(seen.releases), name or ""
        case _:
            return "", ""


def _is_any(value: str, others: tuple[str, ...]) -> bool:
    return value.casefold() in {other.casefold() for other in others}
