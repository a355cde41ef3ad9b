"""Keep what a tracker says of its rate limits where every process can show it."""

from pool import sources
from pool.database import Connection
from pool.sources import SourceRow
from sync.engine import Engine


async def note_budget(
    engine: Engine, connection: Connection, source: SourceRow
) -> None:
    """Write the source's budget down, as it stands in this process."""
    budget = engine.sources[source.name].budget
    if budget is not None:
        await sources.note_budget(connection, source.id, budget.get_standing())
