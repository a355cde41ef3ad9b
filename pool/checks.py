"""What the latest check of each source found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from model.findings import Finding, Severity
from pool.database import Connection, query
from pool.encode import decode, encode, jsonb


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of one source."""

    checked_at: datetime
    findings: Sequence[Finding]

    @property
    def amiss(self) -> Sequence[Finding]:
        """What needs a person, errors first."""
        amiss = [one for one in self.findings if one.severity is not Severity.OK]
        return sorted(amiss, key=lambda one: one.severity is not Severity.ERROR)


_KEEP = """
INSERT INTO checks (source_id, checked_at, findings)
VALUES (%(source)s, %(now)s, %(findings)s)
ON CONFLICT (source_id) DO UPDATE SET
    checked_at = EXCLUDED.checked_at, findings = EXCLUDED.findings
"""


async def keep(
    connection: Connection, source: UUID, findings: Sequence[Finding], now: datetime
) -> None:
    """Replace what the check before found: what was mended is gone."""
    told = jsonb(encode(list(findings), list[Finding]))
    await connection.execute(_KEEP, {"source": source, "now": now, "findings": told})


async def find_all(connection: Connection) -> Mapping[UUID, Checked]:
    """The latest check of every source that was checked, by the source's id."""
    rows = await query(connection, "SELECT source_id, checked_at, findings FROM checks")
    return {
        row["source_id"]: Checked(
            row["checked_at"], decode(row["findings"], list[Finding])
        )
        for row in rows
    }
