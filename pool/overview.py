"""Clients, projects and releases as lists show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pool.database import Connection, query


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client, with how many projects it has."""

    number: int
    slug: str
    name: str
    language: str
    projects: int


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project as lists show it."""

    number: int
    slug: str
    name: str
    client: str
    phase: str
    project_manager: str
    contract: str | None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release as lists show it."""

    number: int
    name: str
    train: str
    freeze_on: date
    ship_on: date
    state: str


async def find_clients(connection: Connection) -> Sequence[ClientRow]:
    """Every client, by slug."""
    rows = await query(
        connection,
        "SELECT number, slug, name, language, (SELECT count(*) FROM projects p"
        " WHERE p.client_id = c.id) AS projects FROM clients c ORDER BY slug",
    )
    return [ClientRow(**row) for row in rows]


async def find_projects(connection: Connection) -> Sequence[ProjectRow]:
    """Every project, by slug."""
    rows = await query(
        connection,
        "SELECT p.number, p.slug, p.name, c.slug AS client, p.phase,"
        " p.project_manager, k.slug AS contract FROM projects p"
        " JOIN clients c ON c.id = p.client_id"
        " LEFT JOIN contracts k ON k.id = p.contract_id ORDER BY p.slug",
    )
    return [ProjectRow(**row) for row in rows]


async def find_releases(connection: Connection) -> Sequence[ReleaseRow]:
    """Every release, the next to ship last."""
    rows = await query(
        connection,
        "SELECT r.number, r.name, t.slug AS train, r.freeze_on, r.ship_on, r.state"
        " FROM releases r JOIN trains t ON t.id = r.train_id"
        " ORDER BY r.ship_on DESC, r.number DESC",
    )
    return [ReleaseRow(**row) for row in rows]
