"""A person gives a write up, and says why."""

from pool import attention, audit, writes
from pool.audit import Entry
from pool.states import OutboxState
from pool.writes import SettledError
from sync.engine import Engine

_OPEN = frozenset({OutboxState.PENDING, OutboxState.HELD, OutboxState.DEAD})


async def discard_write(engine: Engine, number: int, by: str, reason: str) -> None:
    """End a write; the same one is not wanted again by itself, another one is.

    Raises:
        LookupError: there is no such write.
        SettledError: it is settled already, or being sent.
        ValueError: nobody's name, or no reason is given.
    """
    if not by.strip() or not reason.strip():
        raise ValueError("discarding a write needs a name and a reason")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        write = await writes.find_write(connection, number)
        if write is None:
            raise LookupError(number)
        if write.state not in _OPEN or write.is_claimed:
            raise SettledError(number)
        await writes.discard(connection, number, now)
        if write.is_newest:
            subject = f"{write.issue_id}:{write.field}"
            await attention.resolve(connection, subject, now)
        entry = Entry(
            at=now,
            actor=by,
            action="discard write",
            subject=f"{write.source}:{write.tracker_id}",
            cause=reason,
            client_id=write.client_id,
            before={"number": number, "state": write.state, "change": write.change},
        )
        await audit.append(connection, entry)
