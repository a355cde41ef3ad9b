"""One append-only row for every tracker mutation and every act of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pool.database import Connection
from pool.encode import jsonb


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


async def append(connection: Connection, entry: Entry) -> None:
    """Write an act down for good."""
    await connection.execute(
        "INSERT INTO audit (at, client_id, actor, action, subject, cause, before, after)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            entry.at,
            entry.client_id,
            entry.actor,
            entry.action,
            entry.subject,
            entry.cause,
            jsonb(entry.before),
            jsonb(entry.after),
        ),
    )
