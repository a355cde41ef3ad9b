"""What is internal to others than one client, seen from issues that are written to."""

from collections.abc import Collection, Sequence
from uuid import UUID

from model.canaries import Canary, CanaryKind, names_of
from pool.database import Connection, query

_NAMES = "SELECT name FROM clients WHERE id <> %s"

_NEAR = """
WITH target AS (SELECT unnest(%(issues)s::uuid[]) AS id),
written AS (
    SELECT issue_id, reason AS text FROM overrides WHERE issue_id = ANY(%(issues)s)
    UNION ALL SELECT issue_id, note FROM history
    WHERE issue_id = ANY(%(issues)s) AND origin <> 'tracker'
    UNION ALL SELECT issue_id, opinion ->> 'reason' FROM opinions
    WHERE issue_id = ANY(%(issues)s)
), said AS (
    SELECT issue_id, body FROM comments WHERE issue_id = ANY(%(issues)s) AND NOT ours
)
SELECT 'note' AS kind, w.text FROM written w
WHERE NOT EXISTS (SELECT FROM said c
    WHERE c.issue_id = w.issue_id AND position(w.text IN c.body) > 0)
UNION SELECT 'foreign_issue', unnest(ARRAY[other.title, other.url])
FROM target t
JOIN requirement_issues mine ON mine.issue_id = t.id AND mine.unlinked_at IS NULL
JOIN requirement_issues theirs ON theirs.requirement_id = mine.requirement_id
    AND theirs.unlinked_at IS NULL
JOIN issues other ON other.id = theirs.issue_id AND other.client_id <> %(client)s
"""
"""What people wrote about the issues anywhere but there, and the other clients' issues
that are the same requirement."""

_OWN = """
SELECT name FROM clients WHERE id = %(client)s
UNION SELECT name FROM projects WHERE client_id = %(client)s
UNION SELECT name FROM contracts WHERE client_id = %(client)s
UNION SELECT title FROM issues WHERE id = ANY(%(issues)s)
"""


async def find_canaries(
    connection: Connection, client: UUID, issues: Collection[UUID]
) -> Sequence[Canary]:
    """What must not be in a request about a client's issues."""
    values = {"client": client, "issues": list(issues)}
    names = await query(connection, _NAMES, (client,))
    near = await query(connection, _NEAR, values)
    return [
        *(
            Canary(CanaryKind.CLIENT_NAME, name)
            for row in names
            for name in names_of(row["name"])
        ),
        *(Canary(CanaryKind(row["kind"]), row["text"]) for row in near if row["text"]),
    ]


async def find_own_words(
    connection: Connection, client: UUID, issues: Collection[UUID]
) -> Sequence[str]:
    """What a client may read whatever it holds: its own names and titles."""
    rows = await query(connection, _OWN, {"client": client, "issues": list(issues)})
    return [row["name"] for row in rows]
