"""Weigh what a run wants to write: let it out, or ask a person first."""

from pool import runs, sources
from pool.attention import Concern, raise_concern, resolve
from pool.database import Connection
from pool.runs import Holding
from pool.sources import SourceRow
from sync.engine import Engine

MASS_CHANGE = "mass_change"


async def weigh(engine: Engine, source: SourceRow) -> bool:
    """Look at a source, if the run has reached all of its issues.

    Writes of a run are held. If they concern no more than the source's share of its
    issues they go out now, else they stay until :func:`sync.resume.resume`; another
    run, such as that of a rollback, wants other writes and is weighed anew. Nothing but
    committed rows is looked at, so a process that dies here leaves it to the next one.

    Returns:
        Whether it has writes that go out now.
    """
    async with engine.database.transaction() as connection:
        found = await runs.find_holdings(connection, source.id)
        return any([await _weigh_one(engine, connection, each) for each in found])


async def _weigh_one(engine: Engine, connection: Connection, holding: Holding) -> bool:
    if await _is_first_import_going_on(engine, connection, holding):
        return False
    if _is_mass_change(engine, holding):
        await _stop(engine, connection, holding)
        return False
    await sources.note_stop(connection, holding.source, None)
    await resolve(connection, holding.name, engine.clock(), MASS_CHANGE)
    return bool(await runs.release_held(connection, holding.source))


def _is_mass_change(engine: Engine, holding: Holding) -> bool:
    source = engine.sources.get(holding.name)
    if source is None:  # no longer configured: nothing can be sent anyway
        return False
    most = source.config.mass_change_share * holding.written
    return holding.changed >= source.config.mass_change_issues and (
        holding.changed > most
    )


async def _is_first_import_going_on(
    engine: Engine, connection: Connection, holding: Holding
) -> bool:
    source = engine.sources.get(holding.name)
    if source is None or not source.config.mass_change_first:
        return False
    row = await sources.find(connection, holding.name)
    return row is not None and row.last_poll_at is None


async def _stop(engine: Engine, connection: Connection, holding: Holding) -> None:
    concern = Concern(
        code="mass_change",
        subject=holding.name,
        params={
            "source": holding.name,
            "changed": holding.changed,
            "written": holding.written,
        },
        client_id=holding.client,
        source_id=holding.source,
    )
    now = engine.clock()
    await sources.note_stop(connection, holding.source, now)
    await raise_concern(connection, engine.ids, concern, now)
