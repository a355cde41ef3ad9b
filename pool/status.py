"""How the pool stands with its trackers: one row a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model.findings import Finding
from pool import attention, checks, clearings, inbox, outbox, rulesets, sources
from pool.checks import Checked
from pool.clearings import Clearing
from pool.database import Connection, Database, DatabaseGone, query
from pool.sources import SourceRow


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source with the numbers that tell whether it keeps up.

    Attributes:
        fetches: issues waiting to be read directly.
        inbox: deliveries by state.
        outbox: writes by state.
        checked: what the latest check found; None before the first.
    """

    source: SourceRow
    fetches: int
    inbox: Mapping[str, int] = field(default_factory=dict)
    outbox: Mapping[str, int] = field(default_factory=dict)
    checked: Checked | None = None

    @property
    def amiss(self) -> Sequence[Finding]:
        """What the latest check found that needs a person."""
        return self.checked.amiss if self.checked else ()


@dataclass(frozen=True, slots=True)
class Concern:
    """Something open on the attention page."""

    code: str
    subject: str
    params: Mapping[str, Any]
    raised_at: datetime
    seen_at: datetime
    count: int
    source: str | None
    issue_key: str | None
    issue_url: str | None
    requirement: int | None


_MOST_CONCERNS = 200


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at once.

    Attributes:
        attention: the latest 200.
        concerns: how many there are in all.
        ruleset: the fingerprint of the active one.
        clearings: what age took away.
    """

    sources: Sequence[SourceStatus]
    attention: Sequence[Concern]
    concerns: int
    ruleset: str | None
    clearings: Sequence[Clearing] = ()


async def find_status(connection: Connection) -> Status:
    """Sources by name, concerns the latest first."""
    waiting = await query(
        connection, "SELECT source_id, count(*) AS n FROM fetches GROUP BY 1"
    )
    fetches = {row["source_id"]: int(row["n"]) for row in waiting}
    received = await inbox.count_by_state(connection)
    written = await outbox.count_by_state(connection)
    checked = await checks.find_all(connection)
    return Status(
        sources=[
            SourceStatus(
                source,
                fetches.get(source.id, 0),
                _of(source.name, received),
                _of(source.name, written),
                checked.get(source.id),
            )
            for source in await sources.find_all(connection)
        ],
        attention=await _find_concerns(connection),
        concerns=await attention.count_open(connection),
        ruleset=await rulesets.find_active_fingerprint(connection),
        clearings=await clearings.find_all(connection),
    )


def _of(source: str, counts: Mapping[tuple[str, str], int]) -> Mapping[str, int]:
    return {state: n for (name, state), n in counts.items() if name == source}


async def _find_concerns(connection: Connection) -> Sequence[Concern]:
    found = await attention.find_open(connection, _MOST_CONCERNS)
    return [Concern(**row) for row in found]


async def is_reachable(database: Database) -> bool:
    """Whether the database answers, and soon."""
    try:
        async with database.quick_look() as connection:
            return bool(await query(connection, "SELECT 1"))
    except (DatabaseGone, TimeoutError):
        return False
