"""Webhook registrations, and their deliveries over real HTTP.

A tracker's store raises an `Event`; `Deliveries` finds the hooks that want it and
sends them in their order. How a delivery is dressed, whether a failure is
tried again and what failures do to a hook is the tracker's `DeliveryRules`.
"""

import asyncio
import random
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from sandbox.clock import Now, utc_now


@dataclass(frozen=True)
class Event:
    """What happened; `body` is what goes over the wire, byte for byte.

    `name` is what hooks subscribe to ("jira:issue_created", "issues_events"),
    `scope` the project (Jira key, GitLab project id as text; "42,group:7" for a project
    of a group), `headers` those that belong to the event (X-Gitlab-Event,
    X-Atlassian-Webhook-Flow).
    """

    name: str
    scope: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Hook:
    """A registration; `extra` is the tracker's own.

    `scope` "" means every project, "A,B" those two.
    """

    id: int
    url: str
    events: frozenset[str]
    secret: str = ""
    scope: str = ""
    enabled: bool = True
    extra: dict[str, object] = field(default_factory=dict)
    failures: int = 0
    disabled_until: datetime | None = None

    def wants(self, event: Event) -> bool:
        here = {*event.scope.split(",")} & {*self.scope.split(",")}
        return bool(not self.scope or here) and event.name in self.events

    def open_at(self, moment: datetime) -> bool:
        waiting = self.disabled_until is not None and moment < self.disabled_until
        return self.enabled and not waiting


@dataclass
class Delivery:
    """One event for one hook, with every answer it got (0 = no answer at all)."""

    number: int
    hook: Hook
    event: Event
    delivery_id: str
    at: datetime
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    replay_of: int | None = None
    lost: bool = False
    done: bool = False

    @property
    def ok(self) -> bool:
        return bool(self.answers) and 200 <= self.answers[-1] < 300


class DeliveryRules(Protocol):
    """How one tracker dresses, repeats and gives up deliveries."""

    @property
    def timeout_seconds(self) -> float: ...

    @property
    def retry_delays(self) -> Sequence[float]:
        """Seconds before each further attempt; empty means one attempt only."""

    def headers(
        self, hook: Hook, event: Event, delivery_id: str, attempt: int
    ) -> dict[str, str]:
        """Headers for this attempt (0 = first), signatures over event.body too."""

    def retries_on(self, status: int) -> bool:
        """Whether this answer (0 = none) is tried again."""

    def settled(self, hook: Hook, *, ok: bool, now: datetime) -> None:
        """After each attempt: where GitLab counts failures and disables."""


def new_delivery_id() -> str:
    return str(uuid.uuid4())


class Deliveries:
    """The hooks of one tracker and everything ever sent to them.

    `raise_event` may be called from any thread; the sending happens in the loop
    that runs `run()`. First attempts go out in the order the events were raised;
    a repetition waits its delay without holding up the others, like the real ones.
    Real ones do not wait for an answer before they send the next: `at_once`, to be set
    before `run()`, are on their way.
    While not `enabled`, events are lost; while `held`, they wait for `release`.
    """

    def __init__(
        self,
        rules: DeliveryRules,
        now: Now = utc_now,
        new_id: Callable[[], str] = new_delivery_id,
    ) -> None:
        self.rules = rules
        self.hooks: dict[int, Hook] = {}
        self.kept: list[Delivery] = []
        self.enabled = True
        self.held = False
        self.at_once = 1
        self._now = now
        self._new_id = new_id
        self._queue: deque[Delivery] = deque()
        self._unfinished = 0
        self._change = threading.Condition()
        self._wake: Callable[[], None] = lambda: None
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore()

    # -- registrations ---------------------------------------------------------

    def add_hook(
        self, url: str, events: Iterable[str], *, secret: str = "", scope: str = ""
    ) -> Hook:
        number = max(self.hooks, default=0) + 1
        hook = Hook(number, url, frozenset(events), secret, scope)
        self.hooks[number] = hook
        return hook

    def remove_hook(self, number: int) -> bool:
        return self.hooks.pop(number, None) is not None

    # -- raising ---------------------------------------------------------------

    def raise_event(self, event: Event) -> None:
        moment = self._now()
        for hook in list(self.hooks.values()):
            if hook.wants(event) and hook.open_at(moment):
                self.deliver(hook, event)

    def deliver(self, hook: Hook, event: Event, delivery_id: str = "") -> Delivery:
        """Send to this hook alone, whatever it subscribed to (a test, a resend)."""
        delivery_id = delivery_id or self._new_id()
        return self._enqueue(hook, event, delivery_id, lost=not self.enabled)

    def _enqueue(
        self,
        hook: Hook,
        event: Event,
        delivery_id: str,
        *,
        replay_of: int | None = None,
        lost: bool = False,
    ) -> Delivery:
        with self._change:
            number = len(self.kept) + 1
            moment = self._now()
            delivery = Delivery(number, hook, event, delivery_id, moment)
            delivery.replay_of, delivery.lost = replay_of, lost
            self.kept.append(delivery)
            if not lost:
                self._queue.append(delivery)
                self._unfinished += 1
        self._wake()
        return delivery

    def release(self, dice: random.Random | None = None) -> None:
        """Send what was held back; shuffled when `dice` are given."""
        with self._change:
            waiting = list(self._queue)
            self._queue.clear()
            if dice:
                dice.shuffle(waiting)
            self._queue.extend(waiting)
            self.held = False
        self._wake()

    # -- sending ---------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        self._places = asyncio.Semaphore(self.at_once)
        self._wake = lambda: _call_if_open(loop, news.set)
        news.set()
        async with _open_session(self.rules.timeout_seconds) as session:
            try:
                while await news.wait():
                    news.clear()
                    await self._send_queued(session)
            finally:
                self._wake = lambda: None
                await self._end_all()

    async def _end_all(self) -> None:
        for task in self._on_their_way:
            task.cancel()
        await asyncio.gather(*self._on_their_way, return_exceptions=True)

    async def _send_queued(self, session: ClientSession) -> None:
        while self._may_send():
            await self._places.acquire()
            if self._may_send():
                self._start(self._attempt_first(self._queue.popleft(), session))
            else:
                self._places.release()

    def _may_send(self) -> bool:
        return bool(self._queue) and not self.held

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._on_their_way.add(task)
        task.add_done_callback(self._on_their_way.discard)

    async def _attempt_first(self, delivery: Delivery, session: ClientSession) -> None:
        try:
            await self._attempt(delivery, session)
        finally:
            self._places.release()

    async def _attempt(self, delivery: Delivery, session: ClientSession) -> None:
        attempt = len(delivery.answers)
        hook, event = delivery.hook, delivery.event
        delivery.headers = self.rules.headers(
            hook, event, delivery.delivery_id, attempt
        )
        status = await _post(session, hook.url, event.body, delivery.headers)
        delivery.answers.append(status)
        self.rules.settled(hook, ok=delivery.ok, now=self._now())
        again = not delivery.ok and self.rules.retries_on(status)
        if again and attempt < len(self.rules.retry_delays):
            delay = self.rules.retry_delays[attempt]
            self._start(self._attempt_later(delivery, session, delay))
        else:
            self._finish(delivery)

    async def _attempt_later(
        self, delivery: Delivery, session: ClientSession, delay: float
    ) -> None:
        await asyncio.sleep(delay)
        await self._attempt(delivery, session)

    def _finish(self, delivery: Delivery) -> None:
        with self._change:
            delivery.done = True
            self._unfinished -= 1
            self._change.notify_all()

    # -- watching --------------------------------------------------------------

    @property
    def pending(self) -> int:
        return self._unfinished

    def wait_idle(self, timeout_seconds: float = 30) -> bool:
        """Block (never inside the serving loop) until nothing is on its way."""
        with self._change:
            return self._change.wait_for(lambda: not self._unfinished, timeout_seconds)

    # -- replaying -------------------------------------------------------------

    async def replay(self, *, same_id: bool, with_lost: bool = False) -> dict[str, int]:
        """Send every delivery made so far once more; last answers by status.

        The body is the same bytes; the delivery id is a new one unless `same_id`.
        Needs `run()` to be running; what was held back is let go first.
        """
        self.release()
        again = [
            self._enqueue(
                old.hook,
                old.event,
                old.delivery_id if same_id else self._new_id(),
                replay_of=old.number,
            )
            for old in list(self.kept)
            if old.replay_of is None and (with_lost or not old.lost)
        ]
        await self._until_done(again)
        return dict(Counter(str(d.answers[-1]) for d in again))

    async def _until_done(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            while not delivery.done:  # noqa: ASYNC110 - they have no event each
                await asyncio.sleep(0.005)


def _call_if_open(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(wake)


def _open_session(timeout_seconds: float) -> ClientSession:
    """aiohttp's: a delivery by httpx costs ten times its CPU."""
    timeout = ClientTimeout(total=timeout_seconds)
    return ClientSession(timeout=timeout, cookie_jar=DummyCookieJar())


async def _post(
    session: ClientSession, url: str, body: bytes, headers: Mapping[str, str]
) -> int:
    """The status of the answer, wherever that points; 0 when there is none in time."""
    asked = session.post(url, data=body, headers=headers, allow_redirects=False)
    try:
        async with asked as answer:
            await answer.read()
            return answer.status
    except (ClientError, TimeoutError):
        return 0
