"""Deliveries: kept before they are acknowledged, settled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.deliveries import Delivery
from pool.database import Connection, query
from pool.encode import jsonb
from pool.schema import InboxState


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery on its way into the inbox.

    ``state`` and ``reason`` say at once what becomes of one that is not even parsed:
    a stale one or one that is too large, whose ``delivery.body`` is empty.
    """

    source_id: UUID
    delivery: Delivery
    state: InboxState = InboxState.PENDING
    reason: str = ""


_KEEP = """
WITH kept AS (
    INSERT INTO inbox
        (id, source_id, delivery, sha256, received_at, state, outcome, settled_at)
    VALUES (%(id)s, %(source_id)s, %(delivery)s, %(sha256)s, %(received_at)s,
            %(state)s, %(outcome)s, %(settled_at)s)
    ON CONFLICT (source_id, delivery, sha256) DO NOTHING
    RETURNING id
)
INSERT INTO inbox_bodies (inbox_id, received_at, headers, body)
SELECT id, %(received_at)s, %(headers)s, %(body)s FROM kept
"""

_TAKE = """
SELECT i.id, s.name AS source, i.delivery AS delivery_id, i.sha256, i.received_at,
       b.headers, b.body
FROM inbox i
JOIN inbox_bodies b ON b.inbox_id = i.id
JOIN sources s ON s.id = i.source_id
WHERE i.source_id = %s AND i.state = 'pending'
ORDER BY i.received_at
LIMIT %s
FOR UPDATE OF i SKIP LOCKED
"""


async def keep(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Store deliveries; one that came before is absorbed."""
    async with connection.cursor() as cursor:
        await cursor.executemany(_KEEP, [_values(arrival) for arrival in arrivals])


def _values(arrival: Arrival) -> dict[str, Any]:
    delivery = arrival.delivery
    pending = arrival.state is InboxState.PENDING
    return {
        "id": delivery.id,
        "source_id": arrival.source_id,
        "delivery": delivery.delivery_id,
        "sha256": delivery.sha256,
        "received_at": delivery.received_at,
        "state": arrival.state,
        "outcome": None if pending else jsonb({"reason": arrival.reason}),
        "settled_at": None if pending else delivery.received_at,
        "headers": jsonb(dict(delivery.headers)),
        "body": delivery.body,
    }


async def take(connection: Connection, source: UUID, most: int) -> Sequence[Delivery]:
    """The oldest pending deliveries, locked until the transaction ends."""
    return [_delivery(row) for row in await query(connection, _TAKE, (source, most))]


def _delivery(row: DictRow) -> Delivery:
    return Delivery(**row)


async def settle(
    connection: Connection,
    delivery: UUID,
    state: InboxState,
    outcome: dict[str, Any],
    at: datetime,
) -> None:
    """Record what became of a delivery."""
    await connection.execute(
        "UPDATE inbox SET state = %s, outcome = %s, settled_at = %s WHERE id = %s",
        (state, jsonb(outcome), at, delivery),
    )


async def count_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """How many deliveries are in each state, by source name and state."""
    rows = await query(
        connection,
        "SELECT s.name, i.state, count(*) AS n FROM inbox i"
        " JOIN sources s ON s.id = i.source_id GROUP BY 1, 2",
    )
    return {(row["name"], row["state"]): row["n"] for row in rows}
