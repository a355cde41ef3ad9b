"""Have every source that may be asked checked."""

from pool import sources
from sync.engine import Engine
from sync.trouble import is_quiet


async def patrol(engine: Engine) -> None:
    """Wake a check of each source that is neither paused nor told to wait."""
    async with engine.database.transaction() as connection:
        known = await sources.find_all(connection)
    for row in known:
        if row.name in engine.sources and not is_quiet(engine, row):
            await engine.wake("check", row.name)
