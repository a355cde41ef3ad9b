"""Read a source from its beginning; safe to repeat and to interrupt."""

from pool import sources
from sync.absorb import Absorbed
from sync.engine import Engine
from sync.poll import Progress, poll


async def backfill(
    engine: Engine, name: str, progress: Progress, *, restart: bool = False
) -> Absorbed | None:
    """Read everything, or go on where an interrupted backfill was.

    Args:
        engine: the surroundings.
        name: of the source.
        progress: told after each page.
        restart: forget the cursor and look at every issue again.
    """
    if restart:
        async with engine.database.transaction() as connection:
            source = await sources.find(connection, name)
            if source is not None:
                await sources.drop_cursor(connection, source.id)
    return await poll(engine, name, progress)
