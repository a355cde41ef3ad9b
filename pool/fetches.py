"""Issues that are to be read directly: one row an issue, however many hints came."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pool.database import Connection, query, query_one

READ_BACK = "read_back"
"""The cause of reads that shall show what we wrote."""

RECONCILE = "reconcile"
"""The cause of reads that a person has started to put right what differs."""

_ASK = """
INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, cause)
SELECT %(source)s, asked.tracker_id, %(at)s, %(at)s, %(cause)s
FROM unnest(%(tracker_ids)s::text[]) WITH ORDINALITY AS asked (tracker_id, place)
ORDER BY asked.place
ON CONFLICT (source_id, tracker_id) DO UPDATE SET
    asked_at = EXCLUDED.asked_at, cause = EXCLUDED.cause, attempts = 0,
    missed = false, not_before = LEAST(fetches.not_before, EXCLUDED.not_before)
"""

_TAKE = """
SELECT tracker_id, cause FROM fetches
WHERE source_id = %(source)s AND not_before <= %(now)s
    AND tracker_id <> ALL(%(beside)s) AND tracker_id NOT IN (
        SELECT i.tracker_id FROM outbox o JOIN issues i ON i.id = o.issue_id
        WHERE o.source_id = %(source)s AND o.claimed_at IS NOT NULL
            AND o.not_before > %(now)s)
ORDER BY asked_at, tracker_id COLLATE "C" LIMIT %(most)s
"""

# this and the next in the order in which `ask` takes its rows, or they block each other
_TAKE_MISSED = """
WITH missed AS (
    SELECT source_id, tracker_id FROM fetches
    WHERE source_id = %s AND tracker_id = ANY(%s) AND missed
    ORDER BY tracker_id COLLATE "C" FOR UPDATE)
UPDATE fetches f SET missed = false FROM missed m
WHERE f.source_id = m.source_id AND f.tracker_id = m.tracker_id
RETURNING f.tracker_id
"""

_FINISH = """
WITH done AS (
    SELECT source_id, tracker_id FROM fetches
    WHERE source_id = %s AND tracker_id = ANY(%s) AND asked_at <= %s
    ORDER BY tracker_id COLLATE "C" FOR UPDATE)
DELETE FROM fetches f USING done d
WHERE f.source_id = d.source_id AND f.tracker_id = d.tracker_id
RETURNING f.tracker_id
"""


async def ask(
    connection: Connection,
    source: UUID,
    tracker_ids: Collection[str],
    at: datetime,
    cause: str,
) -> None:
    """Have issues read soon."""
    asked = sorted(set(tracker_ids))
    values = {"source": source, "tracker_ids": asked, "at": at, "cause": cause}
    await connection.execute(_ASK, values)


async def find_due(
    connection: Connection,
    source: UUID,
    now: datetime,
    most: int,
    *,
    beside: Collection[str] = (),
) -> dict[str, str]:
    """Ids that should be read now, and why, those asked for longest first.

    An issue that is being written to is left until that is settled: it is read back then
    anyway, and what was seen in between would be taken for a person's.

    Args:
        connection: of the transaction.
        source: whose.
        now: the time.
        most: how many.
        beside: ids that are left out.
    """
    values = {"source": source, "now": now, "most": most, "beside": list(beside)}
    rows = await query(connection, _TAKE, values)
    return {row["tracker_id"]: row["cause"] for row in rows}


async def finish(
    connection: Connection,
    source: UUID,
    tracker_ids: Collection[str],
    began_at: datetime,
) -> frozenset[str]:
    """They were read by a request begun at ``began_at``; a later wish stays.

    Returns:
        Those of which nobody wants to know more.
    """
    rows = await query(connection, _FINISH, (source, list(tracker_ids), began_at))
    return frozenset(row["tracker_id"] for row in rows)


async def note_missed(
    connection: Connection,
    source: UUID,
    tracker_ids: Collection[str],
    again_at: datetime,
) -> None:
    """They were looked for in vain; another look shall confirm it."""
    await connection.execute(
        "UPDATE fetches SET missed = true, not_before = %s"
        " WHERE source_id = %s AND tracker_id = ANY(%s)",
        (again_at, source, list(tracker_ids)),
    )


async def take_missed(
    connection: Connection, source: UUID, tracker_ids: Collection[str]
) -> frozenset[str]:
    """Which of these the last look did not find: told once, to the look that begins.

    It may find them, and die before it can say so; then nobody knows any more.
    """
    if not tracker_ids:
        return frozenset()
    rows = await query(connection, _TAKE_MISSED, (source, list(tracker_ids)))
    return frozenset(row["tracker_id"] for row in rows)


_SET_ASIDE = """
INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, attempts, cause)
VALUES (%(source)s, %(tracker_id)s, %(now)s, %(now)s + interval '1 minute', 1, 'failed')
ON CONFLICT (source_id, tracker_id) DO UPDATE SET
    asked_at = EXCLUDED.asked_at, cause = 'failed', attempts = fetches.attempts + 1,
    not_before = %(now)s + interval '1 minute' * LEAST(power(2, fetches.attempts), 720)
"""


async def set_aside(
    connection: Connection, source: UUID, tracker_id: str, now: datetime
) -> None:
    """Read an issue again that could not be absorbed: later and later, up to 12 h."""
    await connection.execute(
        _SET_ASIDE, {"source": source, "tracker_id": tracker_id, "now": now}
    )


async def count(connection: Connection, source: UUID) -> int:
    """How many issues of a source wait to be read."""
    row = await query_one(
        connection, "SELECT count(*) AS n FROM fetches WHERE source_id = %s", (source,)
    )
    return int(row["n"]) if row else 0
