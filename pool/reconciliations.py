"""Comparisons of the pool with a tracker: how far each came, and what it found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg.rows import DictRow

from pool.database import Connection, query, query_one
from pool.encode import decode, encode, jsonb

EXAMPLES = 5
"""Kept of each kind."""


class Stage(StrEnum):
    """What is gone through: the tracker's list for what the pool lacks, then the pool."""

    LISTED = "listed"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Example:
    """One difference; the values are cut."""

    issue: str
    pool: str
    tracker: str


@dataclass(slots=True)
class Tally:
    """The differences of one kind.

    Attributes:
        count: of issues.
        repaired: of these, absorbed again, or wanted again by the outbox.
        examples: the first few.
    """

    count: int = 0
    repaired: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Reconciliation:
    """One comparison; an open one is gone on with.

    Attributes:
        since: issues changed before were left out.
        cursor: within the stage: the tracker's, or the last tracker id.
        compared: issues of the pool.
        underway: issues that changed since the last poll: no difference yet.
        found: by kind.
    """

    id: UUID
    source_id: UUID
    began_at: datetime
    made_by: str
    repair: bool
    since: datetime | None
    stage: Stage = Stage.LISTED
    cursor: str | None = None
    compared: int = 0
    underway: int = 0
    found: dict[str, Tally] = field(default_factory=dict)
    ended_at: datetime | None = None

    @property
    def remaining(self) -> int:
        """Differences that were not repaired."""
        return sum(tally.count - tally.repaired for tally in self.found.values())

    def note(self, kind: str, example: Example, *, repaired: bool) -> None:
        """Count a difference."""
        tally = self.found.setdefault(kind, Tally())
        tally.count += 1
        tally.repaired += repaired
        if len(tally.examples) < EXAMPLES:
            tally.examples.append(example)


async def find_open(connection: Connection, source: UUID) -> Reconciliation | None:
    """The one of a source that was not gone through to its end."""
    row = await query_one(
        connection,
        "SELECT * FROM reconciliations WHERE source_id = %s AND ended_at IS NULL"
        " FOR UPDATE",
        (source,),
    )
    return _reconciliation(row) if row else None


def _reconciliation(row: DictRow) -> Reconciliation:
    told = row.pop("found")
    found = decode(told["kinds"], dict[str, Tally])
    values = {**row, "stage": Stage(row["stage"]), "underway": told["underway"]}
    return Reconciliation(**values, found=found)


_KEEP = """
INSERT INTO reconciliations (id, source_id, began_at, made_by, repair, since, stage,
    cursor, compared, found, ended_at)
VALUES (%(id)s, %(source_id)s, %(began_at)s, %(made_by)s, %(repair)s, %(since)s,
    %(stage)s, %(cursor)s, %(compared)s, %(found)s, %(ended_at)s)
ON CONFLICT (id) DO UPDATE SET stage = EXCLUDED.stage, cursor = EXCLUDED.cursor,
    compared = EXCLUDED.compared, found = EXCLUDED.found, ended_at = EXCLUDED.ended_at
"""


async def keep(connection: Connection, each: Reconciliation) -> None:
    """Store how far it came."""
    kinds: Mapping[str, Tally] = each.found
    told = {"underway": each.underway, "kinds": encode(kinds, dict[str, Tally])}
    values = {name: getattr(each, name) for name in Reconciliation.__slots__}
    await connection.execute(_KEEP, {**values, "found": jsonb(told)})


_STANDING = """
SELECT tracker_id FROM issues
WHERE source_id = %s AND deleted_at IS NULL AND tracker_id > %s
    AND updated_at >= COALESCE(%s, '-infinity'::timestamptz)
ORDER BY tracker_id LIMIT %s
"""


async def find_batch(
    connection: Connection, each: Reconciliation, most: int
) -> Sequence[str]:
    """Tracker ids of the pool's next issues, in their order."""
    values = (each.source_id, each.cursor or "", each.since, most)
    return [row["tracker_id"] for row in await query(connection, _STANDING, values)]


async def find_standing_of(
    connection: Connection, source: UUID, tracker_ids: Collection[str]
) -> frozenset[str]:
    """Which of these the pool has, and not as deleted."""
    rows = await query(
        connection,
        "SELECT tracker_id FROM issues"
        " WHERE source_id = %s AND tracker_id = ANY(%s) AND deleted_at IS NULL",
        (source, list(tracker_ids)),
    )
    return frozenset(row["tracker_id"] for row in rows)


async def find_open_fields(connection: Connection, issue: UUID) -> frozenset[str]:
    """What is wanted of an issue and not written yet, or was given up by a person."""
    rows = await query(
        connection,
        "SELECT field FROM (SELECT DISTINCT ON (field) field, state FROM outbox"
        " WHERE issue_id = %s ORDER BY field, seq DESC) newest"
        " WHERE state IN ('pending', 'held', 'discarded')",
        (issue,),
    )
    return frozenset(row["field"] for row in rows)


async def forget_content(
    connection: Connection, source: UUID, tracker_ids: Collection[str]
) -> None:
    """Have the next direct read of issues taken for news, whatever it says."""
    await connection.execute(
        "UPDATE issues SET content_hash = '' WHERE source_id = %s"
        " AND tracker_id = ANY(%s)",
        (source, list(tracker_ids)),
    )


async def drop_open(connection: Connection, source: UUID, now: datetime) -> None:
    """Give up what was begun: the next one starts from the beginning."""
    await connection.execute(
        "UPDATE reconciliations SET ended_at = %s"
        " WHERE source_id = %s AND ended_at IS NULL",
        (now, source),
    )
