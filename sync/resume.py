"""A person confirms a mass change: what a source's run wants is written."""

from pool import runs, sources
from pool.attention import resolve
from pool.audit import Entry, append
from sync.engine import Engine
from sync.weigh import MASS_CHANGE


async def resume(engine: Engine, name: str, by: str, reason: str = "") -> int:
    """Let a stopped source's writes go out; answers of how many issues.

    Raises:
        LookupError: no mass change of this source waits for a person.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("confirming a mass change needs a name")
    now = engine.clock()
    async with engine.database.transaction() as connection:
        source = await runs.lock_stopped(connection, name)
        if source is None:
            raise LookupError(name)
        count = await runs.release_held(connection, source)
        await sources.note_stop(connection, source, None)
        await resolve(connection, name, now, MASS_CHANGE)
        entry = Entry(now, by, "resume", f"source {name}", reason, after=count)
        await append(connection, entry)
    await engine.wake("deliver", name)
    return count
