"""A delivery could not be taken: its source is read again, as soon as that can be asked."""

import asyncio

from pool.database import DatabaseGone
from sync.engine import Engine
from sync.receive import ask_repoll

_REST_SECONDS = 300.0
_RETRY_SECONDS = 2.0


class Repolls:
    """Asks for a full look at sources; for each at most every five minutes.

    So strangers cannot have a tracker read more often, and a database that is away is
    not asked for each delivery that it misses.
    """

    def __init__(self, engine: Engine, rest_seconds: float = _REST_SECONDS) -> None:
        self._engine = engine
        self._rest_seconds = rest_seconds
        self._owed: set[str] = set()
        self._askers: dict[str, asyncio.Task[None]] = {}

    def owe(self, source: str) -> None:
        """Have a configured source read again; any other name is forgotten."""
        if source not in self._engine.sources:
            return
        self._owed.add(source)
        asker = self._askers.get(source)
        if asker is None or asker.done():
            self._askers[source] = asyncio.create_task(self._settle(source))

    async def _settle(self, source: str) -> None:
        while source in self._owed:
            try:
                await ask_repoll(self._engine, source)
            except DatabaseGone:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            self._owed.discard(source)
            await asyncio.sleep(self._rest_seconds)
