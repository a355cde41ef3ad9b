"""Deliveries that were kept but not understood, and what operators do about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool import attention
from pool.database import Connection, query, query_one
from pool.encode import jsonb
from pool.inbox import unpack


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A delivery in quarantine.

    Attributes:
        reason: why, as a code.
        size: of the body in bytes; None when no body was kept.
    """

    id: UUID
    source: str
    source_id: UUID
    client_id: UUID
    delivery: str
    sha256: str
    received_at: datetime
    reason: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What was delivered; ``headers`` never hold the hook's secret."""

    headers: dict[str, Any]
    body: bytes

    @property
    def text(self) -> str:
        """The body as far as it is text."""
        return self.body.decode("utf-8", "backslashreplace")


_SELECT = """
SELECT i.id, s.name AS source, i.source_id, s.client_id, i.delivery, i.sha256,
    i.received_at, COALESCE(i.outcome->>'reason', '') AS reason,
    NULLIF(b.size, 0) AS size
FROM inbox i
JOIN sources s ON s.id = i.source_id
LEFT JOIN inbox_bodies b ON b.inbox_id = i.id
WHERE i.state = 'quarantined'
"""


async def find_quarantined(
    connection: Connection,
    source: str = "",
    reason: str = "",
    before: UUID | None = None,
    most: int = 50,
) -> Sequence[Quarantined]:
    """A page of the quarantine, the latest first.

    Args:
        connection: of the transaction.
        source: its name; empty for every source.
        reason: the code; empty for every reason.
        before: the last id of the page before; None for the first page.
        most: rows of a page.
    """
    parts = (
        "AND i.source_id = (SELECT id FROM sources WHERE name = %(source)s)"
        if source
        else "",
        "AND i.outcome->>'reason' = %(reason)s" if reason else "",
        "AND i.id < %(before)s" if before else "",
    )
    rows = await query(
        connection,
        f"{_SELECT} {' '.join(parts)} ORDER BY i.id DESC LIMIT %(most)s",
        {"source": source, "reason": reason, "before": before, "most": most},
    )
    return [Quarantined(**row) for row in rows]


async def lock_quarantined(
    connection: Connection, delivery: UUID
) -> Quarantined | None:
    """One delivery, if it is in quarantine; locked until the transaction ends."""
    row = await query_one(
        connection, _SELECT + "AND i.id = %s FOR UPDATE OF i", (delivery,)
    )
    return Quarantined(**row) if row else None


async def find_letter(connection: Connection, delivery: UUID) -> Letter | None:
    """What was delivered, as long as it is kept."""
    row = await query_one(
        connection,
        "SELECT headers, body, size FROM inbox_bodies WHERE inbox_id = %s",
        (delivery,),
    )
    return Letter(row["headers"], unpack(row["body"], row["size"])) if row else None


class BodyGone(LookupError):  # noqa: N818 - says what is missing
    """The delivery was dealt with, and its body was dropped by age since."""


_DROPPED = """
SELECT i.state, i.settled_at, s.name AS source FROM inbox i
JOIN sources s ON s.id = i.source_id
WHERE i.id = %s AND i.state NOT IN ('pending', 'quarantined')
    AND NOT EXISTS (SELECT FROM inbox_bodies b WHERE b.inbox_id = i.id)
"""


async def check_body(connection: Connection, delivery: UUID) -> None:
    """See whether what was delivered is still there.

    Raises:
        BodyGone: it is not; what it was about can be read from the tracker.
    """
    row = await query_one(connection, _DROPPED, (delivery,))
    if row is not None:
        told = f"{delivery} was dealt with on {row['settled_at']:%Y-%m-%d}"
        remedy = f"'reqpool backfill {row['source']}' reads what it was about"
        raise BodyGone(f"{told}, and its body was dropped by age since: {remedy}")


async def take_back(connection: Connection, delivery: UUID) -> None:
    """Have a locked delivery ingested again."""
    await connection.execute(
        "UPDATE inbox SET state = 'pending', outcome = NULL, settled_at = NULL"
        " WHERE id = %s",
        (delivery,),
    )


async def ignore(
    connection: Connection, delivery: UUID, outcome: dict[str, Any], now: datetime
) -> None:
    """End a locked delivery by a person's word."""
    await connection.execute(
        "UPDATE inbox SET state = 'ignored', outcome = %s, settled_at = %s WHERE id = %s",
        (jsonb(outcome), now, delivery),
    )


async def resolve_reason(
    connection: Connection, found: Quarantined, now: datetime
) -> None:
    """The concern is over with the last delivery of its source and reason."""
    left = await query(
        connection,
        "SELECT 1 FROM inbox WHERE state = 'quarantined' AND source_id = %s"
        " AND COALESCE(outcome->>'reason', '') = %s LIMIT 1",
        (found.source_id, found.reason),
    )
    if not left:
        await attention.resolve(connection, f"{found.source}:{found.reason}", now)
