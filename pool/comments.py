"""Comments of issues as their trackers show them; those that are gone get a tombstone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.issues import Comment, Person, Visibility
from pool.database import Connection, execute_rows, query

_FIND = """
SELECT issue_id, tracker_id, author, body, visibility, created_at, updated_at
FROM comments WHERE issue_id = ANY(%s) AND deleted_at IS NULL
ORDER BY created_at, tracker_id
"""

_UPSERT = """
INSERT INTO comments (client_id, issue_id, tracker_id, author, body, visibility,
    created_at, updated_at)
SELECT client_id, issue_id, tracker_id, author, body, visibility, created_at, updated_at
FROM jsonb_populate_recordset(NULL::comments, %s)
ON CONFLICT (issue_id, tracker_id) DO UPDATE SET body = EXCLUDED.body,
    visibility = EXCLUDED.visibility, updated_at = EXCLUDED.updated_at,
    deleted_at = NULL
"""

_BURY = """
UPDATE comments c SET deleted_at = gone.deleted_at
FROM jsonb_populate_recordset(NULL::comments, %s) gone
WHERE c.issue_id = gone.issue_id AND c.tracker_id = gone.tracker_id
"""


async def find(connection: Connection, issue: UUID) -> Sequence[Comment]:
    """An issue's standing comments, oldest first."""
    return (await find_all(connection, [issue])).get(issue, ())


async def find_all(
    connection: Connection, issues: Sequence[UUID]
) -> Mapping[UUID, Sequence[Comment]]:
    """The standing comments of some issues, oldest first; one without is left out."""
    found: dict[UUID, list[Comment]] = {}
    for row in await query(connection, _FIND, (list(issues),)) if issues else []:
        found.setdefault(row["issue_id"], []).append(_comment(row))
    return found


def _comment(row: DictRow) -> Comment:
    return Comment(
        tracker_id=row["tracker_id"],
        author=Person("", row["author"]) if row["author"] else None,
        body=row["body"],
        visibility=Visibility(row["visibility"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


@dataclass(frozen=True, slots=True)
class Talk:
    """The comments of one issue: those that stand in the pool, and those that should."""

    client: UUID
    issue: UUID
    before: Sequence[Comment]
    after: Sequence[Comment]

    def find_new(self) -> Sequence[Comment]:
        """Those that are not stored as they are."""
        stored = {one.tracker_id: _content(one) for one in self.before}
        after = {one.tracker_id: one for one in self.after}
        return [
            one
            for name, one in after.items()
            if name not in stored or stored[name] != _content(one)
        ]

    def find_gone(self) -> Sequence[str]:
        """Those that no longer stand, by their tracker ids."""
        present = {one.tracker_id for one in self.after}
        return [one.tracker_id for one in self.before if one.tracker_id not in present]


def _content(comment: Comment) -> tuple[str, Visibility, datetime]:
    return comment.body, comment.visibility, comment.updated_at


async def replace(connection: Connection, talks: Sequence[Talk], now: datetime) -> None:
    """Store the comments of some issues as they should be."""
    gone = [
        {"issue_id": talk.issue, "tracker_id": name, "deleted_at": now}
        for talk in talks
        for name in talk.find_gone()
    ]
    new = [_columns(talk, one) for talk in talks for one in talk.find_new()]
    await execute_rows(connection, _BURY, gone)
    await execute_rows(connection, _UPSERT, new)


def _columns(talk: Talk, comment: Comment) -> dict[str, Any]:
    return {
        "client_id": talk.client,
        "issue_id": talk.issue,
        "tracker_id": comment.tracker_id,
        "author": comment.author.name if comment.author else "",
        "body": comment.body,
        "visibility": comment.visibility,
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
    }
