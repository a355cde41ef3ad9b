"""The values that the list can be filtered by, and how often each occurs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg.sql import SQL, Composed

from model.decisions import Kind, PoolState, Priority, Scope
from model.projects import Phase
from pool.database import Connection, query
from pool.filters import NONE, Filters, narrow, without

_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter; ``name`` is empty where the glossary has the word."""

    value: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requirements have each value of a facet.

    ``complete`` is False when there were so many that counting stopped: the counts
    are lower bounds then.
    """

    by_value: Mapping[str, int]
    complete: bool


_CHOICES: LiteralString = """
SELECT 'clients' AS facet, slug AS value, name FROM clients
UNION ALL SELECT 'projects', slug, name FROM projects
UNION ALL SELECT 'sources', name, name FROM sources
UNION ALL SELECT DISTINCT 'trackers', kind, '' FROM sources
UNION ALL (SELECT 'releases', name, name FROM releases ORDER BY ship_on DESC LIMIT 200)
"""

_FIXED: Mapping[str, tuple[Choice, ...]] = {
    "phases": tuple(Choice(value) for value in Phase),
    "kinds": tuple(Choice(value) for value in Kind),
    "scopes": (*(Choice(value) for value in Scope), Choice(NONE)),
    "states": tuple(Choice(value) for value in PoolState),
    "priorities": (*(Choice(value) for value in Priority), Choice(NONE)),
}


async def find_choices(connection: Connection) -> Mapping[str, Sequence[Choice]]:
    """Every value that each facet offers, by facet."""
    found: dict[str, list[Choice]] = {
        facet: [] for facet in ("clients", "projects", "sources", "trackers")
    }
    found["releases"] = [Choice(NONE)]
    for row in await query(connection, _CHOICES):
        found[row["facet"]].append(Choice(row["value"], row["name"]))
    return {**_FIXED, **found}


_OF_REQUIREMENT: Mapping[str, LiteralString] = {
    "kinds": "COALESCE(f.kind, 'none')",
    "states": "f.state",
    "priorities": "COALESCE(f.priority, 'none')",
}
_OF_ISSUE: Mapping[str, LiteralString] = {
    "clients": "(SELECT slug FROM clients WHERE id = i.client_id)",
    "projects": "(SELECT slug FROM projects WHERE id = i.project_id)",
    "phases": "(SELECT phase FROM projects WHERE id = i.project_id)",
    "scopes": "COALESCE(i.scope, 'none')",
    "releases": "COALESCE((SELECT name FROM releases WHERE id = i.release_id), 'none')",
    "sources": "(SELECT name FROM sources WHERE id = i.source_id)",
    "trackers": "(SELECT kind FROM sources WHERE id = i.source_id)",
}

_COUNT = SQL("""
WITH found AS MATERIALIZED (
    SELECT q.id, q.kind, q.state, q.priority FROM requirements q
    WHERE {matches} LIMIT %(most)s)
SELECT value, count(*) AS n FROM ({values}) met GROUP BY 1
""")
_VALUES_OF_REQUIREMENTS = SQL("SELECT {value} AS value FROM found f")
_VALUES_OF_ISSUES = SQL("""
    SELECT DISTINCT f.id, {value} AS value FROM found f
    JOIN requirement_issues l ON l.requirement_id = f.id AND l.unlinked_at IS NULL
    JOIN issues i ON i.id = l.issue_id AND i.deleted_at IS NULL
""")


async def count_facet(connection: Connection, filters: Filters, facet: str) -> Counts:
    """How many requirements each value would leave, with all other filters standing.

    Raises:
        KeyError: there is no such facet.
    """
    others = await narrow(connection, without(filters, facet))
    statement = _COUNT.format(matches=others.requirement, values=_values_of(facet))
    values = {**others.values, "most": _MOST_COUNTED}
    rows = await query(connection, statement, values)
    counts = {row["value"]: int(row["n"]) for row in rows}
    return Counts(counts, complete=sum(counts.values()) < _MOST_COUNTED)


def _values_of(facet: str) -> Composed:
    if facet in _OF_ISSUE:
        return _VALUES_OF_ISSUES.format(value=SQL(_OF_ISSUE[facet]))
    return _VALUES_OF_REQUIREMENTS.format(value=SQL(_OF_REQUIREMENT[facet]))
