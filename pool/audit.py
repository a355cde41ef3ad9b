"""One append-only row for every tracker mutation and every act of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool.database import Connection, execute_rows


@dataclass(frozen=True, slots=True)
class Entry:
    """One act.

    Attributes:
        actor: ``reqpool``, or the person.
        action: a verb: ``apply``, ``override``, ``activate`` …
        subject: what was acted on.
        cause: the decision, or the person's reason.
        before: plain JSON values.
        after: plain JSON values.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    cause: str
    client_id: UUID | None = None
    before: Any = None
    after: Any = None


_APPEND = """
INSERT INTO audit (at, client_id, actor, action, subject, cause, before, after)
SELECT at, client_id, actor, action, subject, cause, before, after
FROM jsonb_populate_recordset(NULL::audit, %s)
"""


async def append(connection: Connection, entry: Entry) -> None:
    """Write an act down for good."""
    await append_all(connection, [entry])


async def append_all(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write acts down for good, in this order."""
    rows = [{name: getattr(one, name) for name in Entry.__slots__} for one in entries]
    await execute_rows(connection, _APPEND, rows)
