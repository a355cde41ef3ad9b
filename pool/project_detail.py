"""Projects as their pages show them: milestones, contract, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from model.projects import Milestone, MilestoneName
from pool.contract_detail import ContractDetail, find_contract_detail
from pool.database import Connection, query, query_one


@dataclass(frozen=True, slots=True)
class Heading:
    """What a project is called, and where it stands."""

    slug: str
    name: str
    phase: str
    project_manager: str
    client: str
    client_name: str
    language: str


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project in the list.

    Attributes:
        next_milestone: the first that is planned and has not happened.
        open: requirements that something is still to be done about.
        scopes: issues by scope.
        granted: person-days of the contract's limited clauses; None without contract.
        consumed: what approved work takes of them.
    """

    heading: Heading
    contract_name: str | None
    next_milestone: MilestoneName | None
    next_on: date | None
    open: int
    issues: int
    scopes: Mapping[str, int] = field(default_factory=dict)
    granted: Decimal | None = None
    consumed: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    """One project in full; counts are of issues that were not deleted."""

    heading: Heading
    milestones: Mapping[MilestoneName, Milestone]
    contract: ContractDetail | None
    scopes: Mapping[str, int]
    kinds: Mapping[str, int]
    states: Mapping[str, int]


_HEADINGS = """
SELECT p.id, p.contract_id, p.slug, p.name, p.phase, p.project_manager,
    c.slug AS client, c.name AS client_name, c.language
FROM projects p JOIN clients c ON c.id = p.client_id
"""

_COUNTS: Mapping[str, LiteralString] = {
    "scopes": "SELECT scope AS value, count(*) AS n FROM issues"
    " WHERE project_id = %s AND deleted_at IS NULL AND scope IS NOT NULL GROUP BY 1",
    "kinds": "SELECT kind AS value, count(*) AS n FROM issues"
    " WHERE project_id = %s AND deleted_at IS NULL AND kind IS NOT NULL GROUP BY 1",
    "states": "SELECT q.state AS value, count(*) AS n FROM issues i"
    " JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL"
    " JOIN requirements q ON q.id = l.requirement_id"
    " WHERE i.project_id = %s AND i.deleted_at IS NULL GROUP BY 1",
}


async def find_project(connection: Connection, slug: str) -> ProjectDetail | None:
    """A project by its slug."""
    row = await query_one(connection, _HEADINGS + "WHERE p.slug = %s", (slug,))
    if row is None:
        return None
    project = row["id"]
    counts = {
        name: await _count(connection, sql, project) for name, sql in _COUNTS.items()
    }
    return ProjectDetail(
        heading=_heading(row),
        milestones=await _find_milestones(connection, project),
        contract=await find_contract_detail(connection, row["contract_id"]),
        **counts,
    )


def _heading(row: Mapping[str, Any]) -> Heading:
    return Heading(**{name: row[name] for name in Heading.__slots__})


async def _count(
    connection: Connection, statement: LiteralString, project: UUID
) -> dict[str, int]:
    rows = await query(connection, statement, (project,))
    return {row["value"]: int(row["n"]) for row in rows}


async def _find_milestones(
    connection: Connection, project: UUID
) -> dict[MilestoneName, Milestone]:
    rows = await query(
        connection,
        "SELECT name, planned_on, actual_on FROM milestones WHERE project_id = %s",
        (project,),
    )
    found = {row["name"]: row for row in rows}
    return {
        name: Milestone(found[name]["planned_on"], found[name]["actual_on"])
        for name in MilestoneName
        if name in found
    }


_CARDS = """
SELECT p.slug, p.name, p.phase, p.project_manager, c.slug AS client,
    c.name AS client_name, c.language, n.name AS contract_name,
    coming.name AS next_milestone, coming.planned_on AS next_on,
    COALESCE(counted.open, 0) AS open, COALESCE(counted.issues, 0) AS issues,
    COALESCE(counted.scopes, '{}') AS scopes,
    CASE WHEN n.id IS NOT NULL THEN COALESCE(granted.days, 0) END AS granted,
    COALESCE(consumed.days, 0) AS consumed
FROM projects p
JOIN clients c ON c.id = p.client_id
LEFT JOIN contracts n ON n.id = p.contract_id
LEFT JOIN LATERAL (
    SELECT m.name, m.planned_on FROM milestones m
    WHERE m.project_id = p.id AND m.actual_on IS NULL AND m.planned_on IS NOT NULL
    ORDER BY m.planned_on LIMIT 1) coming ON true
LEFT JOIN LATERAL (
    SELECT sum(k.allowance_days) AS days FROM clauses k
    WHERE k.contract_id = n.id AND k.until_version IS NULL) granted ON true
LEFT JOIN LATERAL (
    SELECT sum(each.days) AS days FROM (
        SELECT COALESCE(CASE WHEN q.estimated_by IS NOT NULL THEN q.estimate_days END,
            max(i.estimate_days)) AS days
        FROM issues i
        JOIN projects other ON other.id = i.project_id AND other.contract_id = n.id
        JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
        JOIN requirements q ON q.id = l.requirement_id AND q.state <> 'declined'
        JOIN clauses k ON k.contract_id = n.id AND k.clause = i.clause
            AND k.until_version IS NULL AND k.allowance_days IS NOT NULL
        WHERE i.clause IS NOT NULL AND i.scope = 'in_contract'
            AND i.deleted_at IS NULL
        GROUP BY i.clause, q.id) each) consumed ON true
LEFT JOIN (
    SELECT project_id, sum(n)::bigint AS issues, sum(still)::bigint AS open,
        jsonb_object_agg(COALESCE(scope, ''), n) AS scopes
    FROM (SELECT i.project_id, i.scope, count(*) AS n, count(*) FILTER (
            WHERE q.state NOT IN ('delivered', 'declined', 'answered')) AS still
        FROM issues i
        JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
        JOIN requirements q ON q.id = l.requirement_id
        WHERE i.deleted_at IS NULL GROUP BY 1, 2) each
    GROUP BY 1) counted ON counted.project_id = p.id
ORDER BY coming.planned_on NULLS LAST, p.slug
"""


async def find_projects(connection: Connection) -> Sequence[ProjectCard]:
    """Every project, the one with the nearest milestone first."""
    return [_card(row) for row in await query(connection, _CARDS)]


def _card(row: Mapping[str, Any]) -> ProjectCard:
    rest = {name: row[name] for name in row if name not in Heading.__slots__}
    name = rest.pop("next_milestone")
    scopes = {scope: n for scope, n in rest.pop("scopes").items() if scope}
    milestone = MilestoneName(name) if name else None
    return ProjectCard(_heading(row), next_milestone=milestone, scopes=scopes, **rest)
