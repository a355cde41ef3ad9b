"""One requirement with everything that its page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.changes import Base
from model.decisions import Override, Section
from model.issues import Comment, IssueSnapshot
from pool import comments, conflicts, decisions, history, opinions
from pool.conflicts import Conflict
from pool.database import Connection, query, query_one
from pool.decisions import StoredDecision
from pool.encode import decode
from pool.history import Event
from pool.opinions import Opinion

_MOST_DECISIONS = 20
_MOST_EVENTS = 200
_MOST_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class Write:
    """An intended write that the tracker has not taken (yet)."""

    field: str
    state: str
    attempts: int
    not_before: datetime
    created_at: datetime
    change: Mapping[str, Any]
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class OpenConcern:
    """Something open that a person must look at."""

    code: str
    subject: str
    params: Mapping[str, Any]
    raised_at: datetime
    seen_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """An override that no longer stands."""

    override: Override
    revoked_at: datetime
    revoked_by: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a linked issue belongs, by the names that people know."""

    client: str
    client_name: str
    project: str
    project_name: str
    phase: str
    source: str
    tracker: str
    contract: str | None
    contract_name: str | None
    last_poll_at: datetime | None
    last_webhook_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkedIssue:
    """An issue of the requirement, and how it stands with its tracker.

    Attributes:
        decisions: newest first; the first is the one that holds.
        writes: pending and dead ones.
        opinion: the judge's latest; None if it was not asked, or not believed.
    """

    id: UUID
    snapshot: IssueSnapshot
    setting: Setting
    base: Base
    linked_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    kind: str | None
    scope: str | None
    priority: str | None
    score: int
    release_intent: str | None
    release: str | None
    decisions: Sequence[StoredDecision]
    overrides: Mapping[Section, Override]
    revoked: Sequence[Revoked]
    writes: Sequence[Write]
    concerns: Sequence[OpenConcern]
    comments: Sequence[Comment]
    conflicts: Sequence[Conflict]
    opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A requirement with its issues and what happened to them, newest first.

    ``number`` is that of the requirement it was merged into, when it was.
    """

    id: UUID
    number: int
    title: str
    kind: str | None
    state: str
    state_origin: str
    priority: str | None
    score: int
    created_at: datetime
    changed_at: datetime
    issues: Sequence[LinkedIssue]
    events: Sequence[tuple[str, Event]]


_REQUIREMENT = """
SELECT q.id, q.number, q.title, q.kind, q.state, q.state_origin, q.priority, q.score,
    q.created_at, q.changed_at
FROM requirements q JOIN requirements asked ON asked.number = %s
WHERE q.id = COALESCE(asked.merged_into, asked.id)
"""

_ISSUES = """
SELECT i.id, i.content, i.base, l.linked_at, i.changed_at, i.deleted_at, i.kind, i.scope,
    i.priority, i.score, i.release_intent, r.name AS release, c.slug AS client,
    c.name AS client_name, p.slug AS project, p.name AS project_name, p.phase,
    s.name AS source, s.kind AS tracker, k.slug AS contract, k.name AS contract_name,
    s.last_poll_at, b.last_webhook_at
FROM requirement_issues l
JOIN issues i ON i.id = l.issue_id
JOIN clients c ON c.id = i.client_id
JOIN projects p ON p.id = i.project_id
JOIN sources s ON s.id = i.source_id
LEFT JOIN letterboxes b ON b.source_id = s.id
LEFT JOIN contracts k ON k.id = p.contract_id
LEFT JOIN releases r ON r.id = i.release_id
WHERE l.requirement_id = %s AND l.unlinked_at IS NULL
ORDER BY i.deleted_at IS NOT NULL, i.number
"""

_WRITES = """
SELECT field, state, attempts, not_before, created_at, change, error FROM outbox
WHERE issue_id = %s AND (state IN ('pending', 'held') OR state = 'dead' AND seq = (
    SELECT max(newest.seq) FROM outbox newest
    WHERE newest.issue_id = outbox.issue_id AND newest.field = outbox.field))
ORDER BY seq
"""

_CONCERNS = """
SELECT code, subject, params, raised_at, seen_at, count FROM attention
WHERE issue_id = %s AND resolved_at IS NULL ORDER BY seen_at DESC, id
"""

_REVOKED = """
SELECT section, value, clause, reason, made_by, made_at, revoked_at, revoked_by FROM overrides
WHERE issue_id = %s AND revoked_at IS NOT NULL ORDER BY revoked_at DESC, id LIMIT 20
"""


async def find_detail(connection: Connection, number: int) -> Detail | None:
    """The requirement of a readable number; a merged one answers what it became."""
    row = await query_one(connection, _REQUIREMENT, (number,))
    if row is None:
        return None
    linked = await query(connection, _ISSUES, (row["id"],))
    return Detail(
        **row,
        issues=[await _issue(connection, issue) for issue in linked],
        events=await _events(connection, linked),
    )


async def _events(
    connection: Connection, linked: Sequence[DictRow]
) -> Sequence[tuple[str, Event]]:
    found = [
        (str(row["content"]["key"]), event)
        for row in linked
        for event in await history.find(connection, [row["id"]])
    ]
    newest = sorted(found, key=lambda pair: pair[1].happened_at, reverse=True)
    return newest[:_MOST_EVENTS]


async def _issue(connection: Connection, row: DictRow) -> LinkedIssue:
    issue = row["id"]
    values = dict(row)
    setting = Setting(**{name: values.pop(name) for name in Setting.__slots__})
    values["snapshot"] = decode(values.pop("content"), IssueSnapshot)
    values["base"] = decode(values.pop("base"), Base)
    taken = await decisions.find_of_issue(connection, issue)
    return LinkedIssue(
        **values,
        setting=setting,
        decisions=taken[:_MOST_DECISIONS],
        overrides=await decisions.find_overrides(connection, issue),
        revoked=[_revoked(it) for it in await query(connection, _REVOKED, (issue,))],
        writes=[Write(**it) for it in await query(connection, _WRITES, (issue,))],
        concerns=await _concerns(connection, issue),
        comments=await comments.find(connection, issue),
        conflicts=await conflicts.find(connection, issue, _MOST_CONFLICTS),
        opinion=await opinions.find_latest(connection, issue),
    )


async def _concerns(connection: Connection, issue: UUID) -> Sequence[OpenConcern]:
    return [OpenConcern(**row) for row in await query(connection, _CONCERNS, (issue,))]


def _revoked(row: DictRow) -> Revoked:
    values = dict(row)
    at, by = values.pop("revoked_at"), values.pop("revoked_by")
    made = Override(**{**values, "section": Section(values["section"])})
    return Revoked(made, at, by or "")
