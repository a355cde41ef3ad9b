"""Give each configured source its row in the pool, as soon as its project is there."""

from hashlib import sha256
from importlib.metadata import version

from pool import attention, sources
from pool.attention import Concern
from pool.database import Connection
from pool.runs import RENEWAL
from rules.decide import ENGINE
from sync.bind import REUSED, TAKEN
from sync.engine import Engine, Source

_GROUNDS = "grounds"
"""The stream that holds a hash of what a source decides by, instead of a cursor."""


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
        await _note_grounds(engine, connection, source)
        for code in ("source_unmapped", REUSED, TAKEN):
            await attention.resolve(connection, source.name, now, code)
        return True
    params = {"project": source.config.project}
    concern = Concern("source_unmapped", source.name, params)
    await attention.raise_concern(connection, engine.ids, concern, now)
    return False


async def _note_grounds(engine: Engine, connection: Connection, source: Source) -> None:
    """Files and versions change without a trace in the pool, and decisions with them."""
    row = await sources.find(connection, source.name)
    if row is None:
        return
    now, grounds = engine.clock(), _grounds_of(engine, source)
    before = await sources.find_cursor(connection, row.id, _GROUNDS)
    if before == grounds:
        return
    await sources.keep_cursor(connection, row.id, grounds, now, _GROUNDS)
    if before is not None:
        await sources.keep_cursor(connection, row.id, "", now, RENEWAL)


def _grounds_of(engine: Engine, source: Source) -> str:
    """Everything that a decision stands on and that is not in the pool."""
    config = source.config
    stands_on = (
        version("reqpool"),
        ENGINE,
        engine.matcher.engine,
        config.kind,
        sorted(config.status.items()),
        sorted(config.people.items()),
        sorted(config.write_fields.items()),
    )
    return sha256(repr(stands_on).encode()).hexdigest()
