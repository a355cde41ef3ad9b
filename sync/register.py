"""Give each configured source its row in the pool, as soon as its project is there."""

from pool import attention, sources
from pool.attention import Concern
from pool.database import Connection
from sync.bind import REUSED, TAKEN
from sync.engine import Engine, Source


async def register(engine: Engine) -> tuple[str, ...]:
    """Register every configured source; answers those whose project is missing.

    ``reqpool apply`` makes projects; until then a source is neither read nor written.
    """
    async with engine.database.transaction() as connection:
        return tuple(
            [
                source.name
                for source in engine.sources.values()
                if not await _register(engine, connection, source)
            ]
        )


async def _register(engine: Engine, connection: Connection, source: Source) -> bool:
    is_mapped = await sources.register(
        connection,
        engine.ids,
        name=source.name,
        kind=source.config.kind,
        base_url=source.config.base_url,
        project=source.config.project,
        seal=source.config.seal(source.config.base_url),
    )
    now = engine.clock()
    if is_mapped:
        for code in ("source_unmapped", REUSED, TAKEN):
            await attention.resolve(connection, source.name, now, code)
        return True
    params = {"project": source.config.project}
    concern = Concern("source_unmapped", source.name, params)
    await attention.raise_concern(connection, engine.ids, concern, now)
    return False
