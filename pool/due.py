"""What is due, seen from the committed rows: the truth that jobs only wake up for."""

from datetime import datetime
from typing import NamedTuple

from pool.database import Connection, query


class Due(NamedTuple):
    """A verb that has something to do for a source; empty for all sources together."""

    verb: str
    source: str


REDECIDE = "redecide"
"""The verb that asks no tracker."""

SWEEP = "sweep"
"""The stream whose cursor is the last issue that a round looked for; empty between
two rounds."""

_DUE = """
SELECT verb, s.name AS source FROM sources s CROSS JOIN LATERAL (
    SELECT 'ingest' AS verb WHERE EXISTS (
        SELECT FROM inbox i WHERE i.source_id = s.id AND i.state = 'pending')
    UNION ALL SELECT 'fetch' WHERE EXISTS (
        SELECT FROM fetches f WHERE f.source_id = s.id AND f.not_before <= %(now)s)
    UNION ALL SELECT 'deliver' WHERE EXISTS (
        SELECT FROM outbox o WHERE o.source_id = s.id AND o.state = 'pending'
            AND o.not_before <= %(now)s) OR EXISTS (
        SELECT FROM outbox o WHERE o.source_id = s.id AND o.claimed_at IS NOT NULL
            AND o.not_before <= %(now)s) OR EXISTS (
        SELECT FROM raisings r WHERE r.source_id = s.id AND r.state = 'pending'
            AND r.not_before <= %(now)s)
    UNION ALL SELECT 'sweep' WHERE s.last_poll_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM cursors c WHERE c.source_id = s.id AND c.stream = 'sweep'
            AND c.value = '' AND c.kept_at > %(now)s - interval '1 day'
            AND c.kept_at < %(now)s + interval '1 day')
) due
WHERE s.paused_at IS NULL AND (verb = 'ingest' OR s.broken_at IS NULL
    AND (s.not_before IS NULL OR s.not_before <= %(now)s))
"""


async def find_due(connection: Connection, now: datetime) -> list[Due]:
    """Every drain that has rows to take now."""
    rows = await query(connection, _DUE, {"now": now})
    return [Due(row["verb"], row["source"]) for row in rows]
