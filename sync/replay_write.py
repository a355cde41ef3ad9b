"""A person has a write tried again: never before its issue was read back."""

from pool import attention, audit, fetches, writes
from pool.audit import Entry
from pool.states import OutboxState
from pool.writes import SettledError, Write
from sync.engine import Engine

_REPLAYED = frozenset({OutboxState.PENDING, OutboxState.DEAD, OutboxState.DISCARDED})


async def replay_write(engine: Engine, number: int, by: str, reason: str = "") -> None:
    """Make a write pending again, as a new operation.

    Whether an earlier attempt had its effect is not known. So the issue is read first,
    and the outbox hands nothing out of an issue that is about to be read: what the
    tracker shows already is not written again.

    Raises:
        LookupError: there is no such write.
        SettledError: it was sent, or is being sent, something else is wanted by now, or
            its issue is gone.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("replaying a write needs a name")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        write = await writes.find_write(connection, number)
        if write is None:
            raise LookupError(number)
        _refuse(write)
        operation = engine.ids()
        await writes.revive(connection, number, operation, now)
        wanted = [write.tracker_id]
        await fetches.ask(connection, write.source_id, wanted, now, "replay")
        subject = f"{write.issue_id}:{write.field}"
        await attention.resolve(connection, subject, now)
        entry = Entry(
            at=now,
            actor=by,
            action="replay write",
            subject=f"{write.source}:{write.tracker_id}",
            cause=reason,
            client_id=write.client_id,
            before={"number": number, "state": write.state, "error": write.error},
            after={"operation": str(operation)},
        )
        await audit.append(connection, entry)
    await engine.wake("fetch", write.source)


def _refuse(write: Write) -> None:
    is_late = write.is_claimed or write.is_gone or not write.is_newest
    if is_late or write.state not in _REPLAYED:
        raise SettledError(write.number)
