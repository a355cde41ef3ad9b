"""Ask a tracker's own log what happened to issues since they were stored."""

from collections.abc import Mapping, Sequence

from connectors.base import TellsEdits
from model.edits import Edit
from model.errors import PermanentError
from model.issues import IssueSnapshot
from pool import issues
from pool.sources import SourceRow
from sync.engine import Engine


async def trace(
    engine: Engine, source: SourceRow, snapshots: Sequence[IssueSnapshot]
) -> Mapping[str, Sequence[Edit]]:
    """Edits of those that are stored in an older state, by tracker id.

    Two observations show what differs in the end; who changed what, and what was
    changed back in between, only the log knows. A log that we may not read tells
    nothing, and the difference has to do.

    Raises:
        RetriableError: later; what was observed is then observed again.
    """
    connector = engine.sources[source.name].connector
    if not isinstance(connector, TellsEdits):
        return {}
    seen = {one.ref.tracker_id: one.updated_at for one in snapshots}
    async with engine.database.transaction() as connection:
        stored = await issues.find_updated_at(connection, source.id, list(seen))
    since = {one: at for one, at in stored.items() if at < seen[one]}
    try:
        return await connector.fetch_edits(since) if since else {}
    except PermanentError:
        return {}
