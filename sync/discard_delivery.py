"""A person ends a delivery that was not understood, and says why."""

from uuid import UUID

from pool import audit, quarantine
from pool.audit import Entry
from sync.engine import Engine


async def discard_delivery(
    engine: Engine, delivery: UUID, by: str, reason: str
) -> None:
    """Take a delivery out of quarantine without looking at it again; its row stays.

    Raises:
        BodyGone: it was dealt with long ago.
        LookupError: it is not in quarantine.
        ValueError: nobody's name, or no reason is given.
    """
    if not by.strip() or not reason.strip():
        raise ValueError("discarding a delivery needs a name and a reason")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        found = await quarantine.lock_quarantined(connection, delivery)
        if found is None:
            await quarantine.check_body(connection, delivery)
            raise LookupError(delivery)
        outcome = {"reason": found.reason, "discarded_by": by, "because": reason}
        await quarantine.ignore(connection, delivery, outcome, now)
        await quarantine.resolve_reason(connection, found, now)
        entry = Entry(
            at=now,
            actor=by,
            action="discard delivery",
            subject=f"{found.source}:{delivery}",
            cause=reason,
            client_id=found.client_id,
            before={"reason": found.reason},
        )
        await audit.append(connection, entry)
