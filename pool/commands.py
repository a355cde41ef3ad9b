"""Commands in comments that were dealt with, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from model.answers import Answer
from model.ids import Ids
from pool.database import Connection, query, query_one
from pool.encode import decode, encode, jsonb
from pool.issues import StoredIssue

WHOLE = -1
"""The position of an answer to a comment as a whole."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A command that was dealt with.

    Attributes:
        comment: the tracker's id of the comment.
        position: of the command in it, from 0; :data:`WHOLE` for all of it.
        text_hash: of the command as it was first seen.
        author: the tracker's id of the person; empty when it hides it.
    """

    comment: str
    position: int
    text_hash: str
    author: str
    commented_at: datetime
    settled_at: datetime
    answer: Answer


_ADD = """
INSERT INTO commands (id, client_id, source_id, issue_id, comment, position, text_hash,
    author, commented_at, settled_at, answer)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


async def add(
    connection: Connection, ids: Ids, issue: StoredIssue, settled: Settled
) -> None:
    """Remember that a command was dealt with; a second time is an error."""
    await connection.execute(
        _ADD,
        (
            ids(),
            issue.client_id,
            issue.source_id,
            issue.id,
            settled.comment,
            settled.position,
            settled.text_hash,
            settled.author,
            settled.commented_at,
            settled.settled_at,
            jsonb(encode(settled.answer)),
        ),
    )


async def find_hashes(
    connection: Connection, issue: UUID
) -> Mapping[str, Mapping[int, str]]:
    """What was dealt with on an issue: hashes by comment and position."""
    rows = await query(
        connection,
        "SELECT comment, position, text_hash FROM commands WHERE issue_id = %s",
        (issue,),
    )
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row["comment"], {})[row["position"]] = row["text_hash"]
    return found


_HAS_TWIN = """
SELECT 1 AS found FROM commands
WHERE client_id = %s AND author = %s AND commented_at = %s AND text_hash = ANY(%s)
LIMIT 1
"""


async def has_twin(
    connection: Connection,
    client: UUID,
    author: str,
    commented_at: datetime,
    hashes: Sequence[str],
) -> bool:
    """Whether one was dealt with that the same person wrote at the same moment.

    GitLab copies the notes of an issue that is moved, with author and time.
    """
    values = (client, author, commented_at, list(hashes))
    return await query_one(connection, _HAS_TWIN, values) is not None


_NEWEST = """
SELECT c.issue_id, c.comment, c.answer
FROM unnest(%s::uuid[]) AS asked (issue) CROSS JOIN LATERAL (
    SELECT * FROM commands WHERE issue_id = asked.issue
    ORDER BY settled_at DESC, commented_at DESC, comment DESC, position DESC LIMIT %s) c
ORDER BY c.settled_at, c.commented_at, c.comment, c.position
"""


async def find_answers(
    connection: Connection, issues: Sequence[UUID], most: int
) -> Mapping[UUID, Sequence[Answer]]:
    """The newest answers to each issue, oldest first; equal ones to one comment are one."""
    found: dict[UUID, dict[tuple[str, Answer], None]] = {}
    rows = await query(connection, _NEWEST, (list(issues), most)) if issues else []
    for row in rows:
        pair = (row["comment"], decode(row["answer"], Answer))
        found.setdefault(row["issue_id"], {})[pair] = None
    return {issue: [answer for _, answer in pairs] for issue, pairs in found.items()}


_LINKED = """
SELECT i.key FROM issue_keys k JOIN issues i ON i.id = k.issue_id
WHERE k.source_id IN (SELECT id FROM sources WHERE client_id = %(client)s)
  AND k.key = ANY(%(keys)s)
  AND i.client_id = %(client)s AND i.id <> %(issue)s AND i.deleted_at IS NULL
ORDER BY i.source_id = %(source)s DESC, i.number LIMIT 1
"""


async def find_linked(
    connection: Connection, issue: StoredIssue, name: str
) -> str | None:
    """The key of another issue of the same client; ``#12`` is one of its project.

    Another client's issue answers like one that does not exist.
    """
    project, mark, _ = issue.snapshot.key.rpartition("#")
    wanted = f"{project}{name}" if mark and name.startswith("#") else name
    values = {
        "client": issue.client_id,
        "issue": issue.id,
        "source": issue.source_id,
        "keys": [wanted, wanted.upper()],
    }
    row = await query_one(connection, _LINKED, values)
    return str(row["key"]) if row else None
