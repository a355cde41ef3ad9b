"""Tell a person of deliveries that were kept and not applied."""

from pool.attention import Concern, raise_concern
from pool.database import Connection
from pool.sources import SourceRow
from sync.engine import Engine


async def report_quarantined(
    engine: Engine, connection: Connection, source: SourceRow, reason: str, times: int
) -> None:
    """One concern for all deliveries of a source that have the same reason."""
    concern = Concern(
        code="quarantined",
        subject=f"{source.name}:{reason}",
        params={"reason": reason},
        client_id=source.client_id,
        source_id=source.id,
    )
    await raise_concern(connection, engine.ids, concern, engine.clock(), times)
