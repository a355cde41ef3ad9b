"""The list of requirements: filtered, sorted, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable, Composed

from pool.database import Connection, query, query_one
from pool.keyset import Order, Position, Sort
from pool.search import terms_of_query

NONE = "none"
"""Filters by what has no value: no scope, no release …"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; an empty filter lets everything pass.

    Values of one filter are alternatives, filters narrow each other, and one and the
    same issue of a requirement has to pass those about issues. Clients and projects
    are slugs, sources and releases names; ``none`` finds what has no such value.

    Attributes:
        trackers: kinds of tracker: ``jira``, ``gitlab``.
        text: words that title, description or key have to contain.
    """

    clients: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    trackers: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Everything passes."""
        return not any(asdict(self).values())


FACETS = tuple(field.name for field in fields(Filters) if field.name != "text")
"""The filters that are chosen from a list of values."""


def without(filters: Filters, facet: str) -> Filters:
    """The same with one facet letting everything pass.

    Raises:
        KeyError: there is no such facet.
    """
    if facet not in FACETS:
        raise KeyError(facet)
    kept = {name: getattr(filters, name) for name in FACETS if name != facet}
    return Filters(**kept, text=filters.text)


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


_OF_REQUIREMENT: Mapping[str, LiteralString] = {
    "kinds": "(q.kind = ANY(%(kinds)s) OR q.kind IS NULL AND 'none' = ANY(%(kinds)s))",
    "states": "q.state = ANY(%(states)s)",
    "priorities": "(q.priority = ANY(%(priorities)s)"
    " OR q.priority IS NULL AND 'none' = ANY(%(priorities)s))",
}

_OF_ISSUE: Mapping[str, LiteralString] = {
    "clients": "i.client_id = ANY(ARRAY("
    "SELECT id FROM clients WHERE slug = ANY(%(clients)s)))",
    "projects": "i.project_id = ANY(ARRAY("
    "SELECT id FROM projects WHERE slug = ANY(%(projects)s)))",
    "phases": "i.project_id = ANY(ARRAY("
    "SELECT id FROM projects WHERE phase = ANY(%(phases)s)))",
    "scopes": "(i.scope = ANY(%(scopes)s)"
    " OR i.scope IS NULL AND 'none' = ANY(%(scopes)s))",
    "releases": "(i.release_id = ANY(ARRAY("
    "SELECT id FROM releases WHERE name = ANY(%(releases)s)))"
    " OR i.release_id IS NULL AND 'none' = ANY(%(releases)s))",
    "sources": "i.source_id = ANY(ARRAY("
    "SELECT id FROM sources WHERE name = ANY(%(sources)s)))",
    "trackers": "i.source_id = ANY(ARRAY("
    "SELECT id FROM sources WHERE kind = ANY(%(trackers)s)))",
    "text": "i.search @> %(terms)s::text[] AND %(terms)s::text[] <> '{}'",
}

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

_MATCHES = SQL("""q.merged_into IS NULL AND {requirement} AND EXISTS (
    SELECT FROM requirement_issues l JOIN issues i ON i.id = l.issue_id
    WHERE l.requirement_id = q.id AND l.unlinked_at IS NULL AND i.deleted_at IS NULL
    AND {issue})""")


def values_of(filters: Filters) -> dict[str, Any]:
    """The parameters of :func:`matches`."""
    lists = {facet: list(getattr(filters, facet)) for facet in FACETS}
    return {**lists, "terms": terms_of_query(filters.text)}


def matches(filters: Filters) -> Composed:
    """The condition on a requirement ``q``: it is alive and passes the filters."""
    return _MATCHES.format(
        requirement=_all(_OF_REQUIREMENT, filters), issue=_all(_OF_ISSUE, filters)
    )


def _all(conditions: Mapping[str, LiteralString], filters: Filters) -> Composable:
    chosen = [SQL(text) for name, text in conditions.items() if getattr(filters, name)]
    return SQL(" AND ").join([SQL("true"), *chosen])


async def find_page(
    connection: Connection,
    filters: Filters,
    order: Order,
    position: Position | None,
    most: int,
) -> Page:
    """The rows after (or before) a position, or the first ones; two statements."""
    backwards = position is not None and position.backwards
    values = {**values_of(filters), "most": most + 1}
    if position:
        values |= {f"k{at}": value for at, value in enumerate(position.values)}
    found = await query(connection, _page(filters, order, position), values)
    more = len(found) > most
    shown = found[:most][::-1] if backwards else found[:most]
    rows = await _with_issues(connection, filters, shown)
    return Page(
        rows=rows,
        previous=_at(order, rows[:1], backwards=True)
        if (more if backwards else position)
        else None,
        next=_at(order, rows[-1:]) if (more or backwards) else None,
    )


def _page(filters: Filters, order: Order, position: Position | None) -> Composed:
    keys = [SQL(key) for key in _KEYS[order.sort]]
    falling = order.descending != (position is not None and position.backwards)
    direction = SQL(" DESC" if falling else " ASC")
    return _PAGE.format(
        matches=matches(filters),
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
    connection: Connection, filters: Filters, found: Sequence[DictRow]
) -> tuple[Listed, ...]:
    statement = _ISSUES.format(passes=_all(_OF_ISSUE, filters))
    ids = [row["id"] for row in found]
    values = {**values_of(filters), "ids": ids}
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
    row = await query_one(
        connection,
        _COUNT.format(matches=matches(filters)),
        {**values_of(filters), "most": most},
    )
    return int(row["n"]) if row else 0
