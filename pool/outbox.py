"""Intended writes: kept with the decision that wants them, settled by receipts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.changes import (
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.ids import Ids
from pool.database import Connection, execute_rows, query, query_one, query_rows
from pool.encode import decode, encode, in_order, jsonb
from pool.issues import StoredIssue
from pool.states import OutboxState


class Caution(StrEnum):
    """Whether what is newly wanted of an issue goes out at once.

    ``FOLLOW`` holds it if something of the same issue is held already, so that nothing
    of a run that nobody confirmed comes out through another stimulus.
    """

    SEND = "send"
    FOLLOW = "follow"
    HOLD = "hold"


class Field(StrEnum):
    """The things that we write; at most one write of each is open an issue."""

    LABELS = "labels"
    STATUS = "status"
    RELEASE = "release"
    COMMENT = "comment"
    ASSIGNEE = "assignee"
    FIELDS = "fields"


_FIELD_OF: Mapping[type[Change], Field] = {
    SetLabels: Field.LABELS,
    Transition: Field.STATUS,
    SetRelease: Field.RELEASE,
    UpsertComment: Field.COMMENT,
    SetAssignee: Field.ASSIGNEE,
    SetFields: Field.FIELDS,
}


def field_of(change: Change) -> Field:
    """Which of them a change writes."""
    return _FIELD_OF[type(change)]


@dataclass(frozen=True, slots=True)
class Intent:
    """One intended write that was claimed for sending.

    ``attempts`` is also its fencing number: only the claim that has the row's newest
    number may settle it.

    Attributes:
        decision: that wanted it.
    """

    id: UUID
    client_id: UUID
    issue_id: UUID
    tracker_id: str
    change: Change
    attempts: int
    created_at: datetime
    decision: UUID | None


_CLAIM = """
UPDATE outbox SET attempts = attempts + 1, not_before = %(lease)s, claimed_at = %(now)s
WHERE id IN (
    SELECT o.id FROM outbox o JOIN issues i ON i.id = o.issue_id
    WHERE o.source_id = %(source)s AND o.state = 'pending' AND o.not_before <= %(now)s
        AND o.claimed_at IS NULL AND NOT EXISTS (
            SELECT FROM fetches f
            WHERE f.source_id = o.source_id AND f.tracker_id = i.tracker_id)
    ORDER BY o.not_before, o.seq LIMIT %(most)s FOR UPDATE OF o SKIP LOCKED)
RETURNING id, client_id, issue_id, change, attempts, created_at, decision_id, seq,
    (SELECT tracker_id FROM issues WHERE issues.id = outbox.issue_id) AS tracker_id
"""

_NEWEST = """
SELECT DISTINCT ON (issue_id, field) issue_id, id, field, state, change FROM outbox
WHERE issue_id = ANY(%s) ORDER BY issue_id, field, seq DESC
"""

_ADD = """
INSERT INTO outbox (id, client_id, source_id, issue_id, field, audience, change,
    decision_id, state, not_before, created_at)
SELECT id, client_id, source_id, issue_id, field, 'client', change, decision_id, state,
    not_before, created_at
FROM jsonb_populate_recordset(NULL::outbox, %s)
"""

_CANCEL = "UPDATE outbox SET state = 'cancelled', settled_at = %s WHERE id = ANY(%s)"


_OPEN = frozenset({OutboxState.PENDING, OutboxState.HELD})
_STANDING = frozenset({OutboxState.PENDING, OutboxState.DEAD, OutboxState.DISCARDED})


@dataclass(frozen=True, slots=True)
class Want:
    """What the tracker is to be told of one issue.

    Attributes:
        decision: that wants it; None for nothing wanted.
    """

    issue: StoredIssue
    decision: UUID | None = None
    changes: Collection[Change] = ()
    caution: Caution = Caution.FOLLOW


async def want(
    connection: Connection, ids: Ids, wants: Sequence[Want], now: datetime
) -> Sequence[int]:
    """Make these the only open writes of their issues; answers how many are new of each.

    An equal open write stays as it is, with its attempts; one that was held goes out
    when a person acts on the issue. A write equal to one that a person has to look at
    (dead) or gave up (discarded) is not tried again by itself.
    """
    standing = await _find_newest(connection, [want.issue.id for want in wants])
    differences = [
        _compare(want, standing.get(want.issue.id, _NOTHING)) for want in wants
    ]
    over = [operation for each in differences for operation in each.over]
    if over:
        await connection.execute(_CANCEL, (now, over))
    rows = [
        _columns(ids(), want, change, each.state, now)
        for want, each in zip(wants, differences, strict=True)
        for change in each.new
    ]
    await execute_rows(connection, _ADD, rows)
    return [len(each.new) for each in differences]


_NOTHING: Mapping[str, DictRow] = {}


async def _find_newest(
    connection: Connection, issues: Sequence[UUID]
) -> Mapping[UUID, Mapping[str, DictRow]]:
    """The newest write of each field, by issue."""
    found: dict[UUID, dict[str, DictRow]] = {}
    for row in await query(connection, _NEWEST, (issues,)):
        found.setdefault(row["issue_id"], {})[row["field"]] = row
    return found


@dataclass(frozen=True, slots=True)
class _Difference:
    """Operations that are over, and changes that are new and begin in a state."""

    over: Sequence[UUID]
    new: Sequence[Change]
    state: OutboxState


def _compare(want: Want, newest: Mapping[str, DictRow]) -> _Difference:
    wanted = {field_of(change): change for change in want.changes}
    state = _open_state(newest.values(), want.caution)
    over, new = list[UUID](), list[Change]()
    for field in Field:
        row, change = newest.get(field), wanted.get(field)
        if row and change is not None and _repeats(row, change, state):
            continue
        if row and row["state"] in _OPEN:
            over.append(row["id"])
        if change is not None:
            new.append(change)
    return _Difference(over, new, state)


def _columns(
    operation: UUID, want: Want, change: Change, state: OutboxState, now: datetime
) -> dict[str, Any]:
    return {
        "id": operation,
        "client_id": want.issue.client_id,
        "source_id": want.issue.source_id,
        "issue_id": want.issue.id,
        "field": field_of(change),
        "change": encode(change, Change),
        "decision_id": want.decision,
        "state": state,
        "not_before": now,
        "created_at": now,
    }


def _open_state(newest: Iterable[DictRow], caution: Caution) -> OutboxState:
    follows = caution is Caution.FOLLOW
    is_held = any(row["state"] == OutboxState.HELD for row in newest)
    held = caution is Caution.HOLD or (follows and is_held)
    return OutboxState.HELD if held else OutboxState.PENDING


def _repeats(row: DictRow, change: Change, state: OutboxState) -> bool:
    stands = row["state"] in _STANDING | {state}
    return stands and in_order(row["change"]) == in_order(encode(change, Change))


async def claim(
    connection: Connection, source: UUID, now: datetime, lease: timedelta, most: int
) -> Sequence[Intent]:
    """Take due writes for sending.

    An issue that is about to be read is not written to before that: what is wanted may
    come out otherwise. A write that nobody settles in time is an orphan.
    """
    rows = await query(
        connection,
        _CLAIM,
        {"source": source, "now": now, "lease": now + lease, "most": most},
    )
    return [_intent(row) for row in sorted(rows, key=lambda row: int(row["seq"]))]


def _intent(row: DictRow) -> Intent:
    return Intent(
        id=row["id"],
        client_id=row["client_id"],
        issue_id=row["issue_id"],
        tracker_id=row["tracker_id"],
        change=decode(row["change"], Change),
        attempts=row["attempts"],
        created_at=row["created_at"],
        decision=row["decision_id"],
    )


_CLAIMED = """
SELECT o.id FROM unnest(%s::uuid[], %s::integer[]) AS asked (id, attempts)
JOIN outbox o ON o.id = asked.id AND o.attempts = asked.attempts
WHERE o.state = 'pending' AND o.claimed_at IS NOT NULL AND o.not_before > %s
"""


async def find_claimed(
    connection: Connection, intents: Sequence[Intent], now: datetime
) -> Collection[UUID]:
    """Whose claim still holds: nothing was cancelled, taken over, or ran out."""
    ids, attempts = [it.id for it in intents], [it.attempts for it in intents]
    rows = await query(connection, _CLAIMED, (ids, attempts, now))
    return {row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Settled:
    """A claimed write, and what the tracker answered to it."""

    intent: Intent
    receipt: Receipt


_SETTLE = """
UPDATE outbox o SET receipt = s.receipt, settled_at = s.settled_at, error = NULL,
    claimed_at = NULL, state = CASE o.state WHEN 'pending' THEN 'sent' ELSE o.state END
FROM jsonb_populate_recordset(NULL::outbox, %s) s
WHERE o.id = s.id AND o.attempts = s.attempts RETURNING o.id
"""


async def settle(
    connection: Connection, settled: Sequence[Settled], now: datetime
) -> Collection[UUID]:
    """Record receipts; answers of which: others were taken over by another claim."""
    rows = [
        {
            "id": it.intent.id,
            "attempts": it.intent.attempts,
            "receipt": encode(it.receipt),
            "settled_at": now,
        }
        for it in settled
    ]
    return {row["id"] for row in await query_rows(connection, _SETTLE, rows)}


async def postpone(
    connection: Connection,
    intent: Intent,
    operation: UUID,
    error: dict[str, Any],
    until: datetime,
    *,
    counts: bool = True,
) -> None:
    """Try a write again later, under a new operation id.

    Nobody knows whether the last try had its effect. The issue is read before the next
    one, so that each operation has one effect at most. A try that does not count leaves
    its number to the next.
    """
    await connection.execute(
        "UPDATE outbox SET id = %s, claimed_at = NULL, error = %s, not_before = %s,"
        " attempts = %s WHERE id = %s AND attempts = %s",
        (
            operation,
            jsonb(error),
            until,
            intent.attempts - (not counts),
            intent.id,
            intent.attempts,
        ),
    )


_ORPHANS = """
SELECT o.id, o.client_id, o.issue_id, i.tracker_id, o.change, o.attempts, o.created_at,
    o.decision_id
FROM outbox o JOIN issues i ON i.id = o.issue_id
WHERE o.source_id = %s AND o.claimed_at IS NOT NULL AND o.not_before <= %s
ORDER BY o.seq FOR UPDATE OF o SKIP LOCKED
"""


async def find_orphans(
    connection: Connection, source: UUID, now: datetime
) -> Sequence[Intent]:
    """Writes that were being sent when their process died, cancelled since or not."""
    return [_intent(row) for row in await query(connection, _ORPHANS, (source, now))]


async def release_claim(
    connection: Connection, intent: Intent, until: datetime
) -> None:
    """Give a claimed write back untried: the source is not to be asked until then."""
    await connection.execute(
        "UPDATE outbox SET attempts = attempts - 1, not_before = %s, claimed_at = NULL"
        " WHERE id = %s AND attempts = %s",
        (until, intent.id, intent.attempts),
    )


async def bury(
    connection: Connection, intent: Intent, error: dict[str, Any], now: datetime
) -> bool:
    """Give a write up until a person has acted; it is never deleted by itself.

    False when it is not this claim's any more.
    """
    row = await query_one(
        connection,
        "UPDATE outbox SET state = 'dead', error = %s, settled_at = %s, claimed_at = NULL"
        " WHERE id = %s AND attempts = %s AND state = 'pending' RETURNING id",
        (jsonb(error), now, intent.id, intent.attempts),
    )
    return row is not None


_COUNTS = """
SELECT s.name, o.state, o.n FROM sources s CROSS JOIN LATERAL (
    SELECT 'pending' AS state, count(*) AS n FROM outbox
        WHERE source_id = s.id AND state = 'pending'
    UNION ALL SELECT 'held', count(*) FROM outbox
        WHERE source_id = s.id AND state = 'held'
    UNION ALL SELECT 'dead', count(*) FROM outbox
        WHERE source_id = s.id AND state = 'dead') o
WHERE o.n > 0
"""
"""Each state by its own partial index; what is settled is not counted."""


async def count_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """How many writes are pending, held or dead, by source name and state."""
    rows = await query(connection, _COUNTS)
    return {(row["name"], row["state"]): row["n"] for row in rows}
