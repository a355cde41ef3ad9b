"""Whether there is room for more deliveries of a source."""

from datetime import datetime, timedelta

from model.errors import ReqpoolError
from pool import inbox
from sync.engine import Engine

INBOX_LIMIT = 100_000
_EVERY = timedelta(seconds=1)


class InboxFullError(ReqpoolError):
    """Too many deliveries of the source wait: the sender tries later."""


class Room:
    """Knows the sources whose inbox is full, as of the last second."""

    def __init__(self, engine: Engine, limit: int) -> None:
        """Looks at nothing yet.

        Args:
            engine: the surroundings.
            limit: of deliveries of one source that wait to be ingested.
        """
        self._engine = engine
        self._limit = limit
        self._full: frozenset[str] = frozenset()
        self._looked_at: datetime | None = None

    async def check(self, source: str) -> None:
        """Return if there is room.

        Raises:
            InboxFullError: there is none.
            DatabaseGone: nobody knows.
        """
        now = self._engine.clock()
        if self._looked_at is None or abs(now - self._looked_at) >= _EVERY:
            self._looked_at = now
            async with self._engine.database.transaction() as connection:
                self._full = await inbox.find_full(connection, self._limit)
        if source in self._full:
            raise InboxFullError(source)
