"""What age takes away: raw bodies, and writes that others came after.

Nothing that says what happened is among it: deliveries keep their rows, which make them
known when they come again, and the audit has each write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pool.database import Connection, query, query_one


class Clearable(StrEnum):
    """What may be dropped by age."""

    BODIES = "bodies"
    WRITES = "writes"


class Stretch(NamedTuple):
    """What one look at the oldest rows came to.

    Attributes:
        end: of the rows that were looked at, where the next look begins; None after
            the last old one.
        dropped: rows that are gone.
    """

    end: Any
    dropped: int


_BODIES = """
WITH seen AS (
    SELECT b.inbox_id AS place, b.received_at AS at,
        i.state NOT IN ('pending', 'quarantined')
            AND COALESCE(i.settled_at, b.received_at) < %(before)s AS is_over
    FROM inbox_bodies b JOIN inbox i ON i.id = b.inbox_id
    WHERE %(after)s::uuid IS NULL OR b.inbox_id > %(after)s
    ORDER BY b.inbox_id LIMIT %(most)s
), dropped AS (
    DELETE FROM inbox_bodies WHERE inbox_id IN (SELECT place FROM seen WHERE is_over)
    RETURNING 1
)
SELECT (SELECT count(*) FROM dropped) AS dropped,
    (SELECT place FROM seen ORDER BY place DESC LIMIT 1) AS place,
    (SELECT count(*) FROM seen WHERE at < %(before)s) = %(most)s AS goes_on
"""
"""Ids of deliveries grow with time, so that the oldest come first without an index of
their own. What nobody understood stays, and so does what is not settled."""

_WRITES = """
WITH seen AS (
    SELECT o.seq AS place, o.created_at AS at,
        o.state IN ('sent', 'cancelled') AND o.claimed_at IS NULL
            AND o.settled_at < %(before)s AND EXISTS (
                SELECT FROM outbox newer WHERE newer.issue_id = o.issue_id
                    AND newer.field = o.field AND newer.seq > o.seq) AS is_over
    FROM outbox o
    WHERE %(after)s::bigint IS NULL OR o.seq > %(after)s
    ORDER BY o.seq LIMIT %(most)s
), dropped AS (
    DELETE FROM outbox WHERE seq IN (SELECT place FROM seen WHERE is_over) RETURNING 1
)
SELECT (SELECT count(*) FROM dropped) AS dropped,
    (SELECT place FROM seen ORDER BY place DESC LIMIT 1) AS place,
    (SELECT count(*) FROM seen WHERE at < %(before)s) = %(most)s AS goes_on
"""
"""The newest write of each field is what the next decision is compared with."""

_STATEMENTS: Mapping[Clearable, str] = {
    Clearable.BODIES: _BODIES,
    Clearable.WRITES: _WRITES,
}


async def drop_some(
    connection: Connection, what: Clearable, before: datetime, after: Any, most: int
) -> Stretch:
    """Look at the next rows, oldest first, and drop those that are over.

    Args:
        connection: of the transaction.
        what: is looked at.
        before: what was settled earlier is dropped.
        after: the end of the stretch before; None for the first.
        most: rows to look at.
    """
    values = {"before": before, "after": after, "most": most}
    row = await query_one(connection, _STATEMENTS[what], values)
    if row is None:
        return Stretch(None, 0)
    return Stretch(row["place"] if row["goes_on"] else None, row["dropped"])


_NOTE = """
INSERT INTO clearings AS c (what, cleared_at, before, dropped)
VALUES (%s, %s, %s, %s)
ON CONFLICT (what) DO UPDATE SET cleared_at = EXCLUDED.cleared_at,
    before = EXCLUDED.before, dropped = c.dropped + EXCLUDED.dropped
"""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What was dropped of a kind.

    Attributes:
        cleared_at: when it was looked for last.
        before: what was settled before this is gone.
        dropped: rows that ever were.
    """

    what: Clearable
    cleared_at: datetime
    before: datetime
    dropped: int


async def note(connection: Connection, clearing: Clearing) -> None:
    """Remember a clearing; what it dropped is added to what earlier ones did."""
    values = (clearing.what, clearing.cleared_at, clearing.before, clearing.dropped)
    await connection.execute(_NOTE, values)


async def find_all(connection: Connection) -> list[Clearing]:
    """The clearings so far, by what they drop."""
    rows = await query(connection, "SELECT * FROM clearings ORDER BY what")
    return [Clearing(**{**row, "what": Clearable(row["what"])}) for row in rows]
