"""Ask a tracker for everything that changed since the last completed look."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from model.errors import TrackerError
from pool import attention, sources
from pool.database import Connection
from pool.sources import SourceRow
from sync.absorb import Absorbed, Batch, Cause, absorb
from sync.breaker import claim_probe, note_answer
from sync.engine import Engine
from sync.note_budget import note_budget
from sync.note_hidden import note_hidden
from sync.take_stock import take_stock
from sync.trace import trace
from sync.trouble import is_quiet, report_trouble

Progress = Callable[[int, int | None], None]
"""Told how many issues are done, and of how many if the tracker says."""


async def poll(
    engine: Engine, name: str, progress: Progress = lambda _done, _total: None
) -> Absorbed | None:
    """Read all pages since the source's cursor; the first time that is everything.

    The cursor is kept after each page is stored, so that a killed poll goes on where
    it was. Webhooks may all be lost: this alone makes the pool complete.

    Returns:
        What became of the issues; None when the source is paused, unknown, told to
        wait, or failed on the way (which is then reported on the health page).
    """
    began_at = engine.clock()
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or not await _may_ask(engine, connection, source):
            return None
    try:
        read = await _read_pages(engine, source, progress)
    except TrackerError as error:
        await report_trouble(engine, source, "poll", error)
        return None
    if read is None:
        return None
    async with engine.database.transaction() as connection:
        await sources.note_poll(connection, source.id, began_at)
        await note_budget(engine, connection, source)
        await attention.resolve(connection, source.name, began_at)
        await note_hidden(engine, connection, source, read.hidden)
    return read.sums


class _Read(NamedTuple):
    """What a whole look brought, and the places that it could not see."""

    sums: Absorbed
    hidden: Mapping[str, str]


async def _may_ask(engine: Engine, connection: Connection, source: SourceRow) -> bool:
    """A poll is also what probes a tracker that was down."""
    if source.broken_at and not source.paused_at:
        return await claim_probe(engine, connection, source)
    return not is_quiet(engine, source)


async def _read_pages(
    engine: Engine, source: SourceRow, progress: Progress
) -> _Read | None:
    """One read number for the whole look: pages may be asked for ahead of their turn.

    None when the source was paused, or told to wait, between two pages.
    """
    async with engine.database.transaction() as connection:
        cursor = await sources.find_cursor(connection, source.id)
        read = await sources.begin_read(connection, source.id, engine.clock())
    cause = Cause.POLL if cursor else Cause.BACKFILL
    sums, done, expected = Absorbed(), 0, None
    hidden: Mapping[str, str] = {}
    connector = engine.sources[source.name].connector
    async for page in connector.fetch_changed(cursor):
        edits = await trace(engine, source, page.snapshots)
        batch = Batch(page.snapshots, read, direct=False, cause=cause, edits=edits)
        _add_up(sums, await absorb(engine, source, batch))
        if not done:
            await note_answer(engine, source)
        done, expected = done + len(page.snapshots), page.total
        hidden = page.hidden
        progress(done, expected)
        async with engine.database.transaction() as connection:
            await sources.keep_cursor(
                connection, source.id, page.cursor, engine.clock()
            )
            await note_budget(engine, connection, source)
            row = await sources.find(connection, source.name)
        if row is None or is_quiet(engine, row):
            return None
    if cause is Cause.BACKFILL:
        await take_stock(engine, source, done, expected)
    return _Read(sums, hidden)


def _add_up(sums: Absorbed, part: Absorbed) -> None:
    for name in Absorbed.__slots__:
        setattr(sums, name, getattr(sums, name) + getattr(part, name))
