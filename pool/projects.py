"""Clients' projects as the engine needs them when it decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg.rows import DictRow

from model.contracts import Contract
from model.projects import (
    Client,
    Language,
    Milestone,
    MilestoneName,
    Phase,
    Project,
)
from model.releases import Release, ReleaseState
from pool.contracts import find_clauses
from pool.database import Connection, query, query_one


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds an issue: its client, project and contract."""

    client: Client
    project: Project
    contract: Contract | None


_PROJECT = """
SELECT p.id, p.slug, p.name, p.phase, p.project_manager, p.contract_id,
       c.slug AS client, c.name AS client_name, c.language
FROM projects p JOIN clients c ON c.id = p.client_id WHERE p.id = %s
"""


async def get_setting(connection: Connection, project: UUID) -> Setting:
    """What surrounds the issues of a project.

    Raises:
        LookupError: there is no such project.
    """
    row = await query_one(connection, _PROJECT, (project,))
    if row is None:
        raise LookupError(project)
    contract = await _find_contract(connection, row)
    return Setting(
        client=Client(row["client"], row["client_name"], Language(row["language"])),
        project=Project(
            slug=row["slug"],
            name=row["name"],
            client=row["client"],
            phase=Phase(row["phase"]),
            project_manager=row["project_manager"],
            contract=contract.slug if contract else "",
            milestones=await _find_milestones(connection, project),
        ),
        contract=contract,
    )


async def _find_milestones(
    connection: Connection, project: UUID
) -> dict[MilestoneName, Milestone]:
    rows = await query(
        connection,
        "SELECT name, planned_on, actual_on FROM milestones WHERE project_id = %s",
        (project,),
    )
    return {
        MilestoneName(row["name"]): Milestone(row["planned_on"], row["actual_on"])
        for row in rows
    }


async def _find_contract(connection: Connection, project: DictRow) -> Contract | None:
    row = await query_one(
        connection,
        "SELECT id, slug, name, currency, signed_on, fingerprint FROM contracts"
        " WHERE id = %s",
        (project["contract_id"],),
    )
    if row is None:
        return None
    return Contract(
        slug=row["slug"],
        name=row["name"],
        client=project["client"],
        clauses=await find_clauses(connection, row["id"]),
        signed_on=row["signed_on"],
        currency=row["currency"],
        fingerprint=row["fingerprint"],
    )


async def find_id(connection: Connection, slug: str) -> UUID | None:
    """The project of a slug."""
    row = await query_one(
        connection, "SELECT id FROM projects WHERE slug = %s", (slug,)
    )
    return row["id"] if row else None


_RELEASES = """
SELECT r.id, r.name, t.slug AS train, r.freeze_on, r.ship_on, r.state, r.capacity_days,
    CASE WHEN r.capacity_days IS NULL THEN 0 ELSE
    COALESCE((SELECT sum(COALESCE(q.estimate_days, 0)) FROM requirements q
        WHERE EXISTS (SELECT FROM issues i
            JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
            WHERE i.release_id = r.id AND l.requirement_id = q.id)), 0)
    END AS planned_days
FROM releases r JOIN trains t ON t.id = r.train_id
"""


async def find_releases(connection: Connection, train: str) -> dict[Release, UUID]:
    """The releases of a train that have not shipped, with their ids."""
    rows = await query(
        connection,
        _RELEASES + "WHERE t.slug = %s AND r.state <> 'shipped' ORDER BY r.ship_on",
        (train,),
    )
    return {_release(row): row["id"] for row in rows}


async def find_release(
    connection: Connection, name: str
) -> tuple[Release, UUID] | None:
    """The release of a name."""
    row = await query_one(connection, _RELEASES + "WHERE r.name = %s", (name,))
    return (_release(row), row["id"]) if row else None


async def find_places(
    connection: Connection,
    *,
    trains: Collection[str],
    names: Collection[str],
    ids: Collection[UUID],
) -> dict[UUID, Release]:
    """Every release that has not shipped of some trains, and those named, shipped or not."""
    if not (trains or names or ids):
        return {}
    rows = await query(
        connection,
        _RELEASES + "WHERE t.slug = ANY(%s) AND r.state <> 'shipped'"
        " OR r.name = ANY(%s) OR r.id = ANY(%s)",
        (list(trains), list(names), list(ids)),
    )
    return {row["id"]: _release(row) for row in rows}


def _release(row: DictRow) -> Release:
    capacity: Decimal | None = row["capacity_days"]
    freeze_on: date = row["freeze_on"]
    return Release(
        name=row["name"],
        train=row["train"],
        freeze_on=freeze_on,
        ship_on=row["ship_on"],
        state=ReleaseState(row["state"]),
        capacity_days=capacity,
        planned_days=row["planned_days"],
    )
