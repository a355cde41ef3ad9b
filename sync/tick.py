"""Look at the clock and the committed rows, and start whatever is due.

The net under the wake-ups: a job that was lost with its process is found here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connectors.http import LONGEST_WAIT_SECONDS
from pool import runs, sources, waits
from pool.database import Connection
from pool.due import Due, find_due
from pool.sources import SourceRow
from sync.breaker import is_probe_due
from sync.engine import Engine
from sync.judge import is_judge_due
from sync.register import register
from sync.reindex import is_index_due
from sync.sitting import Sitting, open_sitting
from sync.trouble import is_quiet

_REPOLL_EVERY = timedelta(minutes=5)
_LONGEST = waits.Longest(
    own=timedelta(minutes=15), asked=timedelta(seconds=LONGEST_WAIT_SECONDS + 900)
)
"""With a quarter of an hour between the clocks of two hosts."""


async def tick(engine: Engine) -> Sequence[Due]:
    """Wake every verb that has something to do; answers which."""
    now = engine.clock()
    await _register_new(engine)
    async with engine.database.transaction() as connection:
        await waits.free_stranded(connection, now, _LONGEST)
        due = await find_due(connection, now)
        known = await sources.find_all(connection)
        sitting = await open_sitting(engine, connection)
        if await _is_run_due(connection, sitting):
            due.append(Due("redecide", ""))
        if await is_index_due(engine, connection):
            due.append(Due("reindex", ""))
        if await is_judge_due(engine, connection):
            due.append(Due("judge", ""))
    due.extend(_due_polls(engine, known, now))
    configured = [one for one in due if one.source in engine.sources or not one.source]
    for verb, source in configured:
        await engine.wake(verb, source)
    return configured


async def _is_run_due(connection: Connection, sitting: Sitting | None) -> bool:
    """Whether anything is to be decided on again, or what a run wants to be weighed."""
    if sitting is None:
        return False
    stale = await runs.find_undecided(connection, sitting.today, 1, sitting.days)
    return bool(stale or await runs.find_holdings(connection))


async def _register_new(engine: Engine) -> None:
    async with engine.database.transaction() as connection:
        known = {source.name for source in await sources.find_all(connection)}
    if engine.sources.keys() - known:
        await register(engine)


def _due_polls(
    engine: Engine, known: Sequence[SourceRow], now: datetime
) -> Iterator[Due]:
    for row in known:
        source = engine.sources.get(row.name)
        if source is not None and is_probe_due(engine, row):
            yield Due("poll", row.name)
        if source is None or is_quiet(engine, row):
            continue
        every = timedelta(seconds=source.config.poll_seconds)
        if row.repoll_at is not None:
            every = min(every, _REPOLL_EVERY)
        # abs: the clock may have been ahead when it was polled
        if row.last_poll_at is None or abs(now - row.last_poll_at) >= every:
            yield Due("poll", row.name)
