"""Make the issues that people want raised in a source; part of its delivery.

No tracker takes an idempotency key. An issue carries a mark, and before it is made the
connector looks for one that has it; after a lost answer it waits until the tracker's
search has surely caught up.
"""

from datetime import timedelta
from typing import Any

from connectors.base import RaisesIssues
from model.changes import Raised
from model.errors import Conflict, PermanentError, RetriableError, TrackerError
from pool import audit, fetches, raisings, sources
from pool.attention import Concern, raise_concern, resolve
from pool.audit import Entry
from pool.database import Connection
from pool.raisings import Raising
from pool.sources import SourceRow
from sync.engine import Engine
from sync.trouble import MOST_ATTEMPTS, back_off, is_quiet
from sync.watch import watch

_LEASE = timedelta(seconds=120)
_SEARCH_LAG = timedelta(seconds=120)


async def raise_issues(engine: Engine, name: str) -> int:
    """Make what is due; answers how many were made, or found made."""
    connector = engine.sources[name].connector
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or is_quiet(engine, source):
            return 0
        due = await raisings.claim(connection, source.id, engine.clock(), _LEASE)
    if not due or not isinstance(connector, RaisesIssues):
        return 0
    async with watch(engine, source, ()):
        return sum([await _raise_one(engine, source, connector, one) for one in due])


async def _raise_one(
    engine: Engine, source: SourceRow, connector: RaisesIssues, raising: Raising
) -> bool:
    async with engine.database.transaction() as connection:
        if not await raisings.is_claimed(connection, raising, engine.clock()):
            return False  # others of the batch took their time
    try:
        raised = await connector.raise_issue(raising.draft)
    except (RetriableError, Conflict) as error:
        if raising.attempts >= MOST_ATTEMPTS:
            await _give_up(engine, source, raising, error)
            return False
        until = back_off(engine, raising.attempts, error)
        until = max(until, engine.clock() + _SEARCH_LAG)
        async with engine.database.transaction() as connection:
            await raisings.postpone(connection, raising, _told(error), until)
        return False
    except PermanentError as error:
        await _give_up(engine, source, raising, error)
        return False
    async with engine.database.transaction() as connection:
        await _settle(engine, connection, source, raising, raised)
    return True


async def _settle(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    raising: Raising,
    raised: Raised,
) -> None:
    now = engine.clock()
    if not await raisings.settle(connection, raising, raised.tracker_id, now):
        return
    await fetches.ask(connection, source.id, [raised.tracker_id], now, "raised")
    await resolve(connection, _subject(raising), now)
    entry = Entry(
        at=now,
        actor="reqpool",
        action="write issue",
        subject=f"{source.name}:{raised.tracker_id}",
        cause=str(raising.id),
        client_id=raising.client_id,
        after={"key": raised.key, "by": raising.made_by},
    )
    await audit.append(connection, entry)


async def _give_up(
    engine: Engine, source: SourceRow, raising: Raising, error: TrackerError
) -> None:
    now = engine.clock()
    concern = Concern(
        code=error.code,
        subject=_subject(raising),
        params={"key": raising.draft.title.text, **error.params},
        client_id=raising.client_id,
        source_id=source.id,
    )
    async with engine.database.transaction() as connection:
        await raisings.bury(connection, raising, _told(error), now)
        await raise_concern(connection, engine.ids, concern, now)


def _subject(raising: Raising) -> str:
    return f"raising:{raising.id}"


def _told(error: TrackerError) -> dict[str, Any]:
    return {"code": error.code, **error.params}
