"""Calibrations of the contract match; one holds at a time, the others are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool.database import Connection, query_one
from pool.encode import jsonb

_ADD = """
INSERT INTO calibrations (id, calibration, report, applied_at, applied_by)
VALUES (%(id)s, %(calibration)s, %(report)s, %(at)s, %(by)s)
"""


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A calibration as it was applied.

    Attributes:
        calibration: of ``rules.matching.calibration``, encoded.
        report: what it was measured at, encoded.
    """

    id: UUID
    calibration: Any
    report: Any
    applied_at: datetime
    applied_by: str


async def find_active_id(connection: Connection) -> UUID | None:
    """The one that holds; None while the built-in does."""
    row = await query_one(
        connection, "SELECT id FROM calibrations WHERE retired_at IS NULL"
    )
    return row["id"] if row else None


async def find(connection: Connection, identity: UUID) -> StoredCalibration | None:
    """The calibration of an id."""
    row = await query_one(
        connection, "SELECT * FROM calibrations WHERE id = %s", (identity,)
    )
    if row is None:
        return None
    return StoredCalibration(
        id=row["id"],
        calibration=row["calibration"],
        report=row["report"],
        applied_at=row["applied_at"],
        applied_by=row["applied_by"],
    )


async def retire(connection: Connection, at: datetime) -> None:
    """Go back to the built-in one."""
    await connection.execute(
        "UPDATE calibrations SET retired_at = %s WHERE retired_at IS NULL", (at,)
    )


async def apply(connection: Connection, stored: StoredCalibration) -> None:
    """Let a calibration hold in the place of the one before."""
    await retire(connection, stored.applied_at)
    await connection.execute(
        _ADD,
        {
            "id": stored.id,
            "calibration": jsonb(stored.calibration),
            "report": jsonb(stored.report),
            "at": stored.applied_at,
            "by": stored.applied_by,
        },
    )
