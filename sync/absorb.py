"""Absorb observed issues: newer state wins, is decided on, and wants its writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from model.changes import Base
from model.decisions import PoolState
from model.edits import Edit
from model.issues import IssueSnapshot
from model.signs import Observed
from pool import attention, fetches, history, issues, raisings, requirements
from pool.attention import Concern
from pool.database import Connection, DatabaseGone, hold_source
from pool.history import Event, Origin
from pool.issues import StoredIssue, content_hash_of
from pool.moves import hand_on_overrides
from pool.raisings import Awaited, find_awaited
from pool.schema import StateOrigin
from pool.sources import SourceRow
from sync.accept import Acceptance, Observation, accept
from sync.compare import compare
from sync.decide import decide
from sync.engine import Engine
from sync.follow import find_origin, follow
from sync.obey import obey
from sync.prepare import prepare
from sync.sitting import Sitting, open_sitting
from sync.trace import trace
from sync.weave import weave


class Cause(StrEnum):
    """What made us look at an issue."""

    WEBHOOK = "webhook"
    POLL = "poll"
    BACKFILL = "backfill"
    READ_BACK = "read_back"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some observations from one answer.

    Attributes:
        read: drawn before the request was sent.
        direct: the issues were asked for by their ids.
    """

    snapshots: Sequence[IssueSnapshot]
    read: int
    direct: bool
    cause: Cause


@dataclass(slots=True)
class Absorbed:
    """What became of a batch, in issues, and the writes that follow from it."""

    new: int = 0
    changed: int = 0
    same: int = 0
    unsure: int = 0
    failed: int = 0
    writes: int = 0


async def absorb(engine: Engine, source: SourceRow, batch: Batch) -> Absorbed:
    """Take a batch into the pool in one transaction, a savepoint for each issue.

    An issue that cannot be absorbed goes to attention and is read again later; the
    others are not held up by it.
    """
    done = Absorbed()
    if not batch.snapshots:
        return done
    await prepare(engine, source.project_id, batch.snapshots)
    edits = await trace(engine, source, batch.snapshots)
    async with engine.database.transaction() as connection:
        await hold_source(connection, source.id)
        tracker_ids = [snapshot.ref.tracker_id for snapshot in batch.snapshots]
        known = await issues.lock_by_tracker(connection, source.id, tracker_ids)
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            await _miss_ruleset(engine, connection)
        awaited = await find_awaited(connection, source.id)
        one = _One(engine, connection, source, batch, edits, sitting, awaited, done)
        for snapshot in batch.snapshots:
            await one.try_absorb(known.get(snapshot.ref.tracker_id), snapshot)
            if snapshot.moved_to:  # others of the batch may be its requirement's now
                known = await issues.lock_by_tracker(connection, source.id, tracker_ids)
    if done.writes:
        await engine.wake("deliver", source.name)
    if done.unsure or done.failed:
        await engine.wake("fetch", source.name)
    return done


async def _miss_ruleset(engine: Engine, connection: Connection) -> None:
    concern = Concern("no_ruleset", "ruleset", {})
    await attention.raise_concern(connection, engine.ids, concern, engine.clock())


@dataclass(frozen=True, slots=True)
class _One:
    """Absorbs one issue after the other of a batch."""

    engine: Engine
    connection: Connection
    source: SourceRow
    batch: Batch
    edits: Mapping[str, Sequence[Edit]]
    sitting: Sitting | None
    awaited: Sequence[Awaited]
    done: Absorbed

    async def try_absorb(
        self, stored: StoredIssue | None, snapshot: IssueSnapshot
    ) -> None:
        try:
            async with self.connection.transaction():
                await self._absorb(stored, snapshot)
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - one item must not hold up a batch
            self.done.failed += 1
            self._tell(snapshot, "failed")
            await self._set_aside(snapshot, error)

    async def _absorb(
        self, stored: StoredIssue | None, snapshot: IssueSnapshot
    ) -> None:
        if stored is None:
            await self._go_on(await self._add(snapshot), snapshot)
            self.done.new += 1
            self._tell(snapshot, "new")
            return
        seen = Observation(
            updated_at=snapshot.updated_at,
            content_hash=content_hash_of(snapshot),
            read=self.batch.read,
            direct=self.batch.direct,
        )
        match accept(stored, seen):
            case Acceptance.NEWER:
                issue = await self._replace(stored, snapshot, seen)
                await self._go_on(issue, snapshot, stored.snapshot.moved_to)
                self.done.changed += 1
                self._tell(snapshot, "changed")
            case Acceptance.UNSURE:
                await self._look_again(stored, seen)
                self._tell(snapshot, "unsure")
            case Acceptance.SAME:
                await self._remember(stored, self._weave(stored, ()))
                self.done.same += 1
            case Acceptance.OLDER:
                self.done.same += 1

    def _tell(self, snapshot: IssueSnapshot, outcome: str) -> None:
        issue = snapshot.ref.tracker_id
        sign = Observed(self.source.name, issue, outcome, self.batch.cause)
        self.engine.tell(sign)

    async def _go_on(
        self, issue: StoredIssue, snapshot: IssueSnapshot, moved_before: str = ""
    ) -> None:
        """Decide on the issue, unless it goes on elsewhere."""
        if snapshot.moved_to:
            await follow(self.engine, self.connection, issue, moved_before)
        else:
            issue, obeyed = await self._obey(issue, snapshot)
            await self._decide(issue, "command" if obeyed else self.batch.cause)

    async def _add(self, snapshot: IssueSnapshot) -> StoredIssue:
        engine, now = self.engine, self.engine.clock()
        raised = next((one for one in self.awaited if one.is_(snapshot)), None)
        moved = await find_origin(self.connection, self.source, snapshot)
        origin = moved or raised
        issue = StoredIssue(
            id=engine.ids(),
            number=0,
            client_id=self.source.client_id,
            project_id=self.source.project_id,
            source_id=self.source.id,
            snapshot=snapshot,
            content_hash=content_hash_of(snapshot),
            read=self.batch.read,
            write_read=0,
            base=Base(),
            requirement_id=origin.requirement_id if origin else engine.ids(),
            requirement_state=origin.state if origin else PoolState.NEW,
            state_origin=origin.state_origin if origin else StateOrigin.RULES,
            comment_count=len(snapshot.comments or ()),
        )
        await issues.add(
            self.connection, issue, engine.ids(), now, has_requirement=bool(origin)
        )
        if moved:
            await hand_on_overrides(self.connection, moved.id, issue.id)
        if raised:
            await raisings.link(self.connection, raised.id, issue.id)
        await issues.replace_comments(
            self.connection, issue, snapshot.comments or (), now
        )
        return issue

    async def _replace(
        self, stored: StoredIssue, snapshot: IssueSnapshot, seen: Observation
    ) -> StoredIssue:
        before = await issues.find_comments(self.connection, stored.id)
        events = self._weave(stored, compare(stored, before, snapshot))
        comments = before if snapshot.comments is None else snapshot.comments
        ours = stored.base.comment_id
        issue = replace(
            stored,
            snapshot=snapshot,
            content_hash=seen.content_hash,
            read=max(stored.read, seen.read),
            priority_raised_at=_raised_at(stored, snapshot),
            comment_count=sum(comment.tracker_id != ours for comment in comments),
            deleted_at=None,
        )
        now = self.engine.clock()
        await issues.replace_content(self.connection, issue, now)
        await issues.replace_comments(self.connection, issue, comments, now)
        await self._remember(issue, events)
        if any(event.origin is Origin.TRACKER for event in events):
            await requirements.touch(self.connection, issue.requirement_id, now)
        return issue

    def _weave(self, stored: StoredIssue, events: Sequence[Event]) -> list[Event]:
        edits = self.edits.get(stored.snapshot.ref.tracker_id, ())
        return weave(stored, events, edits)

    async def _remember(self, issue: StoredIssue, events: Sequence[Event]) -> None:
        place = (issue.client_id, issue.id)
        await history.add(self.connection, self.engine.ids, *place, events)

    async def _obey(
        self, issue: StoredIssue, snapshot: IssueSnapshot
    ) -> tuple[StoredIssue, bool]:
        project = self.source.project_id
        zone = self.sitting.ruleset_of(project).zone if self.sitting else UTC
        comments = snapshot.comments or ()
        return await obey(self.engine, self.connection, issue, comments, zone)

    async def _decide(self, issue: StoredIssue, cause: str) -> None:
        if self.sitting is not None:
            self.done.writes += await decide(self.sitting, issue, cause)

    async def _look_again(self, stored: StoredIssue, seen: Observation) -> None:
        self.done.unsure += 1
        regress = seen.as_regress() if seen.direct else stored.regress
        await issues.note_read(self.connection, stored.id, stored.read, regress)
        tracker_id = stored.snapshot.ref.tracker_id
        now = self.engine.clock()
        await fetches.ask(self.connection, self.source.id, [tracker_id], now, "unsure")

    async def _set_aside(self, snapshot: IssueSnapshot, error: Exception) -> None:
        now = self.engine.clock()
        concern = Concern(
            code="issue_not_absorbed",
            subject=str(snapshot.ref),
            params={"key": snapshot.key, "error": f"{type(error).__name__}: {error}"},
            client_id=self.source.client_id,
            source_id=self.source.id,
        )
        await attention.raise_concern(self.connection, self.engine.ids, concern, now)
        await fetches.set_aside(
            self.connection, self.source.id, snapshot.ref.tracker_id, now
        )


def _raised_at(stored: StoredIssue, snapshot: IssueSnapshot) -> datetime | None:
    before, after = stored.snapshot.urgency, snapshot.urgency
    raised = after is not None and (before is None or after.rank < before.rank)
    return snapshot.updated_at if raised else stored.priority_raised_at
