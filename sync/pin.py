"""Pin a section of one issue to what a person said."""

from model.decisions import Override
from pool import audit, decisions, history
from pool.audit import Entry
from pool.database import Connection
from pool.history import Event, Origin
from pool.issues import StoredIssue
from sync.engine import Engine


async def pin(
    engine: Engine, connection: Connection, issue: StoredIssue, made: Override
) -> None:
    """Store an override of a locked issue, with its history and audit.

    An empty value lets the rules decide again. The caller decides on the issue.
    """
    standing = await decisions.find_overrides(connection, issue.id)
    before = standing.get(made.section)
    if made.value:
        await decisions.override(
            connection, engine.ids, issue.client_id, issue.id, made
        )
    else:
        await decisions.revoke(
            connection, issue.id, made.section, made.made_by, made.made_at
        )
    event = Event(
        happened_at=made.made_at,
        origin=Origin.PERSON,
        actor=made.made_by,
        field=made.section,
        before=before.value if before else None,
        after=made.value or None,
        note=made.reason,
    )
    await history.add(connection, engine.ids, issue.client_id, issue.id, [event])
    await audit.append(connection, _entry(issue, made, event))


def _entry(issue: StoredIssue, made: Override, event: Event) -> Entry:
    return Entry(
        at=made.made_at,
        actor=made.made_by,
        action=f"overrule {made.section}",
        subject=str(issue.snapshot.ref),
        cause=made.reason,
        client_id=issue.client_id,
        before=event.before,
        after=f"{event.after} {made.clause}" if made.clause else event.after,
    )
