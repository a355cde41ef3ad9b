"""Look at the clock and the committed rows, and start whatever is due.

The net under the wake-ups: a job that was lost with its process is found here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import floor
from zlib import crc32

from connectors.http import LONGEST_WAIT_SECONDS
from pool import runs, sources, waits
from pool.database import Connection
from pool.due import REDECIDE, Due, find_due
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
_RUNS_AT_ONCE = 32


async def tick(engine: Engine) -> Sequence[Due]:
    """Wake every verb that has something to do; answers which."""
    now = engine.clock()
    await _register_new(engine)
    async with engine.database.transaction() as connection:
        await waits.free_stranded(connection, now, _LONGEST)
        due = await find_due(connection, now)
        known = await sources.find_all(connection)
        sitting = await open_sitting(engine, connection)
        due.extend(await _find_runs(connection, sitting))
        if await is_index_due(engine, connection):
            due.append(Due("reindex", ""))
        if await is_judge_due(engine, connection):
            due.append(Due("judge", ""))
    due.extend(_due_polls(engine, known, now))
    started = [one for one in due if _can_start(engine, one)]
    for verb, source in started:
        await engine.wake(verb, source)
    return started


def _can_start(engine: Engine, due: Due) -> bool:
    """Of a source that is no longer configured there is only something to decide."""
    return due.source in engine.sources or due.verb == REDECIDE or not due.source


async def _find_runs(connection: Connection, sitting: Sitting | None) -> Sequence[Due]:
    """Sources in which some issues are to be decided on again, or a run to be weighed.

    A few at a time: a whole pool would be woken for longer than a tick may take.
    """
    if sitting is None:
        return ()
    waiting = await runs.find_waiting(
        connection, sitting.today, sitting.days, _RUNS_AT_ONCE
    )
    held = [one.name for one in await runs.find_holdings(connection)]
    return [Due(REDECIDE, name) for name in sorted({*waiting, *held})]


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
        if _is_poll_due(row, source.config.poll_seconds, now):
            yield Due("poll", row.name)


def _is_poll_due(row: SourceRow, poll_seconds: float, now: datetime) -> bool:
    """At the beginning of its turn, or when it was not looked at for as long as one."""
    polled_at = row.last_poll_at
    if polled_at is None:
        return True
    every = timedelta(seconds=poll_seconds)
    if row.repoll_at is not None:
        every = min(every, _REPOLL_EVERY)
    # abs: the clock may have been ahead when it was polled
    is_long_ago = abs(now - polled_at) >= every
    last, this = (_turn_of(row.name, poll_seconds, at) for at in (polled_at, now))
    return is_long_ago or this > last


def _turn_of(name: str, poll_seconds: float, at: datetime) -> int:
    """Of ``poll_seconds`` each; every source's begin at other moments.

    Or those that were started together would be polled in the same second ever after.
    """
    phase = crc32(name.encode()) / 2**32
    return floor(at.timestamp() / poll_seconds + phase)
