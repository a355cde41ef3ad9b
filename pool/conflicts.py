"""Where a person and we changed the same field: what stood, and what was kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg.rows import DictRow

from model.ids import Ids
from pool.database import Connection, query


class Kept(StrEnum):
    """Whose value stands in the tracker."""

    THEIRS = "theirs"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values for one field.

    Attributes:
        field: ``labels``, ``status``, ``release``, ``comment`` …
        base: what we wrote last, or saw before; empty for nothing.
        theirs: what a person put there.
        ours: what was to be written.
        actor: the person, when the tracker told.
    """

    noticed_at: datetime
    field: str
    base: str
    theirs: str
    ours: str
    kept: Kept
    actor: str = ""

    def is_same(self, other: "Conflict") -> bool:
        """The same values, whenever."""
        return replace(self, noticed_at=other.noticed_at) == other


_NOTE = """
INSERT INTO conflicts (id, client_id, issue_id, noticed_at, field, base, theirs, ours,
    kept, actor, decision_id)
SELECT %(id)s, client_id, id, %(noticed_at)s, %(field)s, %(base)s, %(theirs)s, %(ours)s,
    %(kept)s, %(actor)s, decision_id
FROM issues WHERE id = %(issue)s
"""


async def note(
    connection: Connection, ids: Ids, issue: UUID, conflict: Conflict
) -> None:
    """Keep a conflict for good."""
    values = {name: getattr(conflict, name) for name in Conflict.__slots__}
    await connection.execute(_NOTE, {"id": ids(), "issue": issue, **values})


_SELECT = """
SELECT noticed_at, field, base, theirs, ours, kept, actor FROM conflicts
WHERE issue_id = %s
"""


async def find_last(connection: Connection, issue: UUID, field: str) -> Conflict | None:
    """The latest conflict over a field of an issue."""
    found = await query(
        connection,
        f"{_SELECT} AND field = %s ORDER BY noticed_at DESC, id DESC LIMIT 1",
        (issue, field),
    )
    return _conflict(found[0]) if found else None


# the tracker's log is read after its issue: who it was is known by then
_FIND = """
SELECT c.noticed_at, c.field, c.base, c.theirs, c.ours, c.kept,
    COALESCE(NULLIF(c.actor, ''), h.actor, '') AS actor
FROM conflicts c LEFT JOIN LATERAL (
    SELECT actor FROM history h
    WHERE h.issue_id = c.issue_id AND h.origin = 'tracker' AND h.actor <> ''
      AND h.field = CASE c.field WHEN 'release' THEN 'releases' ELSE c.field END
      AND h.after IN (to_jsonb(c.theirs), jsonb_build_array(c.theirs))
      AND h.happened_at <= c.noticed_at + interval '1 minute'
    ORDER BY h.happened_at DESC, h.id DESC LIMIT 1) h ON true
WHERE c.issue_id = %s ORDER BY c.noticed_at DESC, c.id DESC LIMIT %s
"""


async def find(connection: Connection, issue: UUID, most: int) -> Sequence[Conflict]:
    """The conflicts of an issue, the latest first, with who the tracker's log names."""
    rows = await query(connection, _FIND, (issue, most))
    return [_conflict(row) for row in rows]


def _conflict(row: DictRow) -> Conflict:
    return Conflict(**{**row, "kept": Kept(row["kept"])})
