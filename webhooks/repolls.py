"""A delivery could not be taken: its source is read again, as soon as that can be asked."""

import asyncio
from typing import ClassVar

from pool.database import DatabaseGone
from sync.engine import Engine
from sync.receive import ask_repoll


class Repolls:
    """Asks for a full look at sources, now and then however many deliveries were missed.

    That a source is not read more than once in five minutes for it is the tick's to see
    to (:mod:`sync.tick`); here strangers are kept from having a row written each time.

    Attributes:
        rest_seconds: between two writes for a source.
        retry_seconds: while the database is away.
    """

    rest_seconds: ClassVar[float] = 10
    retry_seconds: ClassVar[float] = 2

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
                await asyncio.sleep(self.retry_seconds)
                continue
            self._owed.discard(source)
            await asyncio.sleep(self.rest_seconds)
