"""Requirements: what is common to the issues linked to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from model.decisions import PoolState
from pool.database import Connection, execute_rows, query, query_one
from pool.states import StateOrigin


@dataclass(frozen=True, slots=True)
class Turn:
    """What a decision on one of its issues makes of a requirement.

    Attributes:
        state: where it goes, and who moves it there; None where it stays.
        seen: people see something new, also where nothing common differs.
        shared: other issues have it, too.
    """

    requirement: UUID
    state: PoolState | None
    state_origin: StateOrigin | None
    seen: bool
    shared: bool


_HOLD = "SELECT id FROM requirements WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

_ROLL_UP = """
UPDATE requirements q SET
    kind = rolled.kind, priority = rolled.priority, score = rolled.score,
    title = rolled.title, state = COALESCE(turn.state, q.state),
    state_origin = COALESCE(turn.state_origin, q.state_origin), changed_at = turn.now
FROM jsonb_to_recordset(%s) AS turn (
    id uuid, state text, state_origin text, seen boolean, now timestamptz)
CROSS JOIN LATERAL (
    SELECT (array_agg(i.kind ORDER BY i.number))[1] AS kind,
           min(i.priority) AS priority, max(i.score) AS score,
           (array_agg(i.title ORDER BY i.number))[1] AS title
    FROM requirement_issues l JOIN issues i ON i.id = l.issue_id
    WHERE l.requirement_id = turn.id AND l.unlinked_at IS NULL
) rolled
WHERE q.id = turn.id AND (turn.seen OR (q.kind, q.priority, q.score, q.title)
    IS DISTINCT FROM (rolled.kind, rolled.priority, rolled.score, rolled.title))
"""


async def roll_up(connection: Connection, turns: Sequence[Turn], now: datetime) -> None:
    """Bring what is common up to date: the priority is the highest of all issues.

    Those of several issues are held first, in one order: whoever decides on the others
    waits, and then sees what was decided here.
    """
    shared = [turn.requirement for turn in turns if turn.shared]
    if shared:
        await connection.execute(_HOLD, (shared,))
    rows = [
        {
            "id": turn.requirement,
            "state": turn.state,
            "state_origin": turn.state_origin,
            "seen": turn.seen or turn.state is not None,
            "now": now,
        }
        for turn in turns
    ]
    await execute_rows(connection, _ROLL_UP, rows)


async def touch(
    connection: Connection, requirements: Collection[UUID], now: datetime
) -> None:
    """Something that people see of them changed."""
    if requirements:
        await connection.execute(
            "UPDATE requirements SET changed_at = %s WHERE id IN ("
            "SELECT id FROM requirements WHERE id = ANY(%s) ORDER BY id"
            " FOR NO KEY UPDATE)",
            (now, list(requirements)),
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


_JOINED = """
UPDATE issues SET due_on = decided_on FROM requirement_issues l
WHERE l.issue_id = issues.id AND l.unlinked_at IS NULL AND l.requirement_id = ANY(%s)
"""


async def note_joined(connection: Connection, requirements: Collection[UUID]) -> None:
    """Another issue has come to them: all that they have are decided on again."""
    if requirements:
        await connection.execute(_JOINED, (list(requirements),))


async def find_issue_ids(connection: Connection, requirement: UUID) -> list[UUID]:
    """The issues linked to a requirement, in the order of their numbers."""
    rows = await query(
        connection,
        "SELECT i.id FROM requirement_issues l JOIN issues i ON i.id = l.issue_id"
        " WHERE l.requirement_id = %s AND l.unlinked_at IS NULL ORDER BY i.number",
        (requirement,),
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Link:
    """An issue of a requirement.

    Attributes:
        days: person-days that the requirement takes of a release, once for each release
            that any of its issues is in.
    """

    issue: UUID
    client: UUID
    release: UUID | None
    days: Decimal


_LINKS = """
SELECT l.requirement_id, l.issue_id AS issue, l.client_id AS client,
    i.release_id AS release, COALESCE(q.estimate_days, 0) AS days
FROM requirement_issues l
JOIN issues i ON i.id = l.issue_id
JOIN requirements q ON q.id = l.requirement_id
WHERE l.requirement_id = ANY(%s) AND l.unlinked_at IS NULL
"""


async def find_links(
    connection: Connection, requirements: Collection[UUID]
) -> Mapping[UUID, Sequence[Link]]:
    """The issues that some requirements have now."""
    found: dict[UUID, list[Link]] = {}
    for row in await query(connection, _LINKS, (list(requirements),)):
        found.setdefault(row.pop("requirement_id"), []).append(Link(**row))
    return found


async def find_id(connection: Connection, number: int) -> UUID | None:
    """The requirement of a readable number; a merged one answers what it became."""
    row = await query_one(
        connection,
        "SELECT COALESCE(merged_into, id) AS id FROM requirements WHERE number = %s",
        (number,),
    )
    return row["id"] if row else None
