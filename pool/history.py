"""What happened to an issue, field by field; nothing a person wrote is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.ids import Ids
from pool.database import Connection, query
from pool.encode import jsonb


class Origin(StrEnum):
    """Where a change came from."""

    TRACKER = "tracker"
    RULES = "rules"
    PERSON = "person"
    REQPOOL = "reqpool"


@dataclass(frozen=True, slots=True)
class Event:
    """One field of one issue changed.

    ``before`` and ``after`` are plain JSON values; ``note`` is a person's reason, or
    the code of what we did about it. ``entry`` names an entry of the tracker's own
    log, which is kept once.
    """

    happened_at: datetime
    origin: Origin
    actor: str
    field: str
    before: Any
    after: Any
    note: str = ""
    entry: str | None = None


_ADD = """
INSERT INTO history (id, client_id, issue_id, happened_at, origin, actor, field, before,
    after, note, entry)
VALUES (%(id)s, %(client)s, %(issue)s, %(happened_at)s, %(origin)s, %(actor)s,
    %(field)s, %(before)s, %(after)s, %(note)s, %(entry)s)
ON CONFLICT (issue_id, entry) WHERE entry IS NOT NULL DO NOTHING
"""


_LAST = """
SELECT happened_at, origin, actor, field, before, after, note FROM history
WHERE issue_id = %s AND field = %s ORDER BY happened_at DESC, id DESC LIMIT 1
"""


async def add(
    connection: Connection,
    ids: Ids,
    client: UUID,
    issue: UUID,
    events: Sequence[Event],
) -> None:
    """Write events down."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _ADD,
            [
                {
                    "id": ids(),
                    "client": client,
                    "issue": issue,
                    "happened_at": event.happened_at,
                    "origin": event.origin,
                    "actor": event.actor,
                    "field": event.field,
                    "before": jsonb(event.before),
                    "after": jsonb(event.after),
                    "note": event.note,
                    "entry": event.entry,
                }
                for event in events
            ],
        )


async def find_last(connection: Connection, issue: UUID, field: str) -> Event | None:
    """The latest event of a field of an issue."""
    rows = await query(connection, _LAST, (issue, field))
    return _event(rows[0]) if rows else None


async def find(connection: Connection, issues: Sequence[UUID]) -> Sequence[Event]:
    """The events of some issues, newest first."""
    rows = await query(
        connection,
        "SELECT happened_at, origin, actor, field, before, after, note FROM history"
        " WHERE issue_id = ANY(%s) ORDER BY happened_at DESC, id DESC",
        (list(issues),),
    )
    return [_event(row) for row in rows]


def _event(row: DictRow) -> Event:
    return Event(**{**row, "origin": Origin(row["origin"])})
