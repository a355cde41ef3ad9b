"""Issues that went on under another key: their requirement goes with them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from model.decisions import PoolState
from pool.database import Connection, query, query_one
from pool.requirements import note_joined
from pool.states import StateOrigin

_IN_REACH = """
SELECT i.id, i.key, l.requirement_id, q.state, q.state_origin,
    COALESCE(i.content->>'moved_to', '') AS moved_to,
    (SELECT count(*) FROM requirement_issues o
     WHERE o.requirement_id = l.requirement_id AND o.unlinked_at IS NULL) AS siblings
FROM issues i
JOIN sources s ON s.id = i.source_id
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
WHERE i.client_id = %(client)s
  AND s.base_url = (SELECT base_url FROM sources WHERE id = %(source)s)
"""

_GONE_TO = (
    _IN_REACH + "AND i.content->>'moved_to' = %(key)s AND i.content->>'moved_to' <> ''"
    " ORDER BY i.number DESC LIMIT 1"
)
_CALLED = (
    _IN_REACH + "AND i.key = %(key)s"
    " ORDER BY i.deleted_at DESC NULLS FIRST, i.number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An issue, its key and requirement, where that stands, and how many issues it has.

    ``moved_to`` is the key under which it went on itself; empty when it did not.
    """

    id: UUID
    key: str
    requirement_id: UUID
    siblings: int
    state: PoolState
    state_origin: StateOrigin
    moved_to: str = ""


async def find_moved_here(
    connection: Connection, client: UUID, source: UUID, key: str
) -> Placed | None:
    """The issue of the same client and tracker that went on under this key."""
    return await _find(connection, _GONE_TO, client, source, key)


async def find_arrivals(connection: Connection, keys: Sequence[str]) -> Collection[str]:
    """Under which of these keys an issue went on, whoever's and wherever."""
    rows = await query(
        connection,
        "SELECT content->>'moved_to' AS key FROM issues"
        " WHERE content->>'moved_to' = ANY(%s) AND content->>'moved_to' <> ''",
        (list(keys),),
    )
    return {row["key"] for row in rows}


async def find_called(
    connection: Connection, client: UUID, source: UUID, key: str
) -> Placed | None:
    """The issue of the same client and tracker that has this key, or had it.

    One that stands comes first; one that was taken for deleted may stand again, and
    would be a twin then.
    """
    return await _find(connection, _CALLED, client, source, key)


async def _find(
    connection: Connection, statement: str, client: UUID, source: UUID, key: str
) -> Placed | None:
    values = {"client": client, "source": source, "key": key}
    row = await query_one(connection, statement, values)
    if row is None:
        return None
    state, origin = PoolState(row["state"]), StateOrigin(row["state_origin"])
    return Placed(**{**row, "state": state, "state_origin": origin})


_RELINK = """
WITH left_behind AS (
    UPDATE requirement_issues SET unlinked_at = %(now)s
    WHERE issue_id = %(issue)s AND unlinked_at IS NULL
    RETURNING client_id, requirement_id)
INSERT INTO requirement_issues (id, client_id, requirement_id, issue_id, linked_at)
SELECT %(id)s, client_id, %(into)s, %(issue)s, %(now)s FROM left_behind
"""

_MERGE = """
UPDATE requirements q SET merged_into = %(into)s, changed_at = %(now)s
WHERE q.id IN (SELECT requirement_id FROM requirement_issues
               WHERE issue_id = %(issue)s AND requirement_id <> %(into)s)
  AND q.merged_into IS NULL AND NOT EXISTS (
    SELECT FROM requirement_issues l
    WHERE l.requirement_id = q.id AND l.unlinked_at IS NULL)
"""


async def relink(
    connection: Connection, link: UUID, issue: UUID, into: UUID, now: datetime
) -> None:
    """Have an issue belong to another requirement; one left empty is merged into it."""
    values = {"id": link, "issue": issue, "into": into, "now": now}
    await connection.execute(_RELINK, values)
    await connection.execute(_MERGE, values)
    await note_joined(connection, [into])


_HAND_ON = """
UPDATE overrides SET issue_id = %(new)s
WHERE issue_id = %(old)s AND revoked_at IS NULL AND NOT EXISTS (
    SELECT FROM overrides standing
    WHERE standing.issue_id = %(new)s AND standing.section = overrides.section
      AND standing.revoked_at IS NULL)
"""


async def hand_on_overrides(connection: Connection, old: UUID, new: UUID) -> None:
    """What people pinned on the old issue holds for the new one, which decides again."""
    await connection.execute(_HAND_ON, {"old": old, "new": new})
    await connection.execute(
        "UPDATE issues SET decided_on = NULL WHERE id = %s", (new,)
    )
