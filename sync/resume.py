"""A person lets a source go on that waits for them."""

from dataclasses import dataclass

from pool import runs, sources
from pool.attention import resolve
from pool.audit import Entry, append
from pool.database import Connection
from pool.sources import SourceRow
from sync.engine import Engine
from sync.weigh import MASS_CHANGE

_CATCH_UP = ("ingest", "fetch", "poll", "deliver")


@dataclass(frozen=True, slots=True)
class Resumed:
    """What went on.

    Attributes:
        was_paused: a person's pause is over.
        issues: to how many issues a confirmed mass change is written now.
        waits: a mass change still waits to be confirmed: resume once more.
    """

    was_paused: bool
    issues: int = 0
    waits: bool = False


async def resume(engine: Engine, name: str, by: str, reason: str = "") -> Resumed:
    """End a source's pause; of one that is not paused, confirm the mass change.

    The two are never done at once: who ends a pause has not looked at what a run wants
    to write.

    Raises:
        LookupError: the source waits for nobody.
        ValueError: nobody's name is given.
    """
    if not by.strip():
        raise ValueError("resuming a source needs a name")
    async with engine.database.transaction() as connection:
        source = await sources.lock_waiting(connection, name)
        if source is None:
            raise LookupError(name)
        if source.paused_at is not None:
            done = await _end_pause(engine, connection, source)
        else:
            done = await _confirm(engine, connection, source)
        now = engine.clock()
        told = {"was_paused": done.was_paused, "issues": done.issues}
        entry = Entry(now, by, "resume", f"source {name}", reason, after=told)
        await append(connection, entry)
    for verb in _CATCH_UP if done.was_paused else ("deliver",):
        await engine.wake(verb, name)
    return done


async def _end_pause(
    engine: Engine, connection: Connection, source: SourceRow
) -> Resumed:
    """What was missed is looked for at once, not at the next poll."""
    await sources.end_pause(connection, source.id)
    await sources.ask_repoll(connection, source.id, engine.clock())
    return Resumed(was_paused=True, waits=source.stopped_at is not None)


async def _confirm(
    engine: Engine, connection: Connection, source: SourceRow
) -> Resumed:
    count = await runs.release_held(connection, source.id)
    await sources.note_stop(connection, source.id, None)
    await resolve(connection, source.name, engine.clock(), MASS_CHANGE)
    return Resumed(was_paused=False, issues=count)
