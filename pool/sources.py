"""The sources' rows: what every process must know of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.budgets import RateBudget
from model.ids import Ids
from pool.database import Connection, query, query_one
from pool.encode import decode, encode, jsonb


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the pool knows it.

    Attributes:
        project, client: their slugs, as commands take them.
        paused_at: since when a person lets it rest.
        stopped_at: since when a mass change waits for a person.
        not_before: until then nothing is sent: the tracker asked for it, or failed.
        failures: requests in a row that failed for now.
        broken_at: since when the tracker is taken to be down: it is only probed.
        received: deliveries that were ever kept.
    """

    id: UUID
    name: str
    kind: str
    base_url: str
    client_id: UUID
    project_id: UUID
    project: str
    project_name: str
    client: str
    client_name: str
    paused_at: datetime | None
    paused_by: str | None
    paused_reason: str | None
    stopped_at: datetime | None
    not_before: datetime | None
    failures: int
    broken_at: datetime | None
    repoll_at: datetime | None
    last_webhook_at: datetime | None
    received: int
    last_poll_at: datetime | None
    last_error: dict[str, Any] | None
    budget: RateBudget | None


@dataclass(frozen=True, slots=True)
class Bond:
    """What a source was opened for before: the project, the address, and its seal."""

    project: str
    base_url: str
    seal: str


_SELECT = """
SELECT s.id, s.name, s.kind, s.base_url, s.client_id, s.project_id,
       p.slug AS project, p.name AS project_name, c.slug AS client,
       c.name AS client_name, s.paused_at, s.paused_by, s.paused_reason, s.stopped_at,
       s.not_before, s.failures, s.broken_at, s.repoll_at, l.last_webhook_at,
       COALESCE(l.received, 0) AS received, s.last_poll_at, s.last_error, s.budget
FROM sources s JOIN projects p ON p.id = s.project_id JOIN clients c ON c.id = s.client_id
LEFT JOIN letterboxes l ON l.source_id = s.id
"""

_REGISTER = """
INSERT INTO sources (id, client_id, project_id, name, kind, base_url, seal)
SELECT %(id)s, p.client_id, p.id, %(name)s, %(kind)s, %(base_url)s, %(seal)s
FROM projects p WHERE p.slug = %(project)s
ON CONFLICT (name) DO UPDATE SET kind = EXCLUDED.kind, base_url = EXCLUDED.base_url,
    seal = EXCLUDED.seal
WHERE sources.project_id = EXCLUDED.project_id
    AND (sources.kind, sources.base_url, sources.seal)
        IS DISTINCT FROM (EXCLUDED.kind, EXCLUDED.base_url, EXCLUDED.seal)
"""


async def register(  # noqa: PLR0913 - each is one fact of the source
    connection: Connection,
    ids: Ids,
    *,
    name: str,
    kind: str,
    base_url: str,
    project: str,
    seal: str = "",
) -> bool:
    """Make sure that a configured source has its row.

    Answers False when its project does not exist (yet): ``reqpool apply`` makes it. A
    source keeps the client it was registered for; moving it is refused, because its
    issues belong to that client.
    """
    await connection.execute(
        _REGISTER,
        {
            "id": ids(),
            "name": name,
            "kind": kind,
            "base_url": base_url,
            "project": project,
            "seal": seal,
        },
    )
    row = await find(connection, name)
    return row is not None and row.project == project


async def find_bonds(connection: Connection) -> dict[str, Bond]:
    """What every source is bound to, by name."""
    rows = await query(
        connection,
        "SELECT s.name, p.slug AS project, s.base_url, s.seal FROM sources s"
        " JOIN projects p ON p.id = s.project_id",
    )
    return {row.pop("name"): Bond(**row) for row in rows}


async def find(connection: Connection, name: str) -> SourceRow | None:
    """The source of a name."""
    row = await query_one(connection, _SELECT + "WHERE s.name = %s", (name,))
    return _source(row) if row else None


async def lock_waiting(connection: Connection, name: str) -> SourceRow | None:
    """The source of a name, if it is paused or a mass change of it waits."""
    row = await query_one(
        connection,
        _SELECT + "WHERE s.name = %s AND (s.paused_at IS NOT NULL"
        " OR s.stopped_at IS NOT NULL) FOR NO KEY UPDATE OF s",
        (name,),
    )
    return _source(row) if row else None


async def find_all(connection: Connection) -> Sequence[SourceRow]:
    """Every source, by name."""
    return [
        _source(row) for row in await query(connection, _SELECT + "ORDER BY s.name")
    ]


def _source(row: DictRow) -> SourceRow:
    budget = decode(row["budget"], RateBudget) if row["budget"] else None
    return SourceRow(**{**row, "budget": budget})


async def note_poll(connection: Connection, source: UUID, at: datetime) -> None:
    """A poll that was started at this moment has seen everything."""
    await connection.execute(
        "UPDATE sources SET last_poll_at = %(at)s, last_error = NULL,"
        " repoll_at = CASE WHEN repoll_at > %(at)s THEN repoll_at END"
        " WHERE id = %(source)s",
        {"at": at, "source": source},
    )


async def note_error(
    connection: Connection,
    source: UUID,
    error: dict[str, Any],
    not_before: datetime | None,
) -> None:
    """The tracker refused or was not there; nothing is sent until ``not_before``.

    A longer wait that it asked for elsewhere stays.
    """
    await connection.execute(
        "UPDATE sources SET last_error = %s, not_before = GREATEST(not_before, %s)"
        " WHERE id = %s",
        (jsonb(error), not_before, source),
    )


async def end_row(connection: Connection, source: UUID, verb: str) -> None:
    """The verb succeeded: the row of failures is over if it was the last to fail."""
    await connection.execute(
        "UPDATE sources SET last_error = NULL"
        " WHERE id = %s AND last_error->>'verb' = %s",
        (source, verb),
    )


async def count_failure(connection: Connection, source: UUID) -> int:
    """One more failure in a row; answers how many there are."""
    row = await query_one(
        connection,
        "UPDATE sources SET failures = failures + 1 WHERE id = %s RETURNING failures",
        (source,),
    )
    return int(row["failures"]) if row else 0


async def open_breaker(
    connection: Connection, source: UUID, at: datetime, probe_at: datetime
) -> None:
    """The tracker is taken to be down; one that was keeps since when."""
    await connection.execute(
        "UPDATE sources SET broken_at = COALESCE(broken_at, %s),"
        " not_before = GREATEST(not_before, %s) WHERE id = %s",
        (at, probe_at, source),
    )


async def claim_probe(
    connection: Connection, source: UUID, now: datetime, until: datetime
) -> bool:
    """Take the one probe of an open breaker; the next may be sent at ``until``."""
    rows = await query(
        connection,
        "UPDATE sources SET not_before = %(until)s WHERE id = %(source)s"
        " AND broken_at IS NOT NULL AND (not_before IS NULL OR not_before <= %(now)s)"
        " RETURNING id",
        {"source": source, "now": now, "until": until},
    )
    return bool(rows)


async def close_breaker(connection: Connection, source: UUID) -> bool:
    """The tracker answered; False when nothing had failed.

    What kept an open breaker quiet is over with it; what the tracker itself asked us
    to wait otherwise is not.
    """
    rows = await query(
        connection,
        "UPDATE sources SET failures = 0, broken_at = NULL,"
        " last_error = CASE WHEN broken_at IS NULL THEN last_error END,"
        " not_before = CASE WHEN broken_at IS NULL THEN not_before END"
        " WHERE id = %s AND (failures > 0 OR broken_at IS NOT NULL) RETURNING id",
        (source,),
    )
    return bool(rows)


async def note_pause(
    connection: Connection, source: UUID, at: datetime, by: str, reason: str
) -> None:
    """A person lets the source rest."""
    await connection.execute(
        "UPDATE sources SET paused_at = COALESCE(paused_at, %s), paused_by = %s,"
        " paused_reason = %s WHERE id = %s",
        (at, by, reason, source),
    )


async def end_pause(connection: Connection, source: UUID) -> None:
    """It goes on."""
    await connection.execute(
        "UPDATE sources SET paused_at = NULL, paused_by = NULL, paused_reason = NULL"
        " WHERE id = %s",
        (source,),
    )


async def note_stop(connection: Connection, source: UUID, at: datetime | None) -> None:
    """A mass change waits for a person; None: no longer."""
    await connection.execute(
        "UPDATE sources SET stopped_at = %s WHERE id = %s", (at, source)
    )


async def note_budget(connection: Connection, source: UUID, budget: RateBudget) -> None:
    """What the tracker last said of its limits."""
    await connection.execute(
        "UPDATE sources SET budget = %(budget)s"
        " WHERE id = %(source)s AND budget IS DISTINCT FROM %(budget)s",
        {"budget": jsonb(encode(budget)), "source": source},
    )


async def ask_repoll(connection: Connection, source: UUID, at: datetime) -> None:
    """Ask for a full look; several requests become one."""
    await connection.execute(
        "UPDATE sources SET repoll_at = %s WHERE id = %s AND repoll_at IS NULL",
        (at, source),
    )


async def find_cursor(
    connection: Connection, source: UUID, stream: str = "issues"
) -> str | None:
    """How far a stream was read; None before the first time."""
    row = await query_one(
        connection,
        "SELECT value FROM cursors WHERE source_id = %s AND stream = %s",
        (source, stream),
    )
    return row["value"] if row else None


async def keep_cursor(
    connection: Connection,
    source: UUID,
    value: str,
    at: datetime,
    stream: str = "issues",
) -> None:
    """Everything up to this cursor is stored."""
    await connection.execute(
        "INSERT INTO cursors (source_id, stream, value, kept_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (source_id, stream)"
        " DO UPDATE SET value = EXCLUDED.value, kept_at = EXCLUDED.kept_at",
        (source, stream, value, at),
    )


async def drop_cursor(
    connection: Connection, source: UUID, stream: str = "issues"
) -> None:
    """Read the stream from its beginning next time."""
    await connection.execute(
        "DELETE FROM cursors WHERE source_id = %s AND stream = %s", (source, stream)
    )


async def begin_read(connection: Connection, source: UUID, at: datetime) -> int:
    """Draw a read number for a look at a source; the very first look is remembered."""
    await connection.execute(
        "UPDATE sources SET first_read_at = %s WHERE id = %s AND first_read_at IS NULL",
        (at, source),
    )
    return await draw_read(connection)


async def find_first_read_at(connection: Connection, source: UUID) -> datetime | None:
    """When a source was looked at for the first time."""
    row = await query_one(
        connection, "SELECT first_read_at FROM sources WHERE id = %s", (source,)
    )
    return row["first_read_at"] if row else None


async def draw_read(connection: Connection) -> int:
    """A read number; drawn before a tracker is asked, and after it was written to."""
    row = await query_one(connection, "SELECT nextval('reads') AS read")
    return int(row["read"]) if row else 0
