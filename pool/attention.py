"""Everything that a person must look at, each with a remedy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from model.ids import Ids
from pool.database import Connection, query
from pool.encode import jsonb


@dataclass(frozen=True, slots=True)
class Concern:
    """Something a person must look at.

    Attributes:
        code: stable; its sentence and remedy are rendered in the reader's language.
        subject: what it is about; one open concern a code and subject.
        params: what the sentence is filled with.
    """

    code: str
    subject: str
    params: Mapping[str, Any]
    client_id: UUID | None = None
    source_id: UUID | None = None
    issue_id: UUID | None = None


_RAISE = """
INSERT INTO attention (id, client_id, source_id, issue_id, code, subject, params,
    raised_at, seen_at, count)
VALUES (%(id)s, %(client)s, %(source)s, %(issue)s, %(code)s, %(subject)s, %(params)s,
    %(now)s, %(now)s, %(times)s)
ON CONFLICT (subject, code) WHERE resolved_at IS NULL DO UPDATE SET
    seen_at = EXCLUDED.seen_at, params = EXCLUDED.params, count = attention.count + EXCLUDED.count
"""


async def raise_concern(
    connection: Connection, ids: Ids, concern: Concern, now: datetime, times: int = 1
) -> None:
    """Put a concern on the attention page; one that is there already is counted."""
    await connection.execute(
        _RAISE,
        {
            "id": ids(),
            "client": concern.client_id,
            "source": concern.source_id,
            "issue": concern.issue_id,
            "code": concern.code,
            "subject": concern.subject,
            "params": jsonb(dict(concern.params)),
            "now": now,
            "times": times,
        },
    )


async def resolve(
    connection: Connection, subject: str, now: datetime, code: str | None = None
) -> None:
    """The concerns about a subject are over."""
    await connection.execute(
        "UPDATE attention SET resolved_at = %s WHERE subject = %s"
        " AND resolved_at IS NULL AND code = COALESCE(%s, code)",
        (now, subject, code),
    )


async def resolve_all(
    connection: Connection, subjects: Collection[str], now: datetime
) -> None:
    """The concerns about some subjects are over."""
    await connection.execute(
        "UPDATE attention SET resolved_at = %s"
        " WHERE subject = ANY(%s) AND resolved_at IS NULL",
        (now, list(subjects)),
    )


async def resolve_rest(
    connection: Connection,
    code: str,
    source: UUID,
    subjects: Collection[str],
    now: datetime,
) -> None:
    """The concerns of a source with this code are over, but for those about some."""
    await connection.execute(
        "UPDATE attention SET resolved_at = %s WHERE code = %s AND source_id = %s"
        " AND resolved_at IS NULL AND subject <> ALL(%s)",
        (now, code, source, list(subjects)),
    )


_OPEN = """
SELECT a.code, a.subject, a.params, a.raised_at, a.seen_at, a.count, s.name AS source,
    i.key AS issue_key, i.url AS issue_url, q.number AS requirement
FROM (SELECT * FROM attention WHERE resolved_at IS NULL
      ORDER BY seen_at DESC LIMIT %s) a
LEFT JOIN sources s ON s.id = a.source_id
LEFT JOIN issues i ON i.id = a.issue_id
LEFT JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
LEFT JOIN requirements q ON q.id = l.requirement_id
ORDER BY a.seen_at DESC
"""


async def find_open(connection: Connection, most: int) -> Sequence[dict[str, Any]]:
    """The latest open concerns, with source, issue key and requirement's number."""
    return await query(connection, _OPEN, (most,))


async def count_open(connection: Connection) -> int:
    """How many there are in all: a lost permission makes one for each write."""
    [row] = await query(
        connection, "SELECT count(*) AS n FROM attention WHERE resolved_at IS NULL"
    )
    return int(row["n"])
