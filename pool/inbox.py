"""Deliveries: kept before they are acknowledged, settled once."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import zstandard
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from model.deliveries import Delivery
from pool.database import Connection, execute_rows, query
from pool.encode import jsonb
from pool.states import InboxState

_COMPRESSOR = zstandard.ZstdCompressor(level=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery on its way into the inbox.

    ``state`` and ``reason`` say at once what becomes of one that is not even parsed:
    a stale one or one that is too large, whose ``delivery.body`` is empty. ``packed``
    is the body as it will be stored.
    """

    delivery: Delivery
    packed: bytes
    state: InboxState = InboxState.PENDING
    reason: str = ""


_KEEP = """
WITH arrived AS (
    SELECT a.id, s.id AS source_id, a.delivery, a.sha256, a.received_at, a.state,
           a.outcome, a.headers, a.body, a.size
    FROM unnest(%(ids)b::uuid[], %(sources)b::text[], %(deliveries)b::text[],
        %(digests)b::text[], %(times)b::timestamptz[], %(states)b::text[],
        %(outcomes)b::jsonb[], %(headers)b::jsonb[], %(bodies)b::bytea[],
        %(sizes)b::integer[]) AS a (id, source, delivery, sha256, received_at, state,
        outcome, headers, body, size)
    JOIN sources s ON s.name = a.source
), kept AS (
    INSERT INTO inbox
        (id, source_id, delivery, sha256, received_at, state, outcome, settled_at)
    SELECT id, source_id, delivery, sha256, received_at, state, outcome,
        CASE WHEN state <> 'pending' THEN received_at END
    FROM arrived
    ON CONFLICT (source_id, delivery, sha256) DO NOTHING
    RETURNING id
), stored AS (
    INSERT INTO inbox_bodies (inbox_id, received_at, headers, body, size)
    SELECT a.id, a.received_at, a.headers, a.body, a.size
    FROM arrived a JOIN kept k ON k.id = a.id
)
INSERT INTO letterboxes AS l (source_id, last_webhook_at, received)
SELECT a.source_id, max(a.received_at), count(k.id)
FROM arrived a LEFT JOIN kept k ON k.id = a.id GROUP BY 1 ORDER BY 1
ON CONFLICT (source_id) DO UPDATE SET last_webhook_at = EXCLUDED.last_webhook_at,
    received = l.received + EXCLUDED.received
RETURNING (SELECT name FROM sources WHERE id = l.source_id)
"""
"""Everything in one statement: a group of deliveries is one round trip. In binary form:
as text, bodies are escaped here and unescaped there, which takes three times as long.
It waits for no other work, since none but its like writes where it writes."""

_TAKE = """
SELECT i.id, s.name AS source, i.delivery AS delivery_id, i.sha256, i.received_at,
       b.headers, b.body, b.size
FROM inbox i
JOIN inbox_bodies b ON b.inbox_id = i.id
JOIN sources s ON s.id = i.source_id
WHERE i.source_id = %s AND i.state = 'pending'
ORDER BY i.received_at, i.id
LIMIT %s
FOR UPDATE OF i SKIP LOCKED
"""


async def keep(connection: Connection, arrivals: Sequence[Arrival]) -> frozenset[str]:
    """Store deliveries; those that came before are absorbed.

    Returns:
        The names of the sources that are in the pool; deliveries of others are not
        stored.
    """
    rows = await query(connection, _KEEP, _columns(arrivals))
    return frozenset(row["name"] for row in rows)


def _columns(arrivals: Sequence[Arrival]) -> dict[str, list[Any]]:
    deliveries = [arrival.delivery for arrival in arrivals]
    return {
        "ids": [one.id for one in deliveries],
        "sources": [one.source for one in deliveries],
        "deliveries": [one.delivery_id for one in deliveries],
        "digests": [one.sha256 for one in deliveries],
        "times": [one.received_at for one in deliveries],
        "states": [arrival.state.value for arrival in arrivals],
        "outcomes": [_outcome(arrival) for arrival in arrivals],
        "headers": [Jsonb(dict(one.headers)) for one in deliveries],
        "bodies": [arrival.packed for arrival in arrivals],
        "sizes": [len(one.body) for one in deliveries],
    }


def _outcome(arrival: Arrival) -> Jsonb | None:
    return jsonb({"reason": arrival.reason}) if arrival.reason else None


async def find_full(connection: Connection, limit: int) -> frozenset[str]:
    """The names of sources of which as many deliveries wait as this, or more."""
    rows = await query(
        connection,
        "SELECT name FROM sources s WHERE %(limit)s <= (SELECT count(*) FROM ("
        " SELECT FROM inbox WHERE source_id = s.id AND state = 'pending'"
        " LIMIT %(limit)s) AS waiting)",
        {"limit": limit},
    )
    return frozenset(row["name"] for row in rows)


async def take(connection: Connection, source: UUID, most: int) -> Sequence[Delivery]:
    """The oldest pending deliveries, locked until the transaction ends."""
    return [_delivery(row) for row in await query(connection, _TAKE, (source, most))]


def _delivery(row: DictRow) -> Delivery:
    size = row.pop("size")
    return Delivery(**row | {"body": unpack(row["body"], size)})


def pack(body: bytes) -> bytes:
    """A body as it is stored: compressed (Zstandard, RFC 8878), if that is shorter.

    PostgreSQL's own compression of a group takes three times as long, and all its
    senders wait for it. This is done for each as it arrives; not from two threads.
    """
    return min(_COMPRESSOR.compress(body), body, key=len)


def unpack(stored: bytes, size: int) -> bytes:
    """The body as it came.

    Args:
        stored: what :func:`pack` made of it; deflated (RFC 1950) by earlier versions.
        size: of the body as it came.
    """
    if len(stored) == size:
        return stored
    if stored.startswith(zstandard.FRAME_HEADER):
        return zstandard.decompress(stored, size)
    return zlib.decompress(stored)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a delivery."""

    delivery: UUID
    state: InboxState
    outcome: Mapping[str, Any]


_SETTLE = """
UPDATE inbox i SET state = s.state, outcome = s.outcome, settled_at = s.settled_at
FROM jsonb_populate_recordset(NULL::inbox, %s) s WHERE i.id = s.id
"""


async def settle(
    connection: Connection, settled: Sequence[Settled], at: datetime
) -> None:
    """Record what became of some deliveries."""
    rows = [
        {
            "id": one.delivery,
            "state": one.state,
            "outcome": one.outcome,
            "settled_at": at,
        }
        for one in settled
    ]
    await execute_rows(connection, _SETTLE, rows)


_COUNTS = """
SELECT s.name, i.state, i.n FROM sources s CROSS JOIN LATERAL (
    SELECT 'pending' AS state, count(*) AS n FROM inbox
        WHERE source_id = s.id AND state = 'pending'
    UNION ALL SELECT 'quarantined', count(*) FROM inbox
        WHERE source_id = s.id AND state = 'quarantined') i
WHERE i.n > 0
"""
"""Each state by its own partial index; what is settled is not counted."""


async def count_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """How many deliveries are pending or in quarantine, by source name and state."""
    rows = await query(connection, _COUNTS)
    return {(row["name"], row["state"]): row["n"] for row in rows}
