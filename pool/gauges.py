"""How far behind the pool is, read from the rows that are still open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pool.database import Connection, query

_GAUGES = """
SELECT s.name AS source,
    extract(epoch FROM %(now)s - s.last_poll_at) AS poll_age_seconds,
    extract(epoch FROM %(now)s - l.last_webhook_at) AS webhook_age_seconds,
    greatest(extract(epoch FROM s.not_before - %(now)s), 0) AS wait_seconds,
    (s.paused_at IS NOT NULL)::int AS paused,
    (s.broken_at IS NOT NULL)::int AS broken,
    budget.left_ratio AS budget_left_ratio,
    fetches.rows AS fetches_pending,
    received.rows AS inbox_pending, received.age AS inbox_oldest_seconds,
    wanted.rows AS outbox_pending, wanted.age AS outbox_oldest_seconds,
    held.rows AS outbox_held, dead.rows AS outbox_dead, concerns.rows AS concerns
FROM sources s
LEFT JOIN letterboxes l ON l.source_id = s.id
CROSS JOIN LATERAL (SELECT min(CASE WHEN one.resets_at <= %(now)s THEN 1
        ELSE one.remaining / nullif(one."limit", 0) END) AS left_ratio
    FROM jsonb_to_recordset(s.budget->'limits')
        AS one (remaining numeric, "limit" numeric, resets_at timestamptz)
    WHERE one.remaining IS NOT NULL) budget
CROSS JOIN LATERAL (SELECT count(*) AS rows,
    coalesce(extract(epoch FROM %(now)s - min(received_at)), 0) AS age
    FROM inbox WHERE source_id = s.id AND state = 'pending') received
CROSS JOIN LATERAL (SELECT count(*) AS rows,
    coalesce(extract(epoch FROM %(now)s - min(created_at)), 0) AS age
    FROM outbox WHERE source_id = s.id AND state = 'pending') wanted
CROSS JOIN LATERAL (SELECT count(*) AS rows
    FROM outbox WHERE source_id = s.id AND state = 'held') held
CROSS JOIN LATERAL (SELECT count(*) AS rows
    FROM outbox WHERE source_id = s.id AND state = 'dead') dead
CROSS JOIN LATERAL (SELECT count(*) AS rows
    FROM fetches WHERE source_id = s.id) fetches
CROSS JOIN LATERAL (SELECT count(*) AS rows
    FROM attention WHERE source_id = s.id AND resolved_at IS NULL) concerns
ORDER BY s.name
"""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number of one source at one moment; seconds where the name says so."""

    name: str
    source: str
    value: float


async def find_gauges(connection: Connection, now: datetime) -> list[Gauge]:
    """Every number of every source; one that is not known yet is left out."""
    rows = await query(connection, _GAUGES, {"now": now})
    return [gauge for row in rows for gauge in _gauges(row)]


def _gauges(row: dict[str, Any]) -> Iterator[Gauge]:
    source = row.pop("source")
    for name, value in row.items():
        if value is not None:
            yield Gauge(name, source, float(value))
