"""The list of requirements: filtered, sorted, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable, Composed

from pool.database import Connection, query, query_one
from pool.filters import Filters, Narrowed, narrow
from pool.keyset import Order, Position, Sort


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue as a row of the list shows it."""

    requirement_id: UUID
    key: str
    url: str
    title: str
    status: str
    scope: str | None
    release: str | None
    client: str
    client_name: str
    project: str
    project_name: str
    phase: str
    source: str
    tracker: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list: a requirement with its live issues, matching ones first."""

    id: UUID
    number: int
    title: str
    kind: str | None
    state: str
    priority: str | None
    score: int
    created_at: datetime
    changed_at: datetime
    issues: tuple[ListedIssue, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the list, and where the neighbouring pages begin."""

    rows: tuple[Listed, ...]
    previous: Position | None
    next: Position | None


_KEYS: Mapping[Sort, tuple[LiteralString, ...]] = {
    Sort.PRIORITY: ("COALESCE(q.priority, 'P9')", "-q.score", "-q.number"),
    Sort.CREATED: ("q.created_at", "q.number"),
    Sort.CHANGED: ("q.changed_at", "q.number"),
    Sort.NUMBER: ("q.number",),
}

_PAGE = SQL("""
SELECT q.id, q.number, q.title, q.kind, q.state, q.priority, q.score, q.created_at,
    q.changed_at
FROM requirements q WHERE {matches} AND {beyond}
ORDER BY {order} LIMIT %(most)s
""")

_ISSUES = SQL("""
SELECT l.requirement_id, i.key, i.url, i.title, i.status, i.scope, r.name AS release,
    c.slug AS client, c.name AS client_name, p.slug AS project,
    p.name AS project_name, p.phase, s.name AS source, s.kind AS tracker
FROM requirement_issues l
JOIN issues i ON i.id = l.issue_id
JOIN clients c ON c.id = i.client_id
JOIN projects p ON p.id = i.project_id
JOIN sources s ON s.id = i.source_id
LEFT JOIN releases r ON r.id = i.release_id
WHERE l.requirement_id = ANY(%(ids)s) AND l.unlinked_at IS NULL
    AND i.deleted_at IS NULL
ORDER BY CASE WHEN {passes} THEN 0 ELSE 1 END, i.number
""")


async def find_page(
    connection: Connection,
    filters: Filters,
    order: Order,
    position: Position | None,
    most: int,
) -> Page:
    """The rows after (or before) a position, or the first ones; three statements."""
    backwards = position is not None and position.backwards
    narrowed = await narrow(connection, filters)
    values = {**narrowed.values, "most": most + 1}
    if position:
        values |= {f"k{at}": value for at, value in enumerate(position.values)}
    found = await query(connection, _page(narrowed, order, position), values)
    more = len(found) > most
    shown = found[:most][::-1] if backwards else found[:most]
    rows = await _with_issues(connection, narrowed, shown)
    return Page(
        rows=rows,
        previous=_at(order, rows[:1], backwards=True)
        if (more if backwards else position)
        else None,
        next=_at(order, rows[-1:]) if (more or backwards) else None,
    )


def _page(narrowed: Narrowed, order: Order, position: Position | None) -> Composed:
    keys = [SQL(key) for key in _KEYS[order.sort]]
    falling = order.descending != (position is not None and position.backwards)
    direction = SQL(" DESC" if falling else " ASC")
    return _PAGE.format(
        matches=narrowed.requirement,
        beyond=_beyond(keys, falling=falling) if position else SQL("true"),
        order=SQL(", ").join(key + direction for key in keys),
    )


def _beyond(keys: Sequence[Composable], *, falling: bool) -> Composed:
    marks = [SQL("%({})s").format(SQL(f"k{at}")) for at in range(len(keys))]
    sign = SQL("<" if falling else ">")
    return SQL("({}) {} ({})").format(SQL(", ").join(keys), sign, SQL(", ").join(marks))


def _at(
    order: Order, rows: Sequence[Listed], *, backwards: bool = False
) -> Position | None:
    return Position(order, _key(order.sort, rows[0]), backwards) if rows else None


def _key(sort: Sort, row: Listed) -> tuple[Any, ...]:
    match sort:
        case Sort.PRIORITY:
            return (row.priority or "P9", -row.score, -row.number)
        case Sort.CREATED:
            return (row.created_at, row.number)
        case Sort.CHANGED:
            return (row.changed_at, row.number)
        case Sort.NUMBER:
            return (row.number,)


async def _with_issues(
    connection: Connection, narrowed: Narrowed, found: Sequence[DictRow]
) -> tuple[Listed, ...]:
    statement = _ISSUES.format(passes=narrowed.issue)
    ids = [row["id"] for row in found]
    values = {**narrowed.values, "ids": ids}
    issues = [ListedIssue(**row) for row in await query(connection, statement, values)]
    return tuple(
        Listed(
            **row,
            issues=tuple(it for it in issues if it.requirement_id == row["id"]),
        )
        for row in found
    )


_COUNT = SQL(
    "SELECT count(*) AS n FROM"
    " (SELECT FROM requirements q WHERE {matches} LIMIT %(most)s) found"
)


async def count(connection: Connection, filters: Filters, most: int) -> int:
    """How many requirements pass; counting ends at ``most``."""
    narrowed = await narrow(connection, filters)
    row = await query_one(
        connection,
        _COUNT.format(matches=narrowed.requirement),
        {**narrowed.values, "most": most},
    )
    return int(row["n"]) if row else 0
