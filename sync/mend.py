"""Put issues right that the pool and their tracker hold differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from model.changes import Base
from model.issues import IssueSnapshot
from pool import comments, issues, reconciliations
from pool.database import Connection, hold_source
from pool.issues import Rebased, StoredIssue
from pool.sources import SourceRow
from sync.absorb import Batch, Cause, absorb
from sync.decide import decide
from sync.differ import OURS, Difference, differ
from sync.engine import Engine
from sync.sitting import open_sitting
from sync.trace import trace


@dataclass(frozen=True, slots=True)
class Broken:
    """An issue as its tracker shows it, and in what the pool differs."""

    seen: IssueSnapshot
    differences: Sequence[Difference]

    @property
    def tracker_id(self) -> str:
        """Of the issue."""
        return self.seen.ref.tracker_id


async def mend(
    engine: Engine, source: SourceRow, broken: Sequence[Broken], read: int
) -> frozenset[tuple[str, str]]:
    """Absorb again what is theirs; have what is ours wanted, and so written, again.

    Args:
        engine: the surroundings.
        source: of all of them.
        broken: as direct answers showed them.
        read: drawn before these were asked for.

    Returns:
        What is as it should be now, or will be when the outbox is drained: tracker id
        and kind.
    """
    theirs = [one for one in broken if any(not it.is_ours for it in one.differences)]
    if theirs:
        await _absorb_again(engine, source, theirs, read)
    async with engine.database.transaction() as connection:
        await hold_source(connection, source.id)
        await _want_again(engine, connection, source, broken)
        known = await _lock(connection, source, broken)
        mended = [await _find_mended(connection, known, one) for one in broken]
    return frozenset(pair for pairs in mended for pair in pairs)


async def _absorb_again(
    engine: Engine, source: SourceRow, theirs: Sequence[Broken], read: int
) -> None:
    async with engine.database.transaction() as connection:
        ids = [one.tracker_id for one in theirs]
        await reconciliations.forget_content(connection, source.id, ids)
    seen = [one.seen for one in theirs]
    edits = await trace(engine, source, seen)
    batch = Batch(seen, read, direct=True, cause=Cause.POLL, edits=edits)
    await absorb(engine, source, batch)


async def _lock(
    connection: Connection, source: SourceRow, broken: Sequence[Broken]
) -> Mapping[str, StoredIssue]:
    ids = [one.tracker_id for one in broken]
    return await issues.lock_by_tracker(connection, source.id, ids)


async def _want_again(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    broken: Sequence[Broken],
) -> None:
    """Decide on what the tracker really holds of ours."""
    sitting = await open_sitting(engine, connection)
    known = await _lock(connection, source, broken)
    for one in broken:
        issue = known.get(one.tracker_id)
        if sitting and issue and any(it.is_ours for it in one.differences):
            base = _as_held(issue.base, one.seen)
            await issues.keep_bases(connection, [Rebased(issue.id, base)])
            await decide(sitting, [replace(issue, base=base)], "reconcile")


def _as_held(base: Base, seen: IssueSnapshot) -> Base:
    standing = {comment.tracker_id for comment in seen.comments or ()}
    base = replace(base, labels=base.labels & seen.labels)
    if seen.comments is None or base.comment_id in standing:
        return base
    return replace(base, comment_id=None, comment_hash="")


async def _find_mended(
    connection: Connection, known: Mapping[str, StoredIssue], one: Broken
) -> set[tuple[str, str]]:
    issue = known.get(one.tracker_id)
    if issue is None:
        return set()
    stored = await comments.find(connection, issue.id)
    wanted = await reconciliations.find_open_fields(connection, issue.id)
    left = {it.kind for it in differ(issue, stored, one.seen)}
    unwritten = {
        it.kind
        for it in one.differences
        if it.is_ours and it.kind.removeprefix(OURS) not in wanted
    }
    kinds = {it.kind for it in one.differences}
    return {(one.tracker_id, kind) for kind in kinds - left - unwritten}
