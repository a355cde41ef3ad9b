"""Requirements: what is common to the issues linked to them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from model.decisions import PoolState
from pool.database import Connection, query, query_one
from pool.schema import StateOrigin

_ROLL_UP = """
UPDATE requirements q SET
    kind = rolled.kind, priority = rolled.priority, score = rolled.score,
    title = rolled.title, changed_at = %(now)s
FROM (
    SELECT (array_agg(i.kind ORDER BY i.number))[1] AS kind,
           min(i.priority) AS priority, max(i.score) AS score,
           (array_agg(i.title ORDER BY i.number))[1] AS title
    FROM requirement_issues l JOIN issues i ON i.id = l.issue_id
    WHERE l.requirement_id = %(id)s AND l.unlinked_at IS NULL
) rolled
WHERE q.id = %(id)s AND (q.kind, q.priority, q.score, q.title)
    IS DISTINCT FROM (rolled.kind, rolled.priority, rolled.score, rolled.title)
"""


async def roll_up(connection: Connection, requirement: UUID, now: datetime) -> None:
    """Bring what is common up to date: the priority is the highest of all issues."""
    await connection.execute(_ROLL_UP, {"id": requirement, "now": now})


async def touch(connection: Connection, requirement: UUID, now: datetime) -> None:
    """Something that people see of it changed."""
    await connection.execute(
        "UPDATE requirements SET changed_at = %s WHERE id = %s", (now, requirement)
    )


async def move(
    connection: Connection,
    requirement: UUID,
    state: PoolState,
    origin: StateOrigin,
    now: datetime,
) -> None:
    """Set the state of development."""
    await connection.execute(
        "UPDATE requirements SET state = %s, state_origin = %s, changed_at = %s"
        " WHERE id = %s",
        (state, origin, now, requirement),
    )


_ESTIMATE = """
UPDATE requirements SET estimate_days = %(days)s, estimated_by = %(by)s,
    changed_at = %(now)s
WHERE id = %(requirement)s
"""

_ESTIMATE_ISSUES = """
UPDATE issues SET estimate_days = %(days)s, decided_on = NULL
FROM requirement_issues l
WHERE l.issue_id = issues.id AND l.unlinked_at IS NULL
  AND l.requirement_id = %(requirement)s
"""


async def estimate(
    connection: Connection, requirement: UUID, days: Decimal, by: str, now: datetime
) -> None:
    """Keep a person's estimate; every issue of the requirement is decided on again."""
    values = {"requirement": requirement, "days": days, "by": by, "now": now}
    await connection.execute(_ESTIMATE, values)
    await connection.execute(_ESTIMATE_ISSUES, values)


async def find_issue_ids(connection: Connection, requirement: UUID) -> list[UUID]:
    """The issues linked to a requirement, in the order of their numbers."""
    rows = await query(
        connection,
        "SELECT i.id FROM requirement_issues l JOIN issues i ON i.id = l.issue_id"
        " WHERE l.requirement_id = %s AND l.unlinked_at IS NULL ORDER BY i.number",
        (requirement,),
    )
    return [row["id"] for row in rows]


async def count_clients(connection: Connection, requirement: UUID) -> int:
    """How many clients want it."""
    row = await query_one(
        connection,
        "SELECT count(DISTINCT client_id) AS n FROM requirement_issues"
        " WHERE requirement_id = %s AND unlinked_at IS NULL",
        (requirement,),
    )
    return int(row["n"]) if row else 0


async def find_id(connection: Connection, number: int) -> UUID | None:
    """The requirement of a readable number; a merged one answers what it became."""
    row = await query_one(
        connection,
        "SELECT COALESCE(merged_into, id) AS id FROM requirements WHERE number = %s",
        (number,),
    )
    return row["id"] if row else None
