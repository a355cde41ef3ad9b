"""Group commit: all deliveries that wait while one transaction runs share the next.

A group is never waited for: a lone delivery is committed at once. Group commit after
D. DeWitt et al., *Implementation Techniques for Main Memory Database Systems* (1984).
"""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from model.errors import ReqpoolError
from pool.database import DatabaseGone
from pool.inbox import Arrival
from sync.engine import Engine
from sync.receive import keep

_MOST = 256
_REST_SECONDS = 0.2


class NotReadyError(ReqpoolError):
    """The operator has not applied the source's project yet: the sender tries later."""


class Slot:
    """Takes deliveries in, and lets each sender go when its row is committed.

    Attributes:
        patience_seconds: with the database; GitLab gives a delivery 10 s in all.
    """

    patience_seconds: ClassVar[float] = 4

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._bell = Bell(engine)

    async def post(self, arrival: Arrival) -> None:
        """Return once the delivery is committed.

        Raises:
            NotReadyError: its source has no project in the pool yet.
            DatabaseGone: nothing was kept.
            TimeoutError: the database does not answer.
        """
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, committed))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        await committed

    async def _flush(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                async with asyncio.timeout(self.patience_seconds):
                    known = await keep(self._engine, [arrival for arrival, _ in group])
            except (DatabaseGone, TimeoutError) as error:
                waiting, self._waiting = self._waiting, []
                _fail([*group, *waiting], error)
                continue
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                _fail(group, error)
                continue
            _let_go(group, known)
            self._bell.ring(known)


def _fail(
    group: Sequence[tuple[Arrival, asyncio.Future[None]]], error: Exception
) -> None:
    for _, committed in group:
        if not committed.done():
            committed.set_exception(error)


def _let_go(
    group: Sequence[tuple[Arrival, asyncio.Future[None]]], known: frozenset[str]
) -> None:
    for arrival, committed in group:
        if committed.done():
            continue
        if arrival.delivery.source in known:
            committed.set_result(None)
        else:
            committed.set_exception(NotReadyError(arrival.delivery.source))


class Bell:
    """Wakes the ingest of a source: at once, and then not again for a moment.

    A wake-up is a transaction; in a burst there would be one for each group.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rung: set[str] = set()
        self._ringer: asyncio.Task[None] | None = None

    def ring(self, sources: frozenset[str]) -> None:
        """Have the sources' inboxes drained soon."""
        self._rung |= sources
        if self._ringer is None or self._ringer.done():
            self._ringer = asyncio.create_task(self._wake())

    async def _wake(self) -> None:
        while self._rung:
            rung, self._rung = self._rung, set()
            for source in sorted(rung):
                await self._engine.wake("ingest", source)
            await asyncio.sleep(_REST_SECONDS)
