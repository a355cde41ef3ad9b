"""A person lets a source rest: what is delivered is kept, nothing is asked or written."""

from pool import sources
from pool.audit import Entry, append
from sync.engine import Engine


async def pause(engine: Engine, name: str, by: str, reason: str = "") -> None:
    """Neither poll, fetch nor write, until :func:`sync.resume.resume`.

    Writes that are on their way are not called back. A source that is paused already
    keeps since when, and takes the new reason.

    Raises:
        LookupError: there is no such source.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("pausing a source needs a name")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None:
            raise LookupError(name)
        await sources.note_pause(connection, source.id, now, by, reason)
        entry = Entry(now, by, "pause", f"source {name}", reason, source.client_id)
        await append(connection, entry)
