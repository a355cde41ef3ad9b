"""A tracker that is down is left alone, and only probed, until it answers again.

The breaker lies in the source's row, so that all processes share it (Nygard, *Release
It!*, "Circuit Breaker"). While it is open nothing but a poll is sent, by one process, one
an interval: a write would use its attempts up, and nobody would know its effect. What
waits is drained once a probe was answered.
"""

from datetime import timedelta

from model.errors import RetriableError, TrackerError
from pool import sources
from pool.attention import Concern, raise_concern, resolve
from pool.database import Connection
from pool.sources import SourceRow
from sync.engine import Engine

OPENS_AT = 5
"""Failures in a row."""

_PROBE_SECONDS = 30.0
_DOWN = "tracker_down"
_FAILURES = frozenset(
    {
        "unreachable",
        "timed_out",
        "unavailable",
        "server_error",
        "truncated",
        "cut_off",
        "not_json",
    }
)
"""Codes of answers, or of none, of a tracker that is down. One that limits our rate or
refuses us is not."""


def is_failure(error: TrackerError) -> bool:
    """Whether an error speaks for a tracker that is down."""
    return isinstance(error, RetriableError) and error.code in _FAILURES


def is_probe_due(engine: Engine, source: SourceRow) -> bool:
    """Whether an open breaker lets a probe through now."""
    quiet = source.not_before is not None and engine.clock() < source.not_before
    return source.broken_at is not None and source.paused_at is None and not quiet


async def claim_probe(
    engine: Engine, connection: Connection, source: SourceRow
) -> bool:
    """Be the one that probes; the others wait for the next interval."""
    until = engine.clock() + _interval(engine)
    return await sources.claim_probe(connection, source.id, engine.clock(), until)


async def count_failure(
    engine: Engine, connection: Connection, source: SourceRow
) -> bool:
    """One more failure in a row; answers whether the breaker is open now."""
    now = engine.clock()
    failures = await sources.count_failure(connection, source.id)
    if failures < OPENS_AT:
        return False
    await sources.open_breaker(connection, source.id, now, now + _interval(engine))
    concern = Concern(
        code=_DOWN,
        subject=source.name,
        params={"source": source.name, "failures": str(failures)},
        client_id=source.client_id,
        source_id=source.id,
    )
    await raise_concern(connection, engine.ids, concern, now)
    return True


async def close_breaker(
    engine: Engine, connection: Connection, source: SourceRow
) -> None:
    """The tracker answered: the row of failures is over, and what waits may go."""
    if await sources.close_breaker(connection, source.id):
        await resolve(connection, source.name, engine.clock(), _DOWN)


async def note_answer(engine: Engine, source: SourceRow) -> None:
    """The same where requests had failed before this look."""
    if source.failures or source.broken_at:
        async with engine.database.transaction() as connection:
            await close_breaker(engine, connection, source)


def _interval(engine: Engine) -> timedelta:
    """With jitter, so that the processes of many pools do not probe in step."""
    return timedelta(seconds=_PROBE_SECONDS * engine.random.uniform(0.7, 1.3))
