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
from pool.database import Connection, query, query_one
from pool.encode import decode, digest, encode, jsonb
from pool.schema import OutboxState


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
    """

    id: UUID
    client_id: UUID
    issue_id: UUID
    tracker_id: str
    change: Change
    attempts: int
    created_at: datetime


_CLAIM = """
UPDATE outbox SET attempts = attempts + 1, not_before = %(lease)s, claimed_at = %(now)s
WHERE id IN (
    SELECT o.id FROM outbox o JOIN issues i ON i.id = o.issue_id
    WHERE o.source_id = %(source)s AND o.state = 'pending' AND o.not_before <= %(now)s
        AND o.claimed_at IS NULL AND NOT EXISTS (
            SELECT FROM fetches f
            WHERE f.source_id = o.source_id AND f.tracker_id = i.tracker_id)
    ORDER BY o.seq LIMIT %(most)s FOR UPDATE OF o SKIP LOCKED)
RETURNING id, client_id, issue_id, change, attempts, created_at, seq,
    (SELECT tracker_id FROM issues WHERE issues.id = outbox.issue_id) AS tracker_id
"""

_NEWEST = """
SELECT DISTINCT ON (field) id, field, state, change FROM outbox
WHERE issue_id = %s ORDER BY field, seq DESC
"""

_ADD = """
INSERT INTO outbox (id, client_id, source_id, issue_id, field, audience, change,
    decision_id, state, not_before, created_at)
SELECT %(id)s, client_id, source_id, id, %(field)s, 'client', %(change)s, decision_id,
    %(state)s, %(now)s, %(now)s
FROM issues WHERE id = %(issue)s
"""


_OPEN = frozenset({OutboxState.PENDING, OutboxState.HELD})
_STANDING = frozenset({OutboxState.PENDING, OutboxState.DEAD, OutboxState.DISCARDED})


async def want(
    connection: Connection,
    ids: Ids,
    issue: UUID,
    changes: Collection[Change],
    now: datetime,
    caution: Caution = Caution.FOLLOW,
) -> int:
    """Make these the only open writes of an issue; answers how many are new.

    An equal open write stays as it is, with its attempts; one that was held goes out
    when a person acts on the issue. A write equal to one that a person has to look at
    (dead) or gave up (discarded) is not tried again by itself.
    """
    newest = {row["field"]: row for row in await query(connection, _NEWEST, (issue,))}
    wanted = {field_of(change): change for change in changes}
    state = _open_state(newest.values(), caution)
    added = 0
    for field in Field:
        row, change = newest.get(field), wanted.get(field)
        if row and change is not None and _repeats(row, change, state):
            continue
        if row and row["state"] in _OPEN:
            await _cancel(connection, row["id"], now)
        if change is not None:
            await _add(connection, ids(), issue, (change, state), now)
            added += 1
    return added


def _open_state(newest: Iterable[DictRow], caution: Caution) -> OutboxState:
    follows = caution is Caution.FOLLOW
    is_held = any(row["state"] == OutboxState.HELD for row in newest)
    held = caution is Caution.HOLD or (follows and is_held)
    return OutboxState.HELD if held else OutboxState.PENDING


def _repeats(row: DictRow, change: Change, state: OutboxState) -> bool:
    stands = row["state"] in _STANDING | {state}
    return stands and digest(row["change"]) == digest(encode(change, Change))


async def _cancel(connection: Connection, operation: UUID, now: datetime) -> None:
    await connection.execute(
        "UPDATE outbox SET state = 'cancelled', settled_at = %s WHERE id = %s",
        (now, operation),
    )


async def _add(
    connection: Connection,
    operation: UUID,
    issue: UUID,
    wanted: tuple[Change, OutboxState],
    now: datetime,
) -> None:
    change, state = wanted
    await connection.execute(
        _ADD,
        {
            "id": operation,
            "issue": issue,
            "field": field_of(change),
            "change": jsonb(encode(change, Change)),
            "state": state,
            "now": now,
        },
    )


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
    )


async def is_claimed(connection: Connection, intent: Intent, now: datetime) -> bool:
    """Whether a claim still holds: nothing was cancelled, taken over, or ran out."""
    row = await query_one(
        connection,
        "SELECT FROM outbox WHERE id = %s AND attempts = %s AND state = 'pending'"
        " AND claimed_at IS NOT NULL AND not_before > %s",
        (intent.id, intent.attempts, now),
    )
    return row is not None


async def settle(
    connection: Connection, intent: Intent, receipt: Receipt, now: datetime
) -> bool:
    """Record a receipt; False when another claim has taken the write over."""
    row = await query_one(
        connection,
        "UPDATE outbox SET receipt = %s, settled_at = %s, error = NULL,"
        " claimed_at = NULL, state = CASE state WHEN 'pending' THEN 'sent' ELSE state END"
        " WHERE id = %s AND attempts = %s RETURNING id",
        (jsonb(encode(receipt)), now, intent.id, intent.attempts),
    )
    return row is not None


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
SELECT o.id, o.client_id, o.issue_id, i.tracker_id, o.change, o.attempts, o.created_at
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
) -> None:
    """Give a write up until a person has acted; it is never deleted by itself."""
    await connection.execute(
        "UPDATE outbox SET state = 'dead', error = %s, settled_at = %s, claimed_at = NULL"
        " WHERE id = %s AND attempts = %s AND state = 'pending'",
        (jsonb(error), now, intent.id, intent.attempts),
    )


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
