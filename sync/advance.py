"""A person moves a requirement to another state of development."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from model.decisions import PoolState
from pool import audit, history, issues, requirements
from pool.audit import Entry
from pool.database import Connection
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.states import StateOrigin
from sync.decide import decide
from sync.engine import Engine
from sync.sitting import open_sitting


async def advance(
    engine: Engine, requirement: UUID, state: PoolState, reason: str, by: str
) -> None:
    """Set the state; the trackers of all its issues will show it.

    Raises:
        LookupError: there is no such requirement.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("moving a requirement needs a name")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        ids = await requirements.find_issue_ids(connection, requirement)
        if not ids:
            raise LookupError(requirement)
        sitting = await open_sitting(engine, connection)
        touched = await issues.lock(connection, ids)  # before what is common to them
        await requirements.move(connection, requirement, state, StateOrigin.PERSON, now)
        for issue in touched:
            event = _event(issue, state, reason, by, now)
            await _note(engine, connection, issue, event)
        moved = [
            replace(issue, requirement_state=state, state_origin=StateOrigin.PERSON)
            for issue in touched
        ]
        if sitting is not None:
            await decide(sitting, moved, "state")
    for name in sorted({issue.snapshot.ref.source for issue in touched}):
        await engine.wake("deliver", name)


def _event(
    issue: StoredIssue, state: PoolState, reason: str, by: str, now: datetime
) -> Event:
    before = issue.requirement_state.value
    return Event(now, Origin.PERSON, by, "state", before, state.value, reason)


async def _note(
    engine: Engine, connection: Connection, issue: StoredIssue, event: Event
) -> None:
    await history.add(connection, engine.ids, issue.client_id, issue.id, [event])
    entry = Entry(
        at=event.happened_at,
        actor=event.actor,
        action="move state",
        subject=str(issue.snapshot.ref),
        cause=event.note,
        client_id=issue.client_id,
        before=event.before,
        after=event.after,
    )
    await audit.append(connection, entry)
