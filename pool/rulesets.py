"""Rulesets by their texts: only an activated one runs, never a file on one host.

One decides for everybody, and a project may have its own, which then decides for the
project's issues instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool import texts
from pool.database import Connection, query, query_one
from pool.encode import jsonb


@dataclass(frozen=True, slots=True)
class Activation:
    """A ruleset that runs, or ran.

    Attributes:
        main: the name of its own file.
        files: file name to text: the ruleset's own first, then what it extends.
        reason: why it was activated; empty when nobody said.
        project_id: whose issues it decides on; None for all that have no own one.
        number: counts activations; 0 before it is stored.
        deactivated_at: None while it runs.
    """

    id: UUID
    name: str
    main: str
    files: Mapping[str, str]
    fingerprint: str
    activated_by: str
    activated_at: datetime
    reason: str = ""
    project_id: UUID | None = None
    number: int = 0
    deactivated_at: datetime | None = None

    @property
    def text(self) -> str:
        """That of its own file."""
        return self.files[self.main]

    @property
    def bases(self) -> Mapping[str, str]:
        """The texts that it extends."""
        return {name: text for name, text in self.files.items() if name != self.main}


@dataclass(frozen=True, slots=True)
class Active:
    """Which rulesets run, by their fingerprints: the general one, and projects' own."""

    general: str
    own: Mapping[UUID, str]


_ADD = """
INSERT INTO rulesets (id, project_id, name, text_hash, fingerprint, files, activated_at,
    activated_by, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING number
"""


async def hold(connection: Connection) -> None:
    """Let nobody else activate a ruleset until the transaction ends."""
    await connection.execute("LOCK TABLE rulesets IN EXCLUSIVE MODE")


async def activate(connection: Connection, activation: Activation) -> int:
    """Make a ruleset the one that runs; answers its number."""
    await hold(connection)
    await deactivate(connection, activation.project_id, activation.activated_at)
    hashes = {
        name: await texts.keep(connection, text)
        for name, text in activation.files.items()
    }
    row = await query_one(
        connection,
        _ADD,
        (
            activation.id,
            activation.project_id,
            activation.name,
            hashes[activation.main],
            activation.fingerprint,
            jsonb({"main": activation.main, "hashes": list(hashes.items())}),
            activation.activated_at,
            activation.activated_by,
            activation.reason,
        ),
    )
    return int(row["number"]) if row else 0


async def deactivate(
    connection: Connection, project: UUID | None, at: datetime
) -> None:
    """Let the ruleset of a project, or the general one (None), run no longer."""
    await connection.execute(
        "UPDATE rulesets SET deactivated_at = %s WHERE deactivated_at IS NULL"
        " AND project_id IS NOT DISTINCT FROM %s",
        (at, project),
    )


async def find_active_fingerprints(connection: Connection) -> Active | None:
    """Which rulesets run; None before the first general activation."""
    rows = await query(
        connection,
        "SELECT project_id, fingerprint FROM rulesets WHERE deactivated_at IS NULL",
    )
    own = {row["project_id"]: row["fingerprint"] for row in rows}
    general = own.pop(None, None)
    return None if general is None else Active(general, own)


async def find_active_fingerprint(connection: Connection) -> str | None:
    """Which general ruleset runs; None before the first activation."""
    active = await find_active_fingerprints(connection)
    return active.general if active else None


async def find_active(
    connection: Connection, project: UUID | None = None
) -> Activation | None:
    """The ruleset that runs for a project alone, or the general one (None)."""
    return await _find(
        connection,
        "deactivated_at IS NULL AND project_id IS NOT DISTINCT FROM %s",
        project,
    )


async def find_number(connection: Connection, number: int) -> Activation | None:
    """The activation of a number."""
    return await _find(connection, "number = %s", number)


async def find_by_fingerprint(
    connection: Connection, fingerprint: str
) -> Activation | None:
    """The latest activation of a ruleset that decisions name by its fingerprint."""
    return await _find(connection, "fingerprint = %s", fingerprint)


async def find_before(
    connection: Connection, project: UUID | None, fingerprint: str
) -> Activation | None:
    """The latest activation of a scope that was of another ruleset than this one."""
    return await _find(
        connection,
        "project_id IS NOT DISTINCT FROM %s AND fingerprint <> %s",
        project,
        fingerprint,
    )


async def find_all_own(connection: Connection) -> Sequence[Activation]:
    """Every project's own ruleset that runs."""
    rows = await query(
        connection,
        "SELECT * FROM rulesets WHERE deactivated_at IS NULL"
        " AND project_id IS NOT NULL ORDER BY number",
    )
    return [await _activation(connection, row) for row in rows]


_HISTORY = """
SELECT r.number, r.name, p.slug AS project, r.fingerprint, r.reason, r.activated_at,
    r.activated_by, r.deactivated_at,
    (SELECT max(e.number) FROM rulesets e
     WHERE e.project_id IS NOT DISTINCT FROM r.project_id AND e.number < r.number
    ) AS before
FROM rulesets r LEFT JOIN projects p ON p.id = r.project_id
ORDER BY r.number DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An activation as lists show it; ``before`` is the one that it replaced."""

    number: int
    name: str
    project: str | None
    fingerprint: str
    reason: str
    activated_at: datetime
    activated_by: str
    deactivated_at: datetime | None
    before: int | None


async def find_history(
    connection: Connection, most: int = 1000
) -> Sequence[HistoryRow]:
    """Every activation, the latest first."""
    return [HistoryRow(**row) for row in await query(connection, _HISTORY, (most,))]


async def _find(
    connection: Connection, condition: str, *values: object
) -> Activation | None:
    statement = f"SELECT * FROM rulesets WHERE {condition} ORDER BY number DESC LIMIT 1"  # noqa: S608 - ours
    row = await query_one(connection, statement, values)
    return await _activation(connection, row) if row else None


async def _activation(connection: Connection, row: Mapping[str, Any]) -> Activation:
    files = {
        name: await texts.find(connection, digest) or ""
        for name, digest in row["files"]["hashes"]
    }
    names = Activation.__slots__
    known = {name: row[name] for name in names if name in row and name != "files"}
    return Activation(**known, main=row["files"]["main"], files=files)
