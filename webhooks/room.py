"""Whether there is room for more deliveries of a source."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from model.errors import ReqpoolError
from pool import inbox
from pool.database import DatabaseGone
from sync.engine import Engine

INBOX_LIMIT = 100_000
_EVERY = timedelta(seconds=1)
_FORGOTTEN = timedelta(seconds=10)


class InboxFullError(ReqpoolError):
    """Too many deliveries of the source wait: the sender tries later."""


class Room:
    """Knows the sources whose inbox is full; nobody waits while it looks again."""

    def __init__(self, engine: Engine, limit: int) -> None:
        """Looks at nothing yet.

        Args:
            engine: the surroundings.
            limit: of deliveries of one source that wait to be ingested.
        """
        self._engine = engine
        self._limit = limit
        self._full: frozenset[str] = frozenset()
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._look: asyncio.Task[None] | None = None

    def check(self, source: str) -> None:
        """Return if there was room a moment ago.

        Raises:
            InboxFullError: there was none.
        """
        now = self._engine.clock()
        age = abs(now - self._looked_at)
        if age >= _FORGOTTEN:
            # nobody wrote for long: the last look says nothing about now
            self._full = frozenset()
        if age >= _EVERY:
            self._looked_at = now
            self._look = asyncio.create_task(self._look_again())
        if source in self._full:
            raise InboxFullError(source)

    async def _look_again(self) -> None:
        with suppress(DatabaseGone):
            async with self._engine.database.transaction() as connection:
                self._full = await inbox.find_full(connection, self._limit)
