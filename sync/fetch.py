"""Read issues directly, up to a hundred at once, and absorb what is found."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import Fetched
from model.edits import Edit
from model.errors import TrackerError
from pool import fetches, history, issues, outbox, sources
from pool.database import Connection
from pool.fetches import READ_BACK, RECONCILE
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.outbox import Want
from pool.sources import SourceRow
from sync.absorb import Batch, Cause, absorb
from sync.engine import Engine
from sync.follow import follow
from sync.rehearse import rehearse
from sync.trace import trace
from sync.trouble import has_failed, is_quiet, note_success, report_trouble

_BATCH = 100
_CONFIRM_AFTER = timedelta(seconds=60)
_CAUSES = {
    "webhook": Cause.WEBHOOK,
    "quarantine": Cause.WEBHOOK,
    READ_BACK: Cause.READ_BACK,
}
"""Of the wishes to read; all others are looks of our own."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Some issues that were asked for at once, and what the tracker answered.

    Attributes:
        wanted: why, by tracker id.
        missed: of these, what the look before did not find.
        read: drawn before the request was sent.
        edits: what the tracker's log tells of them. Keeping a look asks no tracker, so
            that the next one is not sent beside another request.
    """

    source: SourceRow
    began_at: datetime
    wanted: Mapping[str, str]
    missed: frozenset[str]
    read: int
    fetched: Fetched
    edits: Mapping[str, Sequence[Edit]]


async def fetch(engine: Engine, name: str) -> int:
    """Drain a source's wishes to read issues; answers how many were settled.

    A wish that is read and stays (it came from a process whose clock is ahead) is left
    to the next look, or the tracker would be asked without a pause.
    """
    count, ahead = 0, None
    while look := ahead or await _look(engine, name):
        settled, ahead = await _take(engine, look)
        if not settled:
            break
        count += settled
    return count


async def _look(
    engine: Engine, name: str, beside: Collection[str] = ()
) -> _Look | None:
    """Read what is due, ``beside`` what is being kept; None for nothing, or no answer."""
    began_at = engine.clock()
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or is_quiet(engine, source):
            return None
        wanted = await fetches.find_due(
            connection, source.id, began_at, _BATCH, beside=beside
        )
        missed = await fetches.take_missed(connection, source.id, wanted)
        read = await sources.begin_read(connection, source.id, began_at)
    if not wanted:
        return None
    answered = await _ask(engine, source, list(wanted))
    if answered is None:
        return None
    if has_failed(source, "fetch"):
        await note_success(engine, source, "fetch")
    return _Look(source, began_at, wanted, missed, read, *answered)


async def _ask(
    engine: Engine, source: SourceRow, wanted: Sequence[str]
) -> tuple[Fetched, Mapping[str, Sequence[Edit]]] | None:
    """What there is, and what happened to it; None when the tracker does not say."""
    try:
        fetched = await engine.sources[source.name].connector.fetch(wanted)
        edits = await trace(engine, source, fetched.snapshots, fetched.logs)
    except TrackerError as error:
        await report_trouble(engine, source, "fetch", error)
        return None
    return fetched, edits


async def _look_ahead(
    engine: Engine, name: str, beside: Collection[str]
) -> _Look | None:
    look = await _look(engine, name, beside)
    if look is not None:
        await rehearse(engine, look.source, look.fetched.snapshots)
    return look


async def _take(engine: Engine, look: _Look) -> tuple[int, _Look | None]:
    """Keep what was read; where there is surely more, it is read and compared meanwhile.

    Answers how many wishes are settled, and the next look.
    """
    if len(look.wanted) < _BATCH:
        return await _keep(engine, look), None
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(_keep(engine, look))
        ahead = group.create_task(_look_ahead(engine, look.source.name, look.wanted))
    return keeping.result(), ahead.result()


async def _keep(engine: Engine, look: _Look) -> int:
    source, wanted, fetched, read = look.source, look.wanted, look.fetched, look.read
    for batch in _batches(look):
        await absorb(engine, source, batch)
    async with engine.database.transaction() as connection:
        missing = {*fetched.missing, *_given_up(fetched, wanted)}
        if gone := [*missing, *fetched.moved]:  # before their wishes, as receipts do
            await issues.hold_by_tracker(connection, source.id, gone)
        found = wanted.keys() - missing
        settled = await fetches.finish(connection, source.id, found, look.began_at)
        await _let_go(engine, connection, source, fetched.moved, read)
        buried = await _bury(engine, connection, look, missing)
    return len(settled) + buried


def _given_up(fetched: Fetched, wanted: Mapping[str, str]) -> set[str]:
    """Of whose places nothing is seen, and which a person took for gone."""
    told = {one.ref.tracker_id for one in fetched.snapshots} | fetched.moved.keys()
    return {
        one for one, cause in wanted.items() if cause == RECONCILE and one not in told
    }


def _batches(look: _Look) -> Iterator[Batch]:
    """By what made us look: a person's event, or what we wanted to know ourselves."""
    snapshots = look.fetched.snapshots
    whys = [look.wanted.get(one.ref.tracker_id, "") for one in snapshots]
    causes = [_CAUSES.get(why, Cause.POLL) for why in whys]
    for cause in dict.fromkeys(causes):
        of_cause = [
            one for one, why in zip(snapshots, causes, strict=True) if why is cause
        ]
        yield Batch(of_cause, look.read, direct=True, cause=cause, edits=look.edits)


async def _let_go(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    moved: Mapping[str, str],
    read: int,
) -> None:
    """The tracker itself says where they went, so that needs no second look.

    What they are there may be another client's: only the key is kept. Without a hash
    any later state is news, also the one from before the move.
    """
    known = await issues.lock_by_tracker(connection, source.id, list(moved))
    for tracker_id, issue in known.items():
        came_from, key = issue.snapshot.moved_to, moved[tracker_id]
        if read > issue.read and (came_from != key or issue.deleted_at is None):
            snapshot = replace(issue.snapshot, moved_to=key)
            gone = replace(issue, snapshot=snapshot, content_hash="", read=read)
            await issues.replace_content(connection, [gone], engine.clock())
            await follow(engine, connection, gone, came_from)


async def _bury(
    engine: Engine, connection: Connection, look: _Look, missing: set[str]
) -> int:
    """A second look after a minute confirms a deletion; one miss proves nothing.

    Answers how many need no other look now.
    """
    now, source = engine.clock(), look.source.id
    first, again = missing - look.missed, missing & look.missed
    await fetches.note_missed(connection, source, first, now + _CONFIRM_AFTER)
    gone = await fetches.finish(connection, source, again, look.began_at)
    known = await issues.lock_by_tracker(connection, source, list(gone))
    for issue in known.values():
        if issue.deleted_at is None:
            await _leave_tombstone(engine, connection, issue, now)
    return len(first) + len(gone)


async def _leave_tombstone(
    engine: Engine, connection: Connection, issue: StoredIssue, now: datetime
) -> None:
    await issues.mark_deleted(connection, issue.id, now)
    await outbox.want(connection, engine.ids, [Want(issue)], now)
    event = Event(now, Origin.TRACKER, "", "deleted", None, now.isoformat())
    await history.add(connection, engine.ids, issue.client_id, issue.id, [event])
