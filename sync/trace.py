"""Ask a tracker's own log what happened to issues since they were stored."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from connectors.base import Log, TellsEdits
from model.edits import Edit
from model.errors import PermanentError
from model.issues import IssueSnapshot
from pool import issues
from pool.sources import SourceRow
from sync.engine import Engine

_NONE: Mapping[str, Log] = MappingProxyType({})


async def trace(
    engine: Engine,
    source: SourceRow,
    snapshots: Sequence[IssueSnapshot],
    logs: Mapping[str, Log] = _NONE,
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
    untold = {one: at for one, at in since.items() if one not in logs}
    try:
        told = {one: logs[one](at) for one, at in since.items() if one in logs}
        return {**told, **(await connector.fetch_edits(untold) if untold else {})}
    except PermanentError:
        return {}
