"""Issues that a requirement is raised as in another tracker: each made once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.changes import RaiseIssue
from model.decisions import PoolState
from model.issues import IssueSnapshot
from pool.database import Connection, query, query_one
from pool.encode import decode, encode, jsonb
from pool.states import StateOrigin


@dataclass(frozen=True, slots=True)
class Raising:
    """One issue that is to be made, or was made.

    ``attempts`` is also its fencing number: only the newest claim may settle it.
    """

    id: UUID
    client_id: UUID
    requirement_id: UUID
    draft: RaiseIssue
    made_by: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Awaited:
    """An issue that we made, or are making, and have not seen yet."""

    id: UUID
    requirement_id: UUID
    mark: str
    tracker_id: str | None
    state: PoolState
    state_origin: StateOrigin

    def is_(self, snapshot: IssueSnapshot) -> bool:
        """Whether this is it, by the answer to our request or by its mark."""
        if self.tracker_id is not None:
            return snapshot.ref.tracker_id == self.tracker_id
        return self.mark in snapshot.labels or self.mark in snapshot.description


_HOLD = "SELECT id FROM requirements WHERE id = %s AND merged_into IS NULL FOR UPDATE"
_STANDING = """
SELECT id FROM raisings WHERE requirement_id = %s AND source_id = %s AND place = ANY(%s)
    AND state IN ('pending', 'sent')
"""


async def has_twin(
    connection: Connection, raising: Raising, source: UUID, places: Collection[str]
) -> bool | None:
    """Whether the requirement was raised there; None when there is no such requirement.

    Holds the requirement, so that of two who ask at once one is told.

    Args:
        connection: of the transaction.
        raising: what is to be made.
        source: where.
        places: all names of the place in it.
    """
    if await query_one(connection, _HOLD, (raising.requirement_id,)) is None:
        return None
    where = (raising.requirement_id, source, list(places))
    return await query_one(connection, _STANDING, where) is not None


_ADD = """
INSERT INTO raisings (id, client_id, source_id, requirement_id, place, draft, reason,
    made_by, made_at, not_before)
VALUES (%(id)s, %(client)s, %(source)s, %(requirement)s, %(place)s, %(draft)s,
    %(reason)s, %(by)s, %(now)s, %(now)s)
"""


async def add(
    connection: Connection, raising: Raising, source: UUID, reason: str, now: datetime
) -> None:
    """Keep what is to be made."""
    values = {
        "id": raising.id,
        "client": raising.client_id,
        "source": source,
        "requirement": raising.requirement_id,
        "place": raising.draft.place,
        "draft": jsonb(encode(raising.draft)),
        "reason": reason,
        "by": raising.made_by,
        "now": now,
    }
    await connection.execute(_ADD, values)


_CLAIM = """
UPDATE raisings SET attempts = attempts + 1, not_before = %(lease)s
WHERE id IN (SELECT id FROM raisings WHERE source_id = %(source)s AND state = 'pending'
    AND not_before <= %(now)s ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED)
RETURNING id, client_id, requirement_id, draft, made_by, attempts
"""


async def claim(
    connection: Connection, source: UUID, now: datetime, lease: timedelta
) -> Sequence[Raising]:
    """Take what is due; what nobody settles in time is due again."""
    values = {"source": source, "now": now, "lease": now + lease}
    return [_raising(row) for row in await query(connection, _CLAIM, values)]


def _raising(row: DictRow) -> Raising:
    return Raising(**{**row, "draft": decode(row["draft"], RaiseIssue)})


async def is_claimed(connection: Connection, raising: Raising, now: datetime) -> bool:
    """Whether a claim still holds: nobody took it over, and it did not run out."""
    row = await query_one(
        connection,
        "SELECT FROM raisings WHERE id = %s AND attempts = %s AND state = 'pending'"
        " AND not_before > %s",
        (raising.id, raising.attempts, now),
    )
    return row is not None


async def settle(
    connection: Connection, raising: Raising, tracker_id: str, now: datetime
) -> bool:
    """The tracker has it; False when another claim has taken it over."""
    row = await query_one(
        connection,
        "UPDATE raisings SET state = 'sent', tracker_id = %s, settled_at = %s,"
        " error = NULL WHERE id = %s AND attempts = %s AND state = 'pending'"
        " RETURNING id",
        (tracker_id, now, raising.id, raising.attempts),
    )
    return row is not None


async def postpone(
    connection: Connection, raising: Raising, error: dict[str, Any], until: datetime
) -> None:
    """Try again later; nobody knows whether the last try had its effect."""
    await connection.execute(
        "UPDATE raisings SET error = %s, not_before = %s WHERE id = %s AND attempts = %s",
        (jsonb(error), until, raising.id, raising.attempts),
    )


async def bury(
    connection: Connection, raising: Raising, error: dict[str, Any], now: datetime
) -> None:
    """Give it up: a person has to look, and may raise it anew."""
    await connection.execute(
        "UPDATE raisings SET state = 'dead', error = %s, settled_at = %s"
        " WHERE id = %s AND attempts = %s AND state = 'pending'",
        (jsonb(error), now, raising.id, raising.attempts),
    )


_AWAITED = """
SELECT r.id, q.id AS requirement_id, r.draft->>'mark' AS mark, r.tracker_id, q.state,
    q.state_origin
FROM raisings r
JOIN requirements asked ON asked.id = r.requirement_id
JOIN requirements q ON q.id = COALESCE(asked.merged_into, asked.id)
WHERE r.source_id = %s AND r.issue_id IS NULL AND r.state <> 'cancelled'
"""


async def find_awaited(connection: Connection, source: UUID) -> Sequence[Awaited]:
    """What was made in a source, or may have been, and was not mirrored yet."""
    return [
        Awaited(
            **{
                **row,
                "state": PoolState(row["state"]),
                "state_origin": StateOrigin(row["state_origin"]),
            }
        )
        for row in await query(connection, _AWAITED, (source,))
    ]


async def link(connection: Connection, raising: UUID, issue: UUID) -> None:
    """It is mirrored: no other issue is taken for it."""
    await connection.execute(
        "UPDATE raisings SET issue_id = %s WHERE id = %s", (issue, raising)
    )
