"""Issues as stored: the newest accepted snapshot, the merge base, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import DictRow

from model.changes import Base
from model.decisions import PoolState
from model.issues import IssueSnapshot
from pool.database import Connection, execute_rows, query, query_one
from pool.encode import decode, digest, encode, jsonb
from pool.requirements import note_joined
from pool.search import terms_of
from pool.states import StateOrigin


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue with what the engine needs to go on.

    Attributes:
        snapshot: the newest accepted state, without its comments.
        content_hash: of the snapshot with its comments.
        read: the read number of the newest accepted answer.
        write_read: a read number drawn after our last write; answers asked for before
            it may not show that write.
        regress: an older ``updated`` that a direct read showed once, with its hash.
        comment_count: standing comments that are not ours.
        person_days: the estimate that a person gave in the pool's own words, which
            goes before the tracker's.
        has_commands: commands in its comments were dealt with.
        counted_days: the estimate that counted when the issue was read, before what
            was observed since.
    """

    id: UUID
    number: int
    client_id: UUID
    project_id: UUID
    source_id: UUID
    snapshot: IssueSnapshot
    content_hash: str
    read: int
    write_read: int
    base: Base
    requirement_id: UUID
    requirement_state: PoolState
    state_origin: StateOrigin
    decision_id: UUID | None = None
    decided_on: date | None = None
    regress: Mapping[str, Any] | None = None
    priority_raised_at: datetime | None = None
    deleted_at: datetime | None = None
    release_id: UUID | None = None
    comment_count: int = 0
    person_days: Decimal | None = None
    has_commands: bool = False
    counted_days: Decimal | None = None

    @property
    def estimate_days(self) -> Decimal | None:
        """Person-days, when anybody said how many."""
        if self.person_days is not None:
            return self.person_days
        return self.snapshot.estimate_days


_LOCK = """
SELECT i.id, i.number, i.client_id, i.project_id, i.source_id, i.content,
       i.content_hash, i.read, i.write_read, i.base, i.decision_id,
       CASE WHEN i.run >= p.run THEN i.decided_on END AS decided_on,
       i.regress, i.priority_raised_at, i.deleted_at, i.release_id,
       (SELECT count(*) FROM comments c WHERE c.issue_id = i.id
            AND c.deleted_at IS NULL
            AND c.tracker_id IS DISTINCT FROM i.base->>'comment_id') AS comment_count,
       EXISTS (SELECT FROM commands c WHERE c.issue_id = i.id) AS has_commands,
       q.id AS requirement_id, q.state AS requirement_state, q.state_origin,
       CASE WHEN q.estimated_by IS NOT NULL THEN q.estimate_days END AS person_days,
       CASE WHEN i.deleted_at IS NULL THEN i.estimate_days END AS counted_days
FROM issues i
JOIN projects p ON p.id = i.project_id
CROSS JOIN LATERAL (SELECT requirement_id FROM requirement_issues
    WHERE issue_id = i.id AND unlinked_at IS NULL OFFSET 0) l
JOIN requirements q ON q.id = l.requirement_id
"""
"""From the issues on: before there are statistics all links would be gone through."""

_LOCK_BY_TRACKER = (
    _LOCK
    + "WHERE i.source_id = %s AND i.tracker_id = ANY(%s) ORDER BY i.id FOR NO KEY UPDATE OF i"
)
_LOCK_BY_ID = _LOCK + "WHERE i.id = ANY(%s) ORDER BY i.id FOR NO KEY UPDATE OF i"

_ADD = """
INSERT INTO issues (id, client_id, project_id, source_id, tracker_id, key, url, title,
    issue_type, status, status_category, labels, content, content_hash, created_at,
    updated_at, read, base, first_seen_at, changed_at, search, estimate_days)
SELECT id, client_id, project_id, source_id, tracker_id, key, url, title, issue_type,
    status, status_category, labels, content, content_hash, created_at, updated_at, read,
    base, changed_at, changed_at, search, estimate_days
FROM jsonb_populate_recordset(NULL::issues, %s)
"""

_REPLACE = """
UPDATE issues i SET key = n.key, url = n.url, title = n.title, issue_type = n.issue_type,
    status = n.status, status_category = n.status_category, labels = n.labels,
    content = n.content, content_hash = n.content_hash, updated_at = n.updated_at,
    read = n.read, priority_raised_at = n.priority_raised_at, regress = NULL,
    deleted_at = NULL, changed_at = n.changed_at, search = n.search,
    estimate_days = n.estimate_days
FROM jsonb_populate_recordset(NULL::issues, %s) n WHERE i.id = n.id
"""

_LINK = """
INSERT INTO requirement_issues (id, client_id, requirement_id, issue_id, linked_at)
SELECT id, client_id, requirement_id, issue_id, linked_at
FROM jsonb_populate_recordset(NULL::requirement_issues, %s)
"""

_ADD_REQUIREMENT = """
INSERT INTO requirements (id, title, state, state_origin, estimate_days, created_at,
    changed_at)
SELECT id, title, 'new', 'rules', estimate_days, created_at, created_at
FROM jsonb_populate_recordset(NULL::requirements, %s)
"""

_ALIAS = """
INSERT INTO issue_keys (source_id, key, issue_id, since)
SELECT source_id, key, issue_id, since FROM jsonb_populate_recordset(NULL::issue_keys, %s)
ON CONFLICT (source_id, key) DO UPDATE SET issue_id = EXCLUDED.issue_id
"""


def content_hash_of(snapshot: IssueSnapshot) -> str:
    """What two equal observations of an issue have in common."""
    return digest(encode(replace(snapshot, updated_at=snapshot.created_at)))


async def lock_by_tracker(
    connection: Connection, source: UUID, tracker_ids: Sequence[str]
) -> dict[str, StoredIssue]:
    """Stored issues by tracker id, locked in one order until the transaction ends."""
    rows = await query(connection, _LOCK_BY_TRACKER, (source, list(tracker_ids)))
    stored = [_stored(row) for row in rows]
    return {issue.snapshot.ref.tracker_id: issue for issue in stored}


async def find_updated_at(
    connection: Connection, source: UUID, tracker_ids: Sequence[str]
) -> dict[str, datetime]:
    """In which state some issues are stored, by tracker id; unknown ones are left out."""
    rows = await query(
        connection,
        "SELECT tracker_id, updated_at FROM issues"
        " WHERE source_id = %s AND tracker_id = ANY(%s)",
        (source, tracker_ids),
    )
    return {row["tracker_id"]: row["updated_at"] for row in rows}


async def hold_by_tracker(
    connection: Connection, source: UUID, tracker_ids: Sequence[str]
) -> None:
    """Lock some issues in one order, so that they may be read in another."""
    await connection.execute(
        "SELECT id FROM issues WHERE source_id = %s AND tracker_id = ANY(%s)"
        " ORDER BY id FOR NO KEY UPDATE",
        (source, list(tracker_ids)),
    )


async def lock(connection: Connection, ids: Sequence[UUID]) -> Sequence[StoredIssue]:
    """Stored issues by id, locked in one order until the transaction ends."""
    return [_stored(row) for row in await query(connection, _LOCK_BY_ID, (list(ids),))]


def _stored(row: DictRow) -> StoredIssue:
    values = dict(row)
    values["snapshot"] = decode(values.pop("content"), IssueSnapshot)
    values["base"] = decode(values["base"], Base)
    values["requirement_state"] = PoolState(values["requirement_state"])
    values["state_origin"] = StateOrigin(values["state_origin"])
    return StoredIssue(**values)


@dataclass(frozen=True, slots=True)
class Added:
    """An issue seen for the first time.

    Attributes:
        link: the id of what links it to its requirement.
        has_requirement: the requirement that it names is there already.
    """

    issue: StoredIssue
    link: UUID
    has_requirement: bool = False


async def add(connection: Connection, added: Sequence[Added], now: datetime) -> None:
    """Store issues seen for the first time, with the requirements that they begin."""
    begun = [one.issue for one in added if not one.has_requirement]
    links = [
        {
            "id": one.link,
            "client_id": one.issue.client_id,
            "requirement_id": one.issue.requirement_id,
            "issue_id": one.issue.id,
            "linked_at": now,
        }
        for one in added
    ]
    requirements = [
        {
            "id": issue.requirement_id,
            "title": issue.snapshot.title,
            "estimate_days": issue.estimate_days,
            "created_at": now,
        }
        for issue in begun
    ]
    issues = [one.issue for one in added]
    await execute_rows(connection, _ADD_REQUIREMENT, requirements)
    await execute_rows(connection, _ADD, [_columns(issue, now) for issue in issues])
    await execute_rows(connection, _LINK, links)
    joined = [it.issue.requirement_id for it in added if it.has_requirement]
    await note_joined(connection, joined)
    await _add_aliases(connection, issues, now)


async def replace_content(
    connection: Connection, issues: Sequence[StoredIssue], now: datetime
) -> None:
    """Store newer accepted states of issues."""
    await execute_rows(connection, _REPLACE, [_columns(issue, now) for issue in issues])
    await _add_aliases(connection, issues, now)


async def _add_aliases(
    connection: Connection, issues: Sequence[StoredIssue], now: datetime
) -> None:
    rows = [
        {
            "source_id": issue.source_id,
            "key": issue.snapshot.key,
            "issue_id": issue.id,
            "since": now,
        }
        for issue in issues
    ]
    await execute_rows(connection, _ALIAS, rows)


def _columns(issue: StoredIssue, now: datetime) -> dict[str, Any]:
    snapshot = issue.snapshot
    return {
        "id": issue.id,
        "client_id": issue.client_id,
        "project_id": issue.project_id,
        "source_id": issue.source_id,
        "tracker_id": snapshot.ref.tracker_id,
        "key": snapshot.key,
        "url": snapshot.url,
        "title": snapshot.title,
        "issue_type": snapshot.issue_type,
        "status": snapshot.status,
        "status_category": snapshot.status_category,
        "labels": sorted(snapshot.labels),
        "content": encode(replace(snapshot, comments=None)),
        "content_hash": issue.content_hash,
        "created_at": snapshot.created_at,
        "updated_at": snapshot.updated_at,
        "read": issue.read,
        "priority_raised_at": issue.priority_raised_at,
        "base": encode(issue.base),
        "estimate_days": issue.estimate_days,
        "search": terms_of(f"{snapshot.key} {snapshot.title} {snapshot.description}"),
        "changed_at": now,
    }


async def find_snapshot(connection: Connection, issue: UUID) -> IssueSnapshot | None:
    """The newest accepted state of an issue, without its comments."""
    row = await query_one(
        connection, "SELECT content FROM issues WHERE id = %s", (issue,)
    )
    return decode(row["content"], IssueSnapshot) if row else None


_STANDING = """
SELECT tracker_id FROM issues
WHERE source_id = %s AND deleted_at IS NULL AND tracker_id > %s
ORDER BY tracker_id LIMIT %s
"""


async def find_standing(
    connection: Connection, source: UUID, after: str, most: int
) -> Sequence[str]:
    """Tracker ids of a source's issues that are not deleted, in their order."""
    rows = await query(connection, _STANDING, (source, after, most))
    return [row["tracker_id"] for row in rows]


async def note_read(
    connection: Connection, issue: UUID, read: int, regress: Mapping[str, Any] | None
) -> None:
    """An answer brought nothing new; remember that we asked, and what was odd."""
    await connection.execute(
        "UPDATE issues SET read = GREATEST(read, %s), regress = %s WHERE id = %s",
        (read, jsonb(regress), issue),
    )


class Rebased(NamedTuple):
    """What a tracker holds of ours by now.

    Attributes:
        write_read: the read number after a receipt; 0 without one.
    """

    id: UUID
    base: Base
    write_read: int = 0


_KEEP_BASES = """
UPDATE issues i SET base = n.base, write_read = GREATEST(i.write_read, n.write_read)
FROM jsonb_to_recordset(%s) AS n (id uuid, base jsonb, write_read bigint)
WHERE i.id = n.id
"""


async def keep_bases(connection: Connection, rebased: Sequence[Rebased]) -> None:
    """Store what trackers hold of ours."""
    rows = [{**one._asdict(), "base": encode(one.base)} for one in rebased]
    await execute_rows(connection, _KEEP_BASES, rows)


async def mark_deleted(connection: Connection, issue: UUID, at: datetime) -> None:
    """Leave a tombstone: the tracker confirmed that the issue is gone."""
    await connection.execute(
        "UPDATE issues SET deleted_at = %s, changed_at = %s WHERE id = %s",
        (at, at, issue),
    )
