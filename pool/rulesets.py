"""Rulesets by their texts: only an activated one runs, never a file on one host."""

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
        files: file name to text: the ruleset's own first, then what it extends.
        main: the name of its own file.
    """

    id: UUID
    name: str
    main: str
    files: Mapping[str, str]
    fingerprint: str
    activated_by: str
    activated_at: datetime


async def activate(connection: Connection, activation: Activation) -> None:
    """Make a ruleset the one that runs."""
    await connection.execute("LOCK TABLE rulesets IN EXCLUSIVE MODE")
    await connection.execute(
        "UPDATE rulesets SET deactivated_at = %s WHERE deactivated_at IS NULL",
        (activation.activated_at,),
    )
    hashes = {
        name: await texts.keep(connection, text)
        for name, text in activation.files.items()
    }
    await connection.execute(
        "INSERT INTO rulesets (id, name, text_hash, fingerprint, files, activated_at,"
        " activated_by) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            activation.id,
            activation.name,
            hashes[activation.main],
            activation.fingerprint,
            jsonb({"main": activation.main, "hashes": hashes}),
            activation.activated_at,
            activation.activated_by,
        ),
    )


async def find_active_fingerprint(connection: Connection) -> str | None:
    """Which ruleset runs; None before the first activation."""
    row = await query_one(
        connection, "SELECT fingerprint FROM rulesets WHERE deactivated_at IS NULL"
    )
    return row["fingerprint"] if row else None


async def find_active(connection: Connection) -> Activation | None:
    """The ruleset that runs, with its texts."""
    row = await query_one(
        connection, "SELECT * FROM rulesets WHERE deactivated_at IS NULL"
    )
    return await _activation(connection, row) if row else None


async def find_history(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Every activation, the latest first."""
    return await query(
        connection,
        "SELECT number, name, fingerprint, activated_at, activated_by, deactivated_at"
        " FROM rulesets ORDER BY number DESC",
    )


async def _activation(connection: Connection, row: Mapping[str, Any]) -> Activation:
    files = {
        name: await texts.find(connection, digest) or ""
        for name, digest in row["files"]["hashes"].items()
    }
    return Activation(
        id=row["id"],
        name=row["name"],
        main=row["files"]["main"],
        files=files,
        fingerprint=row["fingerprint"],
        activated_by=row["activated_by"],
        activated_at=row["activated_at"],
    )
