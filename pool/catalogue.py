"""Clients, contracts, projects, trains and releases: read whole, written by slug."""

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from model.catalogue import Catalogue
from model.ids import Ids
from model.projects import (
    Client,
    Language,
    Milestone,
    MilestoneName,
    Phase,
    Project,
)
from model.releases import Release, ReleaseState, Train
from pool import contracts
from pool.contracts import Making
from pool.database import Connection, query

_PROJECTS = """
SELECT p.id, p.slug, p.name, c.slug AS client, p.phase, p.project_manager,
       COALESCE(n.slug, '') AS contract
FROM projects p JOIN clients c ON c.id = p.client_id
LEFT JOIN contracts n ON n.id = p.contract_id ORDER BY p.slug
"""

_RELEASES = """
SELECT r.name, t.slug AS train, r.freeze_on, r.ship_on, r.state, r.capacity_days
FROM releases r JOIN trains t ON t.id = r.train_id ORDER BY r.ship_on, r.name
"""


async def load(connection: Connection) -> Catalogue:
    """Everything that the pool knows."""
    clients = await query(connection, "SELECT slug, name, language FROM clients")
    trains = await query(connection, "SELECT slug, name FROM trains")
    releases = await query(connection, _RELEASES)
    return Catalogue(
        clients={row["slug"]: _client(row) for row in clients},
        contracts=await contracts.load(connection),
        projects=await _load_projects(connection),
        trains={row["slug"]: Train(**row) for row in trains},
        releases={row["name"]: _release(row) for row in releases},
    )


def _client(row: DictRow) -> Client:
    return Client(row["slug"], row["name"], Language(row["language"]))


def _release(row: DictRow) -> Release:
    return Release(**{**row, "state": ReleaseState(row["state"])})


async def _load_projects(connection: Connection) -> dict[str, Project]:
    rows = await query(
        connection, "SELECT project_id, name, planned_on, actual_on FROM milestones"
    )
    milestones = _group(rows, "project_id")
    return {
        row["slug"]: Project(
            slug=row["slug"],
            name=row["name"],
            client=row["client"],
            phase=Phase(row["phase"]),
            project_manager=row["project_manager"],
            contract=row["contract"],
            milestones=_milestones(milestones.get(row["id"], ())),
        )
        for row in await query(connection, _PROJECTS)
    }


def _milestones(rows: Iterable[DictRow]) -> dict[MilestoneName, Milestone]:
    return {
        MilestoneName(row["name"]): Milestone(row["planned_on"], row["actual_on"])
        for row in rows
    }


def _group(rows: Iterable[DictRow], key: str) -> dict[UUID, list[DictRow]]:
    groups: dict[UUID, list[DictRow]] = {}
    for row in rows:
        rest = {name: value for name, value in row.items() if name != key}
        groups.setdefault(row[key], []).append(rest)
    return groups


_PUT_CLIENT = """
INSERT INTO clients (id, slug, name, language)
VALUES (%(id)s, %(slug)s, %(name)s, %(language)s)
ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name, language = EXCLUDED.language
"""

_PUT_PROJECT = """
INSERT INTO projects (id, client_id, contract_id, slug, name, phase, project_manager)
SELECT %(id)s, c.id, (SELECT n.id FROM contracts n WHERE n.slug = %(contract)s),
    %(slug)s, %(name)s, %(phase)s, %(project_manager)s
FROM clients c WHERE c.slug = %(client)s
ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name, phase = EXCLUDED.phase,
    contract_id = EXCLUDED.contract_id, project_manager = EXCLUDED.project_manager
"""

_PUT_MILESTONE = """
INSERT INTO milestones (project_id, name, planned_on, actual_on)
SELECT p.id, %(name)s, %(planned_on)s, %(actual_on)s
FROM projects p WHERE p.slug = %(project)s
ON CONFLICT (project_id, name) DO UPDATE SET
    planned_on = COALESCE(EXCLUDED.planned_on, milestones.planned_on),
    actual_on = COALESCE(EXCLUDED.actual_on, milestones.actual_on)
"""

_PUT_TRAIN = """
INSERT INTO trains (id, slug, name) VALUES (%(id)s, %(slug)s, %(name)s)
ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name
"""

_PUT_RELEASE = """
INSERT INTO releases (id, train_id, name, freeze_on, ship_on, state, capacity_days)
SELECT %(id)s, t.id, %(name)s, %(freeze_on)s, %(ship_on)s, %(state)s, %(capacity_days)s
FROM trains t WHERE t.slug = %(train)s
ON CONFLICT (name) DO UPDATE SET train_id = EXCLUDED.train_id,
    freeze_on = EXCLUDED.freeze_on, ship_on = EXCLUDED.ship_on,
    state = EXCLUDED.state, capacity_days = EXCLUDED.capacity_days
"""


async def keep(
    connection: Connection,
    ids: Ids,
    wanted: Catalogue,
    texts: Mapping[str, str],
    made: Making,
) -> None:
    """Write a catalogue; what it does not name stays.

    A day that a milestone leaves open stays too: people set it in the pages.

    Args:
        connection: of the transaction.
        ids: for what is new.
        wanted: already checked; its references exist in it or in the pool.
        texts: of the contracts, by fingerprint.
        made: who does it and when, for the contracts' versions.
    """
    for client in wanted.clients.values():
        await _put(connection, _PUT_CLIENT, client, id=ids())
    for contract in wanted.contracts.values():
        text = texts[contract.fingerprint]
        await contracts.keep(connection, ids, contract, text, made)
    for project in wanted.projects.values():
        await _keep_project(connection, ids, project)
    for train in wanted.trains.values():
        await _put(connection, _PUT_TRAIN, train, id=ids())
    for release in wanted.releases.values():
        await _put(connection, _PUT_RELEASE, release, id=ids())


async def _keep_project(connection: Connection, ids: Ids, project: Project) -> None:
    await _put(connection, _PUT_PROJECT, project, id=ids())
    for name, milestone in project.milestones.items():
        await _put(
            connection, _PUT_MILESTONE, milestone, name=name, project=project.slug
        )


async def _put(
    connection: Connection, statement: LiteralString, noun: Any, **values: Any
) -> None:
    """Fill a statement from a noun's fields; ``values`` win."""
    of_noun = {name: getattr(noun, name) for name in noun.__dataclass_fields__}
    await connection.execute(statement, {**of_noun, **values})
