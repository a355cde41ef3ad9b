"""Runs: everything that was set aside at once is decided on again, and then weighed.

Whatever sets issues aside (an activated ruleset, an applied catalogue) gives their
projects a new run number, in a few rows however many issues there are. An issue keeps
the number of the newest run that was there when what it was decided by was read; with an
older one than its project's it was set aside, and has not been reached yet. So was one
without a day (``decided_on``): that is how a single issue is set aside. What a run wants
to write is held until all of its source has been reached.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pool.database import Connection, query, query_one
from pool.due import REDECIDE
from pool.sources import SourceRow

RENEWAL = "renewal"
"""The stream whose cursor is the last issue that was decided on anew, since a source is
configured otherwise; there is none when that is over."""

_UNDECIDED = """
(SELECT id FROM issues
 WHERE source_id = %(source)s AND deleted_at IS NULL AND decided_on IS NULL
 LIMIT %(most)s)
UNION
(SELECT id FROM issues
 WHERE source_id = %(source)s AND deleted_at IS NULL AND due_on <= %(today)s
 ORDER BY due_on, id LIMIT %(most)s)
UNION
(SELECT id FROM issues
 WHERE source_id = %(source)s AND deleted_at IS NULL AND run < %(run)s
 ORDER BY run, id LIMIT %(most)s)
UNION
(SELECT id FROM issues
 WHERE source_id = %(source)s AND deleted_at IS NULL AND decided_on > %(today)s::date + 1
 LIMIT %(most)s)
LIMIT %(most)s
"""
"""A day that is yet to come was kept by a clock that was ahead."""


async def find_undecided(
    connection: Connection, source: SourceRow, today: date, most: int
) -> Sequence[UUID]:
    """Issues of a source whose day has come, or that were set aside.

    Args:
        connection: of the transaction.
        source: whose.
        today: in the time zone of its project's ruleset.
        most: answers no more than these.
    """
    run = await query_one(
        connection, "SELECT run FROM projects WHERE id = %s", (source.project_id,)
    )
    values = {
        "source": source.id,
        "today": today,
        "run": run["run"] if run else 0,
        "most": most,
    }
    return [row["id"] for row in await query(connection, _UNDECIDED, values)]


_WAITING = """
SELECT s.name FROM sources s JOIN projects p ON p.id = s.project_id
LEFT JOIN unnest(%(projects)s::uuid[], %(days)s::date[]) AS own (project, today)
    ON own.project = p.id
CROSS JOIN LATERAL (SELECT COALESCE(own.today, %(today)s::date) AS today) here
WHERE EXISTS (SELECT FROM issues i WHERE i.source_id = s.id AND i.deleted_at IS NULL
        AND i.decided_on IS NULL)
    OR EXISTS (SELECT FROM issues i WHERE i.source_id = s.id AND i.deleted_at IS NULL
        AND i.due_on <= here.today)
    OR EXISTS (SELECT FROM issues i WHERE i.source_id = s.id AND i.deleted_at IS NULL
        AND i.run < p.run)
    OR EXISTS (SELECT FROM issues i WHERE i.source_id = s.id AND i.deleted_at IS NULL
        AND i.decided_on > here.today + 1)
    OR EXISTS (SELECT FROM cursors c WHERE c.source_id = s.id AND c.stream = %(renewal)s)
ORDER BY EXISTS (SELECT FROM attention a WHERE a.code = 'verb_failed'
        AND a.subject = %(verb)s || ':' || s.name AND a.resolved_at IS NULL), s.name
LIMIT %(most)s
"""
"""Those that failed last, so that however many fail they hold up nobody else."""


async def find_waiting(
    connection: Connection, today: date, own: Mapping[UUID, date], most: int
) -> Sequence[str]:
    """The names of sources with issues that are to be decided on again.

    Args:
        connection: of the transaction.
        today: in the time zone of the general ruleset.
        own: the day in projects whose own ruleset may be in another time zone.
        most: answers no more than these.
    """
    values = {
        "today": today,
        "projects": list(own),
        "days": list(own.values()),
        "renewal": RENEWAL,
        "verb": REDECIDE,
        "most": most,
    }
    return [row["name"] for row in await query(connection, _WAITING, values)]


async def find_newest(connection: Connection) -> int:
    """The newest run's number; 0 before the first."""
    row = await query_one(connection, "SELECT max(run) AS newest FROM projects")
    return int(row["newest"] or 0) if row else 0


_SET_ASIDE = """
WITH aside AS (
    UPDATE projects SET run = (SELECT max(run) + 1 FROM projects) WHERE {condition}
    RETURNING id)
UPDATE sources SET stopped_at = NULL
WHERE stopped_at IS NOT NULL AND project_id IN (SELECT id FROM aside)
"""
"""What a stopped source asked is void: it is asked again, or not, when the new run is
over."""


async def _set_aside(connection: Connection, condition: str, values: object) -> None:
    """One after the other, so that numbers are committed in their order."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('set aside', 0))"
    )
    statement = _SET_ASIDE.format(condition=condition)
    await connection.execute(statement, (values,))


async def set_aside_all(connection: Connection, besides: Collection[UUID] = ()) -> None:
    """Have every issue decided on again, except those of some projects."""
    await _set_aside(connection, "id <> ALL(%s)", list(besides))


async def set_aside_projects(
    connection: Connection, projects: Collection[UUID]
) -> None:
    """Have the issues of some projects decided on again."""
    await _set_aside(connection, "id = ANY(%s)", list(projects))


_OF_CONTRACTS = "contract_id IN (SELECT id FROM contracts WHERE slug = ANY(%s))"


async def set_aside_contracts(connection: Connection, contracts: Sequence[str]) -> None:
    """Have the issues of some contracts' projects decided on again."""
    await _set_aside(connection, _OF_CONTRACTS, list(contracts))


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far the run has come, in issues; both are 0 when none is going on."""

    total: int
    left: int

    @property
    def done(self) -> int:
        """How many are decided on."""
        return self.total - self.left


async def find_progress(connection: Connection) -> RunProgress:
    """Count what was set aside and has not been reached; of all, if there is any."""
    row = await query_one(connection, _PROGRESS)
    return RunProgress(int(row["total"] or 0), int(row["left"])) if row else _NOTHING


_PROGRESS = """
WITH aside AS (
    SELECT count(*) AS n FROM sources s JOIN projects p ON p.id = s.project_id
    CROSS JOIN LATERAL (
        SELECT FROM issues WHERE source_id = s.id AND run < p.run
            AND decision_id IS NOT NULL AND deleted_at IS NULL
        UNION ALL SELECT FROM issues WHERE source_id = s.id AND decided_on IS NULL
            AND run >= p.run AND decision_id IS NOT NULL AND deleted_at IS NULL) i)
SELECT n AS left, CASE WHEN n > 0 THEN
    (SELECT count(*) FROM issues WHERE deleted_at IS NULL) END AS total
FROM aside
"""
_NOTHING = RunProgress(0, 0)


async def is_running(connection: Connection) -> bool:
    """Whether anything that was set aside has not been reached; quick to ask."""
    return bool(await query(connection, _SET_ASIDE_STILL))


_SET_ASIDE_STILL = """
(SELECT i.id FROM sources s CROSS JOIN LATERAL (
    SELECT id FROM issues WHERE source_id = s.id AND decided_on IS NULL
        AND decision_id IS NOT NULL AND deleted_at IS NULL LIMIT 1) i LIMIT 1)
UNION ALL
(SELECT i.id FROM sources s JOIN projects p ON p.id = s.project_id CROSS JOIN LATERAL (
    SELECT id FROM issues WHERE source_id = s.id AND run < p.run
        AND decision_id IS NOT NULL AND deleted_at IS NULL LIMIT 1) i LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A source whose run is over, and what it wants.

    Attributes:
        changed: issues with writes that are held.
        written: issues that are written to at all: open, or with something of ours.
        is_stopped: a person has been asked already.
    """

    source: UUID
    name: str
    client: UUID
    changed: int
    written: int
    is_stopped: bool


_HOLDING = """
SELECT s.id AS source, s.name, s.client_id AS client,
    s.stopped_at IS NOT NULL AS is_stopped,
    (SELECT count(DISTINCT o.issue_id) FROM outbox o
     WHERE o.source_id = s.id AND o.state = 'held') AS changed,
    (SELECT count(*) FROM issues i WHERE i.source_id = s.id AND i.deleted_at IS NULL
       AND (i.status_category <> 'done' OR i.base->>'comment_hash' IS NOT NULL
            OR i.base->'labels' <> '[]'::jsonb)) AS written
FROM sources s
WHERE (%(source)s::uuid IS NULL OR s.id = %(source)s) AND CASE WHEN s.stopped_at IS NULL
    THEN EXISTS (SELECT FROM outbox o WHERE o.source_id = s.id AND o.state = 'held')
      OR EXISTS (SELECT FROM attention a WHERE a.code = 'mass_change'
            AND a.subject = s.name AND a.resolved_at IS NULL)
    ELSE NOT EXISTS (
        SELECT FROM outbox o WHERE o.source_id = s.id AND o.state = 'held') END
  AND NOT EXISTS (SELECT FROM issues i WHERE i.source_id = s.id
        AND i.decided_on IS NULL AND i.decision_id IS NOT NULL AND i.deleted_at IS NULL)
  AND NOT EXISTS (SELECT FROM issues i JOIN projects p ON p.id = i.project_id
        WHERE i.source_id = s.id AND i.run < p.run
        AND i.decision_id IS NOT NULL AND i.deleted_at IS NULL)
FOR UPDATE OF s
"""
"""Sources with something held that nobody was asked about, and those that were and no
longer have anything."""


async def find_holdings(
    connection: Connection, source: UUID | None = None
) -> Sequence[Holding]:
    """Sources to be weighed now; locked until the transaction ends.

    Args:
        connection: of the transaction.
        source: the only one that is asked about; None for all.
    """
    rows = await query(connection, _HOLDING, {"source": source})
    return [Holding(**row) for row in rows]


async def release_held(connection: Connection, source: UUID) -> int:
    """Let the held writes of a source go out; answers of how many issues."""
    rows = await query(
        connection,
        "UPDATE outbox SET state = 'pending' WHERE source_id = %s AND state = 'held'"
        " RETURNING issue_id",
        (source,),
    )
    return len({row["issue_id"] for row in rows})


@dataclass(frozen=True, slots=True)
class Stop:
    """A source whose mass change waits for a person.

    Attributes:
        changed: issues that would be written to.
        written: of how many that are written to at all.
    """

    source: str
    since: datetime
    changed: int
    written: int


async def find_stops(connection: Connection) -> Sequence[Stop]:
    """Every source that waits to be confirmed, by name."""
    rows = await query(
        connection,
        "SELECT s.name AS source, s.stopped_at AS since,"
        " (a.params->>'changed')::int AS changed, (a.params->>'written')::int AS written"
        " FROM sources s JOIN attention a ON a.source_id = s.id"
        " AND a.code = 'mass_change' AND a.resolved_at IS NULL"
        " WHERE s.stopped_at IS NOT NULL ORDER BY s.name",
    )
    return [Stop(**row) for row in rows]
