"""Look, a hundred at a time, whether the stored issues are still in their tracker.

Polling shows no deletions, and GitLab has no webhook for them. A round goes over all
standing issues of a source once a day; whoever does not answer is read directly, and
only a second look a minute later makes a tombstone (:mod:`sync.fetch`).
"""

from collections.abc import Collection, Sequence

from connectors.base import Connector, FindsMissing
from model.errors import TrackerError
from pool import fetches, issues, sources
from pool.attention import Concern, raise_concern
from pool.database import Connection
from pool.due import SWEEP
from pool.sources import SourceRow
from sync.engine import Engine
from sync.trouble import has_failed, is_quiet, note_success, report_trouble

_BATCH = 100
_FEW = 5
_SUSPICIOUS_SHARE = 0.5


async def sweep(engine: Engine, name: str) -> int:
    """Look for the next hundred issues of the round; answers how many are missing.

    Where most are missing at once the permission is gone rather than the issues: a
    person has to look, and nothing is inferred.
    """
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or is_quiet(engine, source):
            return 0
        after = await sources.find_cursor(connection, source.id, SWEEP)
        batch = await issues.find_standing(connection, source.id, after or "", _BATCH)
    missing = await _find_missing(engine, source, batch) if after is not None else ()
    if missing is None:
        return 0
    async with engine.database.transaction() as connection:
        ends = after is None or len(batch) < _BATCH
        cursor = "" if ends else batch[-1]
        await sources.keep_cursor(connection, source.id, cursor, engine.clock(), SWEEP)
        await _doubt(engine, connection, source, batch, missing)
    return len(missing)


async def _find_missing(
    engine: Engine, source: SourceRow, batch: Sequence[str]
) -> Collection[str] | None:
    connector = engine.sources[source.name].connector
    if not batch:
        return ()
    try:
        missing = await _ask(connector, batch)
    except TrackerError as error:
        await report_trouble(engine, source, "sweep", error)
        return None
    if has_failed(source, "sweep"):
        await note_success(engine, source, "sweep")
    return missing


async def _ask(connector: Connector, batch: Sequence[str]) -> Collection[str]:
    if isinstance(connector, FindsMissing):
        return await connector.find_missing(batch)
    fetched = await connector.fetch(batch)
    return [*fetched.missing, *fetched.moved]


async def _doubt(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    batch: Sequence[str],
    missing: Collection[str],
) -> None:
    now = engine.clock()
    if len(missing) > max(_FEW, len(batch) * _SUSPICIOUS_SHARE):
        params = {"missing": str(len(missing)), "of": str(len(batch))}
        concern = Concern(
            code="many_issues_missing",
            subject=source.name,
            params=params,
            client_id=source.client_id,
            source_id=source.id,
        )
        await raise_concern(connection, engine.ids, concern, now)
    else:
        await fetches.ask(connection, source.id, missing, now, SWEEP)
