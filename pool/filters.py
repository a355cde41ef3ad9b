"""What the list is narrowed by, and the conditions that this comes to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Literal

from pool.database import Connection, query
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
        trackers: kinds of tracker, such as ``gitlab``.
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


_OF_REQUIREMENT: Mapping[tuple[str, ...], LiteralString] = {
    (
        "kinds",
    ): "(q.kind = ANY(%(kinds)s) OR q.kind IS NULL AND 'none' = ANY(%(kinds)s))",
    ("states",): "q.state = ANY(%(states)s)",
    ("priorities",): "(q.priority = ANY(%(priorities)s)"
    " OR q.priority IS NULL AND 'none' = ANY(%(priorities)s))",
}

_OF_ISSUE: Mapping[tuple[str, ...], LiteralString] = {
    ("clients", "projects", "phases"): "i.project_id = ANY({projects})",
    ("sources", "trackers"): "i.source_id = ANY({sources})",
    ("releases",): "(i.release_id = ANY({releases})"
    " OR i.release_id IS NULL AND 'none' = ANY(%(releases)s))",
    ("scopes",): "(i.scope = ANY(%(scopes)s)"
    " OR i.scope IS NULL AND 'none' = ANY(%(scopes)s))",
    ("text",): "i.search @> %(terms)s::text[] AND cardinality(%(terms)s::text[]) > 0",
}

_IDS = """
SELECT 'projects' AS what, p.id FROM projects p JOIN clients c ON c.id = p.client_id
WHERE (%(clients)s::text[] = '{}' OR c.slug = ANY(%(clients)s))
    AND (%(projects)s::text[] = '{}' OR p.slug = ANY(%(projects)s))
    AND (%(phases)s::text[] = '{}' OR p.phase = ANY(%(phases)s))
UNION ALL SELECT 'sources', s.id FROM sources s
WHERE (%(sources)s::text[] = '{}' OR s.name = ANY(%(sources)s))
    AND (%(trackers)s::text[] = '{}' OR s.kind = ANY(%(trackers)s))
UNION ALL SELECT 'releases', r.id FROM releases r WHERE r.name = ANY(%(releases)s)
"""

_MATCHES = SQL("""q.merged_into IS NULL AND {requirement} AND EXISTS (
    SELECT FROM requirement_issues l JOIN issues i ON i.id = l.issue_id
    WHERE l.requirement_id = q.id AND l.unlinked_at IS NULL AND i.deleted_at IS NULL
    AND {issue})""")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Filters as conditions.

    Attributes:
        requirement: on a requirement ``q``: it is alive and passes.
        issue: on an issue ``i``: it passes those filters that are about issues.
        values: the parameters of both.
    """

    requirement: Composable
    issue: Composable
    values: Mapping[str, Any]


async def narrow(connection: Connection, filters: Filters) -> Narrowed:
    """Look the names up first.

    The ids go into the statement as they are, so that PostgreSQL knows how many rows
    each stands for, and walks the order or the filter, whichever is shorter.
    """
    values = {facet: list(getattr(filters, facet)) for facet in FACETS}
    ids: dict[str, list[UUID]] = {"projects": [], "sources": [], "releases": []}
    for row in await query(connection, _IDS, values):
        ids[row["what"]].append(row["id"])
    literals = {name: Literal(found) for name, found in ids.items()}
    issue = _all(_OF_ISSUE, filters).format(**literals)
    own = _all(_OF_REQUIREMENT, filters)
    return Narrowed(
        requirement=_MATCHES.format(requirement=own, issue=issue),
        issue=issue,
        values={**values, "terms": terms_of_query(filters.text)},
    )


def _all(conditions: Mapping[tuple[str, ...], LiteralString], filters: Filters) -> SQL:
    chosen = (
        text
        for names, text in conditions.items()
        if any(getattr(filters, name) for name in names)
    )
    return SQL(" AND ".join(("true", *chosen)))
