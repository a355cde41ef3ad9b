"""A tracker in memory, on virtual time, that people edit and that fails as told."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from connectors.base import Authentic, Fetched, Page, SourceConfig
from model.changes import (
    Change,
    Receipt,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.errors import Conflict, DeliveryRejected, PermanentError, RetriableError
from model.issues import (
    Comment,
    IssueRef,
    IssueSnapshot,
    Person,
    StatusCategory,
    Urgency,
    Visibility,
)
from model.trackers import Capabilities

BOT = Person("bot", "reqpool")
CLIENT = Person("wang", "Wang Li")
CATEGORIES = {
    "To Do": StatusCategory.TO_DO,
    "In Progress": StatusCategory.IN_PROGRESS,
    "In Review": StatusCategory.IN_PROGRESS,
    "Done": StatusCategory.DONE,
}
SECRET = "shared"
PAGE = 3


@dataclass(frozen=True)
class Write:
    """One mutation by the bot, as the tracker saw it."""

    issue: str
    operation: str
    change: Change
    before: IssueSnapshot


@dataclass
class Faults:
    """What may go wrong, as probabilities and switches."""

    refuse: float = 0.0
    lose_reply: float = 0.0
    conflict: float = 0.0
    limited: float = 0.0
    is_down: bool = False
    lag: timedelta = timedelta(0)


@dataclass
class ModelTracker:
    """Issues, their past, the bot's writes, and hooks waiting to be delivered."""

    clock: Callable[[], datetime]
    dice: Random
    faults: Faults = field(default_factory=Faults)
    issues: dict[str, IssueSnapshot] = field(default_factory=dict)
    past: dict[str, list[tuple[datetime, IssueSnapshot]]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    hooks: list[tuple[str, bytes]] = field(default_factory=list)
    released_at: datetime | None = None
    human: list[str] = field(default_factory=list)
    counter: int = 0

    def number(self) -> int:
        self.counter += 1
        return self.counter

    def keep(self, snapshot: IssueSnapshot, event: str = "jira:issue_updated") -> None:
        """Store a new state, one tick of the tracker's clock after the last."""
        tracker_id = snapshot.ref.tracker_id
        last = self.issues.get(tracker_id)
        now = self.clock().replace(microsecond=0)
        if last is not None:
            now = max(now, last.updated_at)
        snapshot = replace(snapshot, updated_at=now)
        self.issues[tracker_id] = snapshot
        self.past.setdefault(tracker_id, []).append((self.clock(), snapshot))
        body = {"event": event, "issue": tracker_id, "n": self.number()}
        self.hooks.append((f"d{self.counter}", json.dumps(body).encode()))

    def create(self, title: str, urgency: Urgency = Urgency.MEDIUM) -> str:
        tracker_id = str(10_000 + self.number())
        now = self.clock().replace(microsecond=0)
        snapshot = IssueSnapshot(
            ref=IssueRef("acme", tracker_id),
            key=f"FIN-{tracker_id}",
            url=f"http://tracker/{tracker_id}",
            title=title,
            description="",
            issue_type="Story",
            status="To Do",
            status_category=StatusCategory.TO_DO,
            created_at=now,
            updated_at=now,
            priority=urgency.value,
            urgency=urgency,
            reporter=CLIENT,
            comments=(),
        )
        self.keep(snapshot, "jira:issue_created")
        return tracker_id

    def edit(self, tracker_id: str, **fields: object) -> None:
        """A person edits."""
        self.human.append(tracker_id)
        self.keep(replace(self.issues[tracker_id], **fields))  # type: ignore[arg-type]

    def delete(self, tracker_id: str) -> None:
        self.deleted.add(tracker_id)
        body = {"event": "deleted", "issue": tracker_id, "n": self.number()}
        self.hooks.append((f"d{self.counter}", json.dumps(body).encode()))

    def as_indexed(self, tracker_id: str) -> IssueSnapshot | None:
        """What a search shows: the state of a while ago."""
        seen_at = self.clock() - self.faults.lag
        states = [state for at, state in self.past[tracker_id] if at <= seen_at]
        return states[-1] if states else None

    def living(self) -> list[str]:
        return [one for one in self.issues if one not in self.deleted]

    def ours(self, tracker_id: str) -> list[Comment]:
        comments = self.issues[tracker_id].comments or ()
        return [one for one in comments if one.author == BOT]


@dataclass
class ModelConnector:
    """The connector contract over a :class:`ModelTracker`."""

    tracker: ModelTracker
    step: Callable[[str], None]
    kind = "jira"
    Config = SourceConfig
    capabilities = Capabilities()

    def authenticate(
        self, headers: dict[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        del body, url_token
        if headers.get("x-secret") != SECRET:
            raise DeliveryRejected("wrong secret")
        return Authentic(headers.get("x-id", ""))

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        try:
            body = json.loads(delivery.body)
        except ValueError:
            return Quarantined("invalid_json")
        deleted = body["event"] == "deleted"
        return Hint("jira", body["issue"], body["event"], deleted=deleted)

    async def fetch_changed(self, cursor: str | None) -> AsyncIterator[Page]:
        self._fail("poll")
        since = datetime.fromisoformat(cursor) if cursor else None
        began = self.tracker.clock()
        rows = sorted(self._changed(since), key=lambda one: (one.updated_at, one.key))
        for start in range(0, len(rows), PAGE):
            part = rows[start : start + PAGE]
            yield Page(part, _back(part[-1].updated_at), len(rows))
            self._fail("poll")
        yield Page((), _back(began))

    def _changed(self, since: datetime | None) -> Iterable[IssueSnapshot]:
        for tracker_id in self.tracker.living():
            seen = self.tracker.as_indexed(tracker_id)
            if seen and (since is None or seen.updated_at >= since):
                yield seen

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        self._fail("fetch")
        there = set(self.tracker.living())
        found = [self.tracker.issues[one] for one in tracker_ids if one in there]
        return Fetched(found, [one for one in tracker_ids if one not in there])

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        faults, dice = self.tracker.faults, self.tracker.dice
        self._fail("apply")
        if ref.tracker_id in self.tracker.deleted:
            raise PermanentError("not_found")
        if dice.random() < faults.conflict:
            raise Conflict("conflict")
        receipt = self._write(ref.tracker_id, change, operation_id)
        self.step("applied")
        if dice.random() < faults.lose_reply:
            raise RetriableError("cut_off")
        return receipt

    async def check(self, wanted: object) -> list[object]:
        del wanted
        return []

    def _write(self, tracker_id: str, change: Change, operation: str) -> Receipt:
        before = self.tracker.issues[tracker_id]
        after, comment = obey(before, change, str(self.tracker.counter + 1))
        if after == before:
            return Receipt(written=False, comment_id=comment)
        self.tracker.writes.append(Write(tracker_id, operation, change, before))
        self.tracker.keep(after)
        return Receipt(written=True, comment_id=comment, calls=1)

    def _fail(self, what: str) -> None:
        self.step(what)
        tracker = self.tracker
        if tracker.released_at and tracker.clock() < tracker.released_at:
            raise AssertionError("asked before Retry-After was over")
        if tracker.faults.is_down:
            raise RetriableError("unreachable")
        if tracker.dice.random() < tracker.faults.refuse:
            raise RetriableError("server_error")
        if tracker.dice.random() < tracker.faults.limited:
            seconds = tracker.dice.choice([5.0, 60.0])
            tracker.released_at = tracker.clock() + timedelta(seconds=seconds)
            raise RetriableError("rate_limited", retry_after_seconds=seconds)


def _back(moment: datetime) -> str:
    return (moment - timedelta(minutes=5)).isoformat()


def obey(
    before: IssueSnapshot, change: Change, new_id: str
) -> tuple[IssueSnapshot, str | None]:
    """What a tracker makes of a change."""
    match change:
        case SetLabels(add, remove):
            return replace(before, labels=(before.labels | add) - remove), None
        case Transition(status):
            category = CATEGORIES[status]
            return replace(before, status=status, status_category=category), None
        case SetRelease(name, remove):
            kept = tuple(one for one in before.releases if one not in {remove, name})
            return replace(before, releases=(*kept, name) if name else kept), None
        case UpsertComment(text, comment_id):
            return upsert(before, text.text, comment_id, new_id)


def upsert(
    before: IssueSnapshot, text: str, comment_id: str | None, new_id: str
) -> tuple[IssueSnapshot, str]:
    comments = before.comments or ()
    known = [
        one
        for one in comments
        if one.author == BOT and comment_id in {one.tracker_id, None}
    ] or [one for one in comments if one.author == BOT]
    if not known:
        now = before.updated_at
        made = Comment(f"c{new_id}", BOT, text, Visibility.PUBLIC, now, now)
        return replace(before, comments=(*comments, made)), made.tracker_id
    [ours] = known[:1]
    if ours.body == text:
        return before, ours.tracker_id
    changed = replace(ours, body=text)
    rest = tuple(changed if one is ours else one for one in comments)
    return replace(before, comments=rest), ours.tracker_id
