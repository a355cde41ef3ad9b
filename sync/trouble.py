"""What a failed request to a tracker means for its source."""

from datetime import datetime, timedelta

from model.errors import RetriableError, TrackerError
from pool import sources
from pool.attention import Concern, raise_concern
from pool.database import Connection
from pool.due import REDECIDE
from pool.sources import SourceRow
from sync.breaker import close_breaker, count_failure, is_failure
from sync.engine import Engine
from sync.note_budget import note_budget
from sync.report_leak import LEAK, report_leak

MOST_ATTEMPTS = 12
"""Of a write; then it is a dead letter."""

LIMITED = "rate_limited"

_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 600.0
"""With its spread thirteen minutes: twenty after a tracker is well again all is written."""


def back_off(engine: Engine, attempts: int, error: TrackerError) -> datetime:
    """When to try again: never before the tracker said, and later every time."""
    patience = min(
        _FIRST_WAIT_SECONDS * 2 ** max(attempts - 1, 0), _LONGEST_WAIT_SECONDS
    )
    wait = patience * engine.random.uniform(0.7, 1.3)
    until = engine.clock() + timedelta(seconds=wait)
    return max(until, find_asked_until(engine, error) or until)


def find_asked_until(engine: Engine, error: TrackerError) -> datetime | None:
    """When the tracker said that it may be asked again, if it said anything."""
    if isinstance(error, RetriableError) and error.retry_after_seconds:
        return engine.clock() + timedelta(seconds=error.retry_after_seconds)
    return None


async def report_trouble(
    engine: Engine, source: SourceRow, verb: str, error: TrackerError
) -> None:
    """Leave the source alone for a while, and say why on the health page.

    The wait grows with each failure in a row, whichever verb failed; see
    :func:`note_success` for its end. Of a tracker that is down the breaker tells when
    it is looked at again.
    """
    failures = int((source.last_error or {}).get("failures", 0)) + 1
    until: datetime | None = back_off(engine, failures, error)
    told = {"code": error.code, **error.params, "failures": failures, "verb": verb}
    concern = Concern(
        code=error.code,
        subject=source.name,
        params=error.params,
        client_id=source.client_id,
        source_id=source.id,
    )
    async with engine.database.transaction() as connection:
        if not is_failure(error):
            await _note_refusal(engine, connection, source, error)
        elif await count_failure(engine, connection, source):
            until = find_asked_until(engine, error)
        await sources.note_error(connection, source.id, told, until)
        await note_budget(engine, connection, source)
        if error.code == LEAK:
            await report_leak(engine, connection, source, error)
        elif not isinstance(error, RetriableError):
            await raise_concern(connection, engine.ids, concern, engine.clock())


def has_failed(source: SourceRow, verb: str) -> bool:
    """Whether a success of this verb ends anything."""
    return source.failures > 0 or (source.last_error or {}).get("verb") == verb


async def note_success(engine: Engine, source: SourceRow, verb: str) -> None:
    """The tracker answered, and the verb that failed last ends a row of failures.

    Another verb does not: with a token that may write and not read, say, each write
    would have us read again at once. A whole poll ends any row.
    """
    async with engine.database.transaction() as connection:
        await close_breaker(engine, connection, source)
        await sources.end_row(connection, source.id, verb)


async def _note_refusal(
    engine: Engine, connection: Connection, source: SourceRow, error: TrackerError
) -> None:
    """A tracker that refuses is not down."""
    if source.broken_at and not isinstance(error, RetriableError):
        await close_breaker(engine, connection, source)


async def report_failure(
    engine: Engine, verb: str, name: str, error: Exception
) -> None:
    """A verb ended by an error of ours: a line on the health page, and a pause."""
    now = engine.clock()
    told = _tell(error)
    concern = Concern("verb_failed", f"{verb}:{name}", {"verb": verb, "error": told})
    async with engine.database.transaction() as connection:
        await raise_concern(connection, engine.ids, concern, now)
        source = await sources.find(connection, name)
    if source is not None and verb != REDECIDE:
        await report_trouble(engine, source, verb, RetriableError("verb_failed"))


def _tell(error: Exception) -> str:
    """Of what went wrong side by side, the first."""
    if isinstance(error, ExceptionGroup):
        return _tell(error.exceptions[0])
    return f"{type(error).__name__}: {error}"


def is_quiet(engine: Engine, source: SourceRow) -> bool:
    """Whether nothing may be sent: paused by a person, told to wait, or down."""
    waits = source.not_before is not None and engine.clock() < source.not_before
    return source.paused_at is not None or source.broken_at is not None or waits
