"""Absorb observed issues: newer state wins, is decided on, and wants its writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from model.changes import Base
from model.decisions import PoolState
from model.edits import Edit
from model.issues import Comment, IssueSnapshot
from model.signs import Observed
from pool import (
    attention,
    comments,
    fetches,
    history,
    issues,
    raisings,
    requirements,
)
from pool.attention import Concern
from pool.comments import Talk
from pool.database import Connection, hold_source
from pool.history import Event, Origin, Told
from pool.issues import Added, StoredIssue, content_hash_of
from pool.moves import Placed, hand_on_overrides
from pool.raisings import Awaited, find_awaited
from pool.sources import SourceRow
from pool.states import StateOrigin
from sync.accept import Acceptance, Observation, accept
from sync.compare import compare
from sync.decide import decide
from sync.engine import Engine
from sync.follow import come_back, find_origin, follow, recall_move
from sync.obey import obey
from sync.part import part
from sync.prepare import prepare
from sync.single_out import single_out
from sync.sitting import Sitting, open_sitting
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
        edits: what the tracker's log tells of them, see :func:`sync.trace.trace`.
    """

    snapshots: Sequence[IssueSnapshot]
    read: int
    direct: bool
    cause: Cause
    edits: Mapping[str, Sequence[Edit]] = field(default_factory=dict)


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
    """Take a batch into the pool in one transaction, all at once where that can be.

    An issue that cannot be absorbed goes to attention and is read again later; the
    others are not held up by it.
    """
    done = Absorbed()
    if not batch.snapshots:
        return done
    await prepare(engine, source.project_id, batch.snapshots)
    async with engine.database.transaction() as connection:
        await hold_source(connection, source.id)
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            await _miss_ruleset(engine, connection)
        taking = _Taking(engine, connection, source, batch, sitting, done)
        for some in await part(connection, source, batch.snapshots):
            await single_out(connection, some, taking.take, taking.set_aside)
    if done.writes:
        await engine.wake("deliver", source.name)
    if done.unsure or done.failed:
        await engine.wake("fetch", source.name)
    return done


async def _miss_ruleset(engine: Engine, connection: Connection) -> None:
    concern = Concern("no_ruleset", "ruleset", {})
    await attention.raise_concern(connection, engine.ids, concern, engine.clock())


@dataclass(frozen=True, slots=True)
class _Sight:
    """An observation, beside what is stored.

    Attributes:
        stored: None for an issue that is new.
        outcome: None for one that is new.
    """

    snapshot: IssueSnapshot
    seen: Observation
    stored: StoredIssue | None
    outcome: Acceptance | None


@dataclass(frozen=True, slots=True)
class _Taking:
    """Takes the observations of a batch into the pool, some at a time."""

    engine: Engine
    connection: Connection
    source: SourceRow
    batch: Batch
    sitting: Sitting | None
    done: Absorbed

    async def take(self, snapshots: Sequence[IssueSnapshot]) -> None:
        """Take some that do not depend on each other, besides on what is decided."""
        async with self.connection.pipeline():
            ids = [snapshot.ref.tracker_id for snapshot in snapshots]
            known = await issues.lock_by_tracker(self.connection, self.source.id, ids)
            sights = [self._look(known.get(it.ref.tracker_id), it) for it in snapshots]
            of = {
                outcome: [it for it in sights if it.outcome is outcome]
                for outcome in (None, *Acceptance)
            }
            added = await self._add(of[None])
            replaced = await self._replace(of[Acceptance.NEWER])
            await self._look_again(of[Acceptance.UNSURE])
            await self._remember(
                (it.stored, self._weave(it.stored, ()))
                for it in of[Acceptance.SAME]
                if it.stored
            )
            rebased = await self._catch_up(of[Acceptance.SAME])
            writes = await self._go_on(sights, {**added, **replaced, **rebased})
        self._count(sights, writes)

    def _look(self, stored: StoredIssue | None, snapshot: IssueSnapshot) -> _Sight:
        snapshot = recall_move(stored, snapshot)
        seen = Observation(
            updated_at=snapshot.updated_at,
            content_hash=content_hash_of(snapshot),
            read=self.batch.read,
            direct=self.batch.direct,
        )
        return _Sight(snapshot, seen, stored, accept(stored, seen) if stored else None)

    def _count(self, sights: Sequence[_Sight], writes: int) -> None:
        self.done.writes += writes
        for it in sights:
            match it.outcome:
                case None:
                    self.done.new += 1
                    self._tell(it.snapshot, "new")
                case Acceptance.NEWER:
                    self.done.changed += 1
                    self._tell(it.snapshot, "changed")
                case Acceptance.UNSURE:
                    self.done.unsure += 1
                    self._tell(it.snapshot, "unsure")
                case Acceptance.SAME | Acceptance.OLDER:
                    self.done.same += 1

    def _tell(self, snapshot: IssueSnapshot, outcome: str) -> None:
        issue = snapshot.ref.tracker_id
        sign = Observed(self.source.name, issue, outcome, self.batch.cause)
        self.engine.tell(sign)

    async def _go_on(
        self, sights: Sequence[_Sight], issues: Mapping[str, StoredIssue]
    ) -> int:
        """Decide on those that are new or changed, unless they go on elsewhere."""
        cause, due = str(self.batch.cause), list[StoredIssue]()
        for it in sights:
            issue = issues.get(it.snapshot.ref.tracker_id)
            if issue is None:
                continue
            before = it.stored.snapshot.moved_to if it.stored else ""
            if it.snapshot.moved_to:
                await follow(self.engine, self.connection, issue, before)
                continue
            if before:
                await come_back(self.connection, issue, before)
            issue, obeyed = await self._obey(issue, it.snapshot)
            cause = "command" if obeyed else cause
            due.append(issue)
        return await decide(self.sitting, due, cause) if self.sitting else 0

    async def _add(self, sights: Sequence[_Sight]) -> Mapping[str, StoredIssue]:
        now = self.engine.clock()
        origin = await self._find_origin([it.snapshot for it in sights])
        added = [self._new(it, origin) for it in sights]
        await issues.add(self.connection, added, now)
        for one in added:
            if origin.moved:
                await hand_on_overrides(self.connection, origin.moved.id, one.issue.id)
            if origin.raised:
                await raisings.link(self.connection, origin.raised.id, one.issue.id)
        await comments.replace(
            self.connection,
            [_talk(it.issue, (), it.issue.snapshot.comments or ()) for it in added],
            now,
        )
        return {one.issue.snapshot.ref.tracker_id: one.issue for one in added}

    async def _find_origin(self, snapshots: Sequence[IssueSnapshot]) -> "_Origin":
        """One that may continue another is taken alone; see :func:`sync.part.part`."""
        if len(snapshots) != 1:
            return _Origin(None, None)
        [snapshot] = snapshots
        awaited = await find_awaited(self.connection, self.source.id)
        raised = next((one for one in awaited if one.is_(snapshot)), None)
        moved = await find_origin(self.connection, self.source, snapshot)
        return _Origin(moved, raised)

    def _new(self, sight: _Sight, origin: "_Origin") -> Added:
        ids, begun = self.engine.ids, origin.moved or origin.raised
        issue = StoredIssue(
            id=ids(),
            number=0,
            client_id=self.source.client_id,
            project_id=self.source.project_id,
            source_id=self.source.id,
            snapshot=sight.snapshot,
            content_hash=sight.seen.content_hash,
            read=self.batch.read,
            write_read=0,
            base=Base(),
            requirement_id=begun.requirement_id if begun else ids(),
            requirement_state=begun.state if begun else PoolState.NEW,
            state_origin=begun.state_origin if begun else StateOrigin.RULES,
            comment_count=len(sight.snapshot.comments or ()),
        )
        return Added(issue, ids(), has_requirement=begun is not None)

    async def _replace(self, sights: Sequence[_Sight]) -> Mapping[str, StoredIssue]:
        now = self.engine.clock()
        pairs = [(it, it.stored) for it in sights if it.stored]
        ids = [stored.id for _, stored in pairs]
        before = await comments.find_all(self.connection, ids)
        changed, talks = list[StoredIssue](), list[Talk]()
        events = list[tuple[StoredIssue, Sequence[Event]]]()
        for it, stored in pairs:
            standing = before.get(stored.id, ())
            after = standing if it.snapshot.comments is None else it.snapshot.comments
            told = self._weave(stored, compare(stored, standing, it.snapshot))
            changed.append(_replaced(stored, it, after))
            talks.append(_talk(stored, standing, after))
            events.append((stored, told))
        await issues.replace_content(self.connection, changed, now)
        await comments.replace(self.connection, talks, now)
        await self._remember(events)
        touched = {
            issue.requirement_id
            for issue, told in events
            if any(event.origin is Origin.TRACKER for event in told)
        }
        await requirements.touch(self.connection, touched, now)
        return {one.snapshot.ref.tracker_id: one for one in changed}

    async def _catch_up(self, sights: Sequence[_Sight]) -> Mapping[str, StoredIssue]:
        """Those seen as they are before a receipt said what of it is ours."""
        late = [
            it.stored
            for it in sights
            if it.stored
            and it.stored.read < it.stored.write_read <= self.batch.read
            and not it.snapshot.moved_to
        ]
        for issue in late:
            await issues.note_read(
                self.connection, issue.id, self.batch.read, issue.regress
            )
        return {issue.snapshot.ref.tracker_id: issue for issue in late}

    def _weave(self, stored: StoredIssue, events: Sequence[Event]) -> list[Event]:
        edits = self.batch.edits.get(stored.snapshot.ref.tracker_id, ())
        return weave(stored, events, edits)

    async def _remember(
        self, told: Iterable[tuple[StoredIssue, Sequence[Event]]]
    ) -> None:
        each = [Told(issue.client_id, issue.id, events) for issue, events in told]
        await history.add_all(self.connection, self.engine.ids, each)

    async def _obey(
        self, issue: StoredIssue, snapshot: IssueSnapshot
    ) -> tuple[StoredIssue, bool]:
        project = self.source.project_id
        zone = self.sitting.ruleset_of(project).zone if self.sitting else UTC
        said = snapshot.comments or ()
        return await obey(self.engine, self.connection, issue, said, zone)

    async def _look_again(self, sights: Sequence[_Sight]) -> None:
        now = self.engine.clock()
        for it in sights:
            if it.stored:
                regress = it.seen.as_regress() if it.seen.direct else it.stored.regress
                await issues.note_read(
                    self.connection, it.stored.id, it.stored.read, regress
                )
        wanted = [it.snapshot.ref.tracker_id for it in sights]
        if wanted:
            await fetches.ask(self.connection, self.source.id, wanted, now, "unsure")

    async def set_aside(self, snapshot: IssueSnapshot, error: Exception) -> None:
        """It could not be taken: somebody has to look, and it is read again later."""
        self.done.failed += 1
        self._tell(snapshot, "failed")
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


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a new issue continues: one that moved, or one that we raised."""

    moved: Placed | None
    raised: Awaited | None


def _replaced(
    stored: StoredIssue, sight: _Sight, standing: Sequence[Comment]
) -> StoredIssue:
    ours = stored.base.comment_id
    return replace(
        stored,
        snapshot=sight.snapshot,
        content_hash=sight.seen.content_hash,
        read=max(stored.read, sight.seen.read),
        priority_raised_at=_raised_at(stored, sight.snapshot),
        comment_count=sum(comment.tracker_id != ours for comment in standing),
        deleted_at=None,
    )


def _talk(
    issue: StoredIssue, before: Sequence[Comment], after: Sequence[Comment]
) -> Talk:
    return Talk(issue.client_id, issue.id, before, after)


def _raised_at(stored: StoredIssue, snapshot: IssueSnapshot) -> datetime | None:
    before, after = stored.snapshot.urgency, snapshot.urgency
    raised = after is not None and (before is None or after.rank < before.rank)
    return snapshot.updated_at if raised else stored.priority_raised_at
