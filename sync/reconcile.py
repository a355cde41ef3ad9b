"""Compare the pool with a tracker, issue by issue, and put right what can be."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from connectors.base import Page, Seeks
from model.errors import TrackerError
from model.issues import IssueSnapshot
from pool import audit, comments, fetches, issues, reconciliations, sources
from pool.audit import Entry
from pool.database import Connection
from pool.issues import StoredIssue
from pool.reconciliations import Example, Reconciliation, Stage
from pool.sources import SourceRow
from sync.differ import OURS, Difference, differ
from sync.engine import Engine
from sync.follow import recall_move
from sync.mend import Broken, mend
from sync.poll import Progress
from sync.trouble import is_quiet, report_trouble

_BATCH = 100
_OVERLAP = timedelta(minutes=5)
_LENGTH = 200
_NOT_IN_POOL, _NOT_IN_TRACKER = "not_in_pool", "not_in_tracker"


async def reconcile(
    engine: Engine,
    name: str,
    by: str,
    *,
    repair: bool = False,
    since: datetime | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Reconciliation:
    """Go through everything that a tracker lists, then through the pool's issues.

    What changed since the last poll is underway, and no difference yet. How far it came
    is committed after each hundred issues: one that was interrupted is gone on with, as
    it was begun. A source that is paused, waits or is down interrupts it, as a tracker
    that fails does; :attr:`Reconciliation.ended_at` is None then.

    Args:
        engine: the surroundings.
        name: of the source.
        by: whom the audit names.
        repair: absorb again what is theirs, and have written again what is ours.
        since: leave out issues that changed before; on the tracker's clock.
        progress: told after each batch.

    Raises:
        LookupError: there is no such source.
    """
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None:
            raise LookupError(name)
        found = await reconciliations.find_open(connection, source.id)
        each = found or Reconciliation(
            engine.ids(), source.id, engine.clock(), by, repair, since
        )
        await reconciliations.keep(connection, each)
    try:
        if await _go_on(engine, source, each, progress):
            await _end(engine, source, each)
    except TrackerError as error:
        await report_trouble(engine, source, "reconcile", error)
    return each


async def _go_on(
    engine: Engine, source: SourceRow, each: Reconciliation, progress: Progress
) -> bool:
    """False when it was interrupted."""
    if not await _may_ask(engine, source):
        return False
    if each.stage is Stage.LISTED:
        if not await _go_through_list(engine, source, each):
            return False
        each.stage, each.cursor = Stage.STORED, None
    while await _compare_batch(engine, source, each):
        progress(each.compared, None)
        if not await _may_ask(engine, source):
            return False
    return True


async def _may_ask(engine: Engine, source: SourceRow) -> bool:
    async with engine.database.transaction() as connection:
        row = await sources.find(connection, source.name)
    return row is not None and not is_quiet(engine, row)


async def _go_through_list(
    engine: Engine, source: SourceRow, each: Reconciliation
) -> bool:
    connector = engine.sources[source.name].connector
    if each.since and each.cursor is None and isinstance(connector, Seeks):
        each.cursor = await connector.seek(each.since)
    async for page in connector.fetch_changed(each.cursor):
        async with engine.database.transaction() as connection:
            await _look_for(engine, connection, source, each, page)
            each.cursor = page.cursor
            await reconciliations.keep(connection, each)
        if not await _may_ask(engine, source):
            return False
    return True


async def _look_for(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    each: Reconciliation,
    page: Page,
) -> None:
    """What the tracker lists and the pool lacks; what went on elsewhere is not there."""
    listed = {
        one.ref.tracker_id: one
        for one in page.snapshots
        if not one.moved_to and not _is_left_out(each, one)
    }
    standing = await reconciliations.find_standing_of(connection, source.id, listed)
    rest = [one for one in listed if one not in standing]
    gone = await issues.lock_by_tracker(connection, source.id, rest)
    lacking = [
        listed[one]
        for one in rest
        if not recall_move(gone.get(one), listed[one]).moved_to
    ]
    late = [one for one in lacking if not _is_underway(source, one)]
    each.underway += len(lacking) - len(late)
    for one in late:
        example = Example(one.key, "", one.title[:_LENGTH])
        each.note(_NOT_IN_POOL, example, repaired=each.repair)
    if each.repair:
        ids = [one.ref.tracker_id for one in late]
        await fetches.ask(connection, source.id, ids, engine.clock(), fetches.RECONCILE)


def _is_left_out(each: Reconciliation, one: IssueSnapshot) -> bool:
    return each.since is not None and one.updated_at < each.since


def _is_underway(source: SourceRow, one: IssueSnapshot) -> bool:
    """Whether the last completed poll may not have seen it as it is."""
    polled_at = source.last_poll_at
    return polled_at is None or one.updated_at > polled_at - _OVERLAP


async def _compare_batch(
    engine: Engine, source: SourceRow, each: Reconciliation
) -> int:
    async with engine.database.transaction() as connection:
        batch = await reconciliations.find_batch(connection, each, _BATCH)
        read = await sources.draw_read(connection)
    if not batch:
        return 0
    fetched = await engine.sources[source.name].connector.fetch(batch)
    async with engine.database.transaction() as connection:
        known = await issues.lock_by_tracker(connection, source.id, batch)
        broken = [
            found
            for one in fetched.snapshots
            if (found := await _compare(connection, source, each, known, one))
        ]
        read_well = {one.ref.tracker_id for one in fetched.snapshots}
        gone = [one for one in batch if one not in read_well]
        await _note_missing(engine, connection, source, each, known, gone)
    mended = await mend(engine, source, broken, read) if each.repair else frozenset()
    for one in broken:
        for difference in one.differences:
            repaired = (one.tracker_id, difference.kind) in mended
            each.note(difference.kind, _example(one, difference), repaired=repaired)
    each.compared += len(batch)
    each.cursor = batch[-1]
    async with engine.database.transaction() as connection:
        await reconciliations.keep(connection, each)
    return len(batch)


async def _compare(
    connection: Connection,
    source: SourceRow,
    each: Reconciliation,
    known: Mapping[str, StoredIssue],
    seen: IssueSnapshot,
) -> Broken | None:
    """What is different for good; what is on its way is counted alone."""
    stored = known.get(seen.ref.tracker_id)
    if stored is None:
        return None
    standing = await comments.find(connection, stored.id)
    found = list(differ(stored, standing, seen))
    wanted = await reconciliations.find_open_fields(connection, stored.id)
    late = [one for one in found if not _is_on_its_way(source, seen, wanted, one)]
    each.underway += len(found) > len(late)
    return Broken(seen, tuple(late)) if late else None


def _is_on_its_way(
    source: SourceRow, seen: IssueSnapshot, wanted: frozenset[str], one: Difference
) -> bool:
    if one.is_ours:
        return one.kind.removeprefix(OURS) in wanted
    return _is_underway(source, seen)


async def _note_missing(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    each: Reconciliation,
    known: Mapping[str, StoredIssue],
    missing: Collection[str],
) -> None:
    """One miss proves no deletion: it is looked for twice, and then a tombstone."""
    gone = [known[one].snapshot for one in missing if one in known]
    for one in gone:
        example = Example(one.key, one.title[:_LENGTH], "")
        each.note(_NOT_IN_TRACKER, example, repaired=each.repair)
    if each.repair:
        ids = [one.ref.tracker_id for one in gone]
        await fetches.ask(connection, source.id, ids, engine.clock(), fetches.RECONCILE)


def _example(one: Broken, difference: Difference) -> Example:
    pool, tracker = difference.pool[:_LENGTH], difference.tracker[:_LENGTH]
    return Example(one.seen.key, pool, tracker)


async def _end(engine: Engine, source: SourceRow, each: Reconciliation) -> None:
    each.ended_at = now = engine.clock()
    told = {kind: tally.count for kind, tally in each.found.items()}
    entry = Entry(
        at=now,
        actor=each.made_by,
        action="reconcile",
        subject=f"source {source.name}",
        cause="repair" if each.repair else "",
        client_id=source.client_id,
        after={"compared": each.compared, "remaining": each.remaining, "found": told},
    )
    async with engine.database.transaction() as connection:
        await reconciliations.keep(connection, each)
        await audit.append(connection, entry)
    for verb in ("fetch", "deliver"):
        await engine.wake(verb, source.name)
