"""Drop by age what nobody needs any more, a little at a time."""

from datetime import timedelta

from pool.clearings import Clearable, Clearing, drop_some, note
from sync.engine import Engine

_BATCH = 1_000


async def clear(engine: Engine) -> int:
    """Drop bodies of deliveries and overtaken writes that were settled long ago.

    Each batch is committed, so that no transaction is long and a kill loses nothing.

    Returns:
        How many rows are gone.
    """
    kept = engine.retention
    days = {Clearable.BODIES: kept.body_days, Clearable.WRITES: kept.write_days}
    return sum([await _clear(engine, what, days[what]) for what in days if days[what]])


async def _clear(engine: Engine, what: Clearable, days: int) -> int:
    now = engine.clock()
    before, gone, end = now - timedelta(days=days), 0, None
    while True:
        async with engine.memory.turns, engine.database.transaction() as connection:
            end, dropped = await drop_some(connection, what, before, end, _BATCH)
            await note(connection, Clearing(what, now, before, dropped))
        gone += dropped
        if end is None:
            return gone
