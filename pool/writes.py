"""Intended writes as operators look at them, and what they do about them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool.database import Connection, query, query_one
from pool.states import OutboxState


class SettledError(ValueError):
    """The write is settled, or being sent: what was asked for comes too late."""


@dataclass(frozen=True, slots=True)
class Write:
    """One row of the outbox.

    Attributes:
        number: readable, never used again; a write keeps it over all its attempts.
        operation: the id of its present attempt.
        is_newest: nothing else was wanted of this field since.
        is_gone: its issue is deleted, or went on elsewhere.
        is_claimed: it is being sent right now.
    """

    number: int
    operation: UUID
    source: str
    source_id: UUID
    client_id: UUID
    issue_id: UUID
    issue: str
    tracker_id: str
    requirement: int | None
    field: str
    state: OutboxState
    change: dict[str, Any]
    attempts: int
    not_before: datetime
    created_at: datetime
    settled_at: datetime | None
    receipt: dict[str, Any] | None
    error: dict[str, Any] | None
    is_newest: bool
    is_gone: bool
    is_claimed: bool


@dataclass(frozen=True, slots=True)
class WriteFilter:
    """Which writes; what is empty does not narrow. ``issue`` is a key, past or present."""

    source: str = ""
    issue: str = ""
    states: Collection[OutboxState] = ()


_SELECT = """
SELECT o.seq AS number, o.id AS operation, s.name AS source, o.source_id, o.client_id,
    o.issue_id, i.key AS issue, i.tracker_id, q.number AS requirement, o.field, o.state,
    o.change, o.attempts, o.not_before, o.created_at, o.settled_at, o.receipt, o.error,
    NOT EXISTS (SELECT FROM outbox newer WHERE newer.issue_id = o.issue_id
        AND newer.field = o.field AND newer.seq > o.seq) AS is_newest,
    i.deleted_at IS NOT NULL AS is_gone, o.claimed_at IS NOT NULL AS is_claimed
FROM outbox o
JOIN sources s ON s.id = o.source_id
JOIN issues i ON i.id = o.issue_id
LEFT JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
LEFT JOIN requirements q ON q.id = l.requirement_id
"""

_SOURCE = "o.source_id = (SELECT id FROM sources WHERE name = %(source)s)"
_ISSUE = "o.issue_id IN (SELECT issue_id FROM issue_keys WHERE key = %(issue)s)"


async def find_writes(
    connection: Connection, wanted: WriteFilter, before: int | None, most: int
) -> Sequence[Write]:
    """A page of writes, the latest first.

    Args:
        connection: of the transaction.
        wanted: which.
        before: the last number of the page before; None for the first page.
        most: rows of a page.
    """
    rows = await query(
        connection,
        f"{_SELECT} WHERE {_condition(wanted, before)}"
        " ORDER BY o.seq DESC LIMIT %(most)s",
        {
            "source": wanted.source,
            "issue": wanted.issue,
            "before": before,
            "most": most,
        },
    )
    return [Write(**{**row, "state": OutboxState(row["state"])}) for row in rows]


def _condition(wanted: WriteFilter, before: int | None) -> str:
    """States are written out, so that PostgreSQL sees which partial index serves."""
    states = ", ".join(f"'{state.value}'" for state in wanted.states)
    parts = (
        _SOURCE if wanted.source else "",
        _ISSUE if wanted.issue else "",
        f"o.state IN ({states})" if states else "",
        "" if before is None else "o.seq < %(before)s",
    )
    return " AND ".join(part for part in parts if part) or "true"


async def find_write(connection: Connection, number: int) -> Write | None:
    """The write of a number; locked until the transaction ends."""
    row = await query_one(
        connection, _SELECT + "WHERE o.seq = %s FOR UPDATE OF o", (number,)
    )
    return Write(**{**row, "state": OutboxState(row["state"])}) if row else None


async def revive(
    connection: Connection, number: int, operation: UUID, now: datetime
) -> None:
    """Make a locked write pending again, as a new operation with all its attempts."""
    await connection.execute(
        "UPDATE outbox SET id = %s, state = 'pending', attempts = 0, not_before = %s,"
        " settled_at = NULL WHERE seq = %s",
        (operation, now, number),
    )


async def discard(connection: Connection, number: int, now: datetime) -> None:
    """A person gave a locked write up: it is not wanted again by itself."""
    await connection.execute(
        "UPDATE outbox SET state = 'discarded', settled_at = %s WHERE seq = %s",
        (now, number),
    )
