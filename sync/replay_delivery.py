"""A person has a delivery looked at again that was not understood."""

from uuid import UUID

from pool import audit, quarantine, sources
from pool.audit import Entry
from sync.engine import Engine


async def replay_delivery(
    engine: Engine, delivery: UUID, by: str, reason: str = ""
) -> None:
    """Ingest it again; without a body the whole source is read again instead.

    A delivery is only a hint, so that taking it twice changes nothing.

    Raises:
        BodyGone: it was dealt with long ago.
        LookupError: it is not in quarantine.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("replaying a delivery needs a name")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        found = await quarantine.lock_quarantined(connection, delivery)
        if found is None:
            await quarantine.check_body(connection, delivery)
            raise LookupError(delivery)
        if found.size is None:
            await sources.ask_repoll(connection, found.source_id, now)
            outcome = {"reason": found.reason, "replayed": "read the source again"}
            await quarantine.ignore(connection, delivery, outcome, now)
        else:
            await quarantine.take_back(connection, delivery)
        await quarantine.resolve_reason(connection, found, now)
        entry = Entry(
            at=now,
            actor=by,
            action="replay delivery",
            subject=f"{found.source}:{delivery}",
            cause=reason,
            client_id=found.client_id,
            before={"reason": found.reason},
        )
        await audit.append(connection, entry)
    await engine.wake("ingest", found.source)
