"""Decide again on issues whose decision is older than today, or was set aside."""

from pool import issues
from pool.sources import find_all
from sync.decide import decide
from sync.engine import Engine
from sync.poll import Progress
from sync.sitting import open_sitting

_BATCH = 100


async def redecide(
    engine: Engine, progress: Progress = lambda _done, _total: None
) -> int:
    """Go through the pool in batches; each is committed, so that a kill loses nothing.

    A day boundary in the ruleset's time zone, an activated ruleset and an applied
    catalogue are what makes decisions old.
    """
    count = 0
    while done := await _redecide_batch(engine):
        count += done
        progress(count, None)
    if count:
        await _wake_all(engine)
    return count


async def _redecide_batch(engine: Engine) -> int:
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            return 0
        stale = await issues.find_undecided(connection, sitting.today, _BATCH)
        for issue in await issues.lock(connection, stale):
            await decide(sitting, issue, "redecide")
        return len(stale)


async def _wake_all(engine: Engine) -> None:
    async with engine.database.transaction() as connection:
        known = await find_all(connection)
    for source in known:
        await engine.wake("deliver", source.name)
