"""A tracker in memory, on virtual time, that people edit and that fails as told."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from model.changes import Change
from model.errors import RetriableError
from model.issues import (
    Comment,
    IssueRef,
    IssueSnapshot,
    Person,
    StatusCategory,
    Urgency,
    Visibility,
)
from pool.issues import content_hash_of
from tests.simulation.broken import Broken
from tests.simulation.faults import BEFORE, Fault, Weather
from tests.simulation.hooks import Hook, write_body

BOT = Person("bot", "reqpool", "bot")
CLIENT = Person("wang", "Wang Li", "wang")
MANAGER = Person("li", "Li Lei", "li")
MARKS = ("{anchor:reqpool}", "<!-- reqpool:sticky -->")
"""What ends the text of a sticky comment of ours, by tracker."""

WORKFLOWS: dict[str, dict[str, tuple[str, ...]]] = {
    "jira": {
        "To Do": ("In Progress",),
        "In Progress": ("To Do", "In Review"),
        "In Review": ("In Progress", "Done"),
        "Done": ("In Progress",),
    },
    "gitlab": {"opened": ("closed",), "closed": ("opened",)},
}
CATEGORIES = {
    "To Do": StatusCategory.TO_DO,
    "opened": StatusCategory.TO_DO,
    "In Progress": StatusCategory.IN_PROGRESS,
    "In Review": StatusCategory.IN_PROGRESS,
    "Done": StatusCategory.DONE,
    "closed": StatusCategory.DONE,
}

Step = Callable[[str], None]
Act = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Write:
    """One mutation by the bot, as the tracker saw it."""

    issue: str
    operation: str
    change: Change
    before: IssueSnapshot
    after: IssueSnapshot
    at: datetime


@dataclass
class ModelTracker:
    """Issues, their past, the bot's writes, and hooks waiting to be delivered.

    Attributes:
        past: by issue, every state with the real moment it came about.
        vanished: by issue, when it was ever gone: deleted, or moved elsewhere.
        replaced: statuses of people that a write of ours replaced, unseen by the pool.
        made_comments: how many sticky comments of ours each issue ever got.
        meanwhile: what people do at the next request of a kind.
        touched: operations that had any effect.
        doubted: issues that were hidden when they were read last.
        ahead: how far our clock was set back; the tracker's was not.
        limited_in: the run of a verb that was told to wait.
        forgiven: writes that the pool cannot know of, since an older backup is back.
        later: deliveries that are held up, and until when.
        commands: how many comments with a command that may be carried out each issue
            got; a move copies them.
        origins: of issues that came from elsewhere, where they began.
    """

    source: str
    kind: str
    now: Callable[[], datetime]
    dice: Random
    step: Step
    weather: Weather
    happened: Counter[Fault]
    skew: timedelta = timedelta(0)
    ahead: timedelta = timedelta(0)
    lag: timedelta = timedelta(0)
    is_down: bool = False
    is_revoked: bool = False
    is_paused: bool = False
    released_at: datetime | None = None
    run: int = 0
    limited_in: int = 0
    issues: dict[str, IssueSnapshot] = field(default_factory=dict)
    past: dict[str, list[tuple[datetime, IssueSnapshot]]] = field(default_factory=dict)
    hashes: dict[str, list[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    forgiven: int = 0
    replaced: list[tuple[str, str]] = field(default_factory=list)
    made_comments: Counter[str] = field(default_factory=Counter)
    lost_comments: Counter[str] = field(default_factory=Counter)
    hooks: list[Hook] = field(default_factory=list)
    later: list[tuple[datetime, Hook]] = field(default_factory=list)
    arrived: list[Hook] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    origins: dict[str, str] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    meanwhile: dict[str, list[Act]] = field(default_factory=dict)
    counter: int = 0

    def clock(self) -> datetime:
        """The tracker's own, in whole seconds."""
        return (self.now() + self.ahead + self.skew).replace(microsecond=0)

    def number(self) -> int:
        self.counter += 1
        return self.counter

    def keep(self, snapshot: IssueSnapshot, event: str = "updated") -> None:
        """Store a new state, never with an older time than the last."""
        tracker_id = snapshot.ref.tracker_id
        last, now = self.issues.get(tracker_id), self.clock()
        if last is not None:
            if last.updated_at == now:
                self.happened[Fault.ONE_SECOND] += 1
            now = max(now, last.updated_at)
        snapshot = replace(snapshot, updated_at=now)
        self.issues[tracker_id] = snapshot
        self.past.setdefault(tracker_id, []).append((self.now(), snapshot))
        self.hashes.setdefault(tracker_id, []).append(content_hash_of(snapshot))
        self.call(tracker_id, event)

    def call(self, tracker_id: str, event: str) -> None:
        """Have a webhook on its way, unless the outage disabled it.

        Old Jiras do not name every event.
        """
        number = self.number()
        if not self.is_down:
            body = write_body(self.kind, tracker_id, event, number)
            is_named = self.kind == "gitlab" or number % 3
            name = f"{self.source}-{number}" if is_named else ""
            self.hooks.append(Hook(name, body, self.now()))

    def create(self, title: str, urgency: Urgency = Urgency.MEDIUM) -> str:
        is_jira, number = self.kind == "jira", self.number()
        tracker_id = f"{10_000 + number}" if is_jira else f"7#{number}"
        status = "To Do" if is_jira else "opened"
        snapshot = IssueSnapshot(
            ref=IssueRef(self.source, tracker_id),
            key=f"FIN-{number}" if is_jira else f"globex/portal#{number}",
            url=f"http://tracker/{number}",
            title=title,
            description="",
            issue_type="Story" if is_jira else "issue",
            status=status,
            status_category=StatusCategory.TO_DO,
            created_at=self.clock(),
            updated_at=self.clock(),
            priority=urgency.value,
            urgency=urgency,
            reporter=CLIENT,
            comments=(),
        )
        self.keep(snapshot, "created")
        return tracker_id

    def edit(self, tracker_id: str, **fields: Any) -> None:
        """A person edits."""
        self.keep(replace(self.issues[tracker_id], **fields))

    def say(self, tracker_id: str, text: str, author: Person = CLIENT) -> str:
        """A person comments."""
        comment = f"{self.number()}"
        now, issue = self.clock(), self.issues[tracker_id]
        made = Comment(comment, author, text, Visibility.PUBLIC, now, now)
        self.edit(tracker_id, comments=(*(issue.comments or ()), made))
        return comment

    def move_status(self, tracker_id: str, status: str) -> None:
        """A person drags the card, wherever they like."""
        self.edit(tracker_id, status=status, status_category=CATEGORIES[status])

    def delete(self, tracker_id: str) -> None:
        self.deleted.add(tracker_id)
        self.vanished.add(tracker_id)
        self.call(tracker_id, "deleted")

    def restore(self, tracker_id: str) -> None:
        self.deleted.discard(tracker_id)
        self.keep(self.issues[tracker_id])

    def move(self, tracker_id: str) -> str:
        """GitLab: closed here, a new one there, notes and labels copied."""
        number, old = self.number(), self.issues[tracker_id]
        ref = IssueRef(self.source, f"8#{number}")
        new = replace(old, ref=ref, key=f"globex/after#{number}")
        copies = tuple(
            replace(one, tracker_id=f"{self.number()}") for one in old.comments or ()
        )
        self.made_comments[ref.tracker_id] += sum(map(is_ours, copies))
        self.origins[ref.tracker_id] = self.origin_of(tracker_id)
        self.vanished.add(tracker_id)
        closed = StatusCategory.DONE
        self.edit(tracker_id, status="closed", status_category=closed, moved_to=new.key)
        self.keep(replace(new, created_at=self.clock(), comments=copies), "created")
        return ref.tracker_id

    def answer_hidden(self, tracker_id: str) -> None:
        """Missing twice in a row is all that a deletion ever shows."""
        if tracker_id in self.doubted:
            self.vanished.add(tracker_id)
        self.doubted.add(tracker_id)

    def origin_of(self, tracker_id: str) -> str:
        return self.origins.get(tracker_id, tracker_id)

    def write(self, tracker_id: str, operation: str, change: Change, **to: Any) -> None:
        """The bot edits; every one of these is counted."""
        before = self.issues[tracker_id]
        self.touched.add(operation)
        self.keep(replace(before, **to))
        after = self.issues[tracker_id]
        self.writes.append(
            Write(tracker_id, operation, change, before, after, self.now())
        )

    def as_indexed(self, tracker_id: str) -> IssueSnapshot | None:
        """What a search shows: the state of a while ago."""
        if not self.lag:
            return self.issues[tracker_id]
        seen_at = self.now() - self.lag
        states = [state for at, state in self.past[tracker_id] if at <= seen_at]
        if not states or states[-1] is not self.issues[tracker_id]:
            self.happened[Fault.STALE_SEARCH] += 1
        return states[-1] if states else None

    def living(self) -> list[str]:
        return [one for one in self.issues if one not in self.deleted]

    def standing(self) -> list[str]:
        """Neither deleted nor moved elsewhere."""
        return [one for one in self.living() if not self.issues[one].moved_to]

    def ours(self, tracker_id: str) -> list[Comment]:
        comments = self.issues[tracker_id].comments or ()
        return [one for one in comments if is_ours(one)]

    def offers(self, status: str) -> list[str]:
        found = WORKFLOWS[self.kind][status]
        return [one for one in found if one not in self.removed]

    def ask(self, path: str) -> None:
        """A request comes in; it may fail before it has any effect.

        Raises:
            Broken: we were asked to wait, or a person had the source rest.
        """
        self.step(path)
        if self.released_at and self.now() < self.released_at:
            raise Broken(14, f"{path} was sent before Retry-After was over")
        if self.is_paused:
            raise Broken(14, f"{path} was sent though the source is paused")
        if self.is_down:
            raise RetriableError("unreachable")
        if self.is_revoked:
            raise self.weather.refusal(path, 401)
        self.weather.strike(BEFORE, path)

    async def happen(self, what: str, tracker_id: str = "") -> None:
        """Whatever people do just now, on the issue that a request is about."""
        for act in self.meanwhile.pop(what, []):
            await act(tracker_id)


def is_ours(comment: Comment) -> bool:
    return comment.author == BOT and comment.body.rstrip().endswith(MARKS)
