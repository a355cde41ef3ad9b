"""What happened to an issue, field by field; nothing a person wrote is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.ids import Ids
from pool.database import Connection, execute_rows, query


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


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one issue."""

    client: UUID
    issue: UUID
    events: Sequence[Event]


_ADD = """
INSERT INTO history (id, client_id, issue_id, happened_at, origin, actor, field, before,
    after, note, entry)
SELECT id, client_id, issue_id, happened_at, origin, actor, field, before, after, note,
    entry
FROM jsonb_populate_recordset(NULL::history, %s)
ON CONFLICT (issue_id, entry) WHERE entry IS NOT NULL DO NOTHING
"""

_LAST = """
SELECT DISTINCT ON (h.issue_id) h.issue_id, h.happened_at, h.origin, h.actor, h.field,
    h.before, h.after, h.note
FROM unnest(%s::uuid[], %s::text[]) AS asked (issue, field)
JOIN history h ON h.issue_id = asked.issue AND h.field = asked.field
ORDER BY h.issue_id, h.happened_at DESC, h.id DESC
"""


async def add(
    connection: Connection,
    ids: Ids,
    client: UUID,
    issue: UUID,
    events: Sequence[Event],
) -> None:
    """Write events of one issue down."""
    await add_all(connection, ids, [Told(client, issue, events)])


async def add_all(connection: Connection, ids: Ids, told: Sequence[Told]) -> None:
    """Write events of many issues down, in this order."""
    rows = [
        {
            "id": ids(),
            "client_id": each.client,
            "issue_id": each.issue,
            **{name: getattr(event, name) for name in Event.__slots__},
        }
        for each in told
        for event in each.events
    ]
    await execute_rows(connection, _ADD, rows)


async def find_last(
    connection: Connection, fields: Mapping[UUID, str]
) -> Mapping[UUID, Event]:
    """The latest event of one field of each issue; one without any is left out."""
    values = (list(fields), list(fields.values()))
    rows = await query(connection, _LAST, values) if fields else []
    return {row.pop("issue_id"): _event(row) for row in rows}


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
