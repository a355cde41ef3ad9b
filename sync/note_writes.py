"""Write down for good what was sent to a tracker: who wanted it, and what stood there."""

from collections.abc import Iterable
from typing import Any, NamedTuple, assert_never

from model.changes import (
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.issues import IssueSnapshot
from pool import audit
from pool.audit import Entry
from pool.database import Connection
from pool.encode import encode
from pool.outbox import Intent, field_of
from pool.sources import SourceRow
from sync.engine import Engine


class Sent(NamedTuple):
    """A write that left.

    Attributes:
        seen: the issue's newest state; None where an older pool was restored.
        receipt: None where nobody knows what became of it.
    """

    intent: Intent
    seen: IssueSnapshot | None
    receipt: Receipt | None = None


async def note_writes(
    engine: Engine, connection: Connection, source: SourceRow, sent: Iterable[Sent]
) -> None:
    """Append a row of the audit for each that may have changed anything.

    It names the decision, which has the ruleset: decisions are kept for good, and writes
    are not.
    """
    now = engine.clock()
    entries = [
        Entry(
            at=now,
            actor="reqpool",
            action=f"write {field_of(one.intent.change)}",
            subject=f"{source.name}:{one.intent.tracker_id}",
            cause=str(one.intent.id),
            client_id=one.intent.client_id,
            before=_before(one),
            after={
                "decision": str(one.intent.decision),
                "change": encode(one.intent.change),
                **_outcome(one.receipt),
            },
        )
        for one in sent
        if one.receipt is None or one.receipt.written
    ]
    await audit.append_all(connection, entries)


def _outcome(receipt: Receipt | None) -> dict[str, Any]:
    return {"receipt": encode(receipt)} if receipt else {"outcome": "unknown"}


def _before(sent: Sent) -> Any:
    """What the connector found just before it wrote, or what was seen last."""
    if sent.receipt and sent.receipt.before is not None:
        return sent.receipt.before
    return _standing(sent.seen, sent.intent.change) if sent.seen else None


def _standing(seen: IssueSnapshot, change: Change) -> Any:  # noqa: PLR0911 - one for each
    """The part of an issue that a change is about; of a comment whether there was one."""
    match change:
        case SetLabels(add, remove):
            return sorted(seen.labels & (add | remove))
        case Transition():
            return seen.status
        case SetRelease():
            return ", ".join(seen.releases)
        case UpsertComment():
            return change.comment_id
        case SetAssignee():
            return [one.tracker_id for one in seen.assignees]
        case SetFields(values):
            return {name: seen.written_fields.get(name, "") for name in values}
        case _:
            assert_never(change)
