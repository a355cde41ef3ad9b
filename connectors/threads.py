"""Threads of a source's own for a library that blocks."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from connectors.shapes import understanding

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Threads:
    """At most so many requests of a source at once, so that a slow one holds up no other."""

    source: str
    pool: ThreadPoolExecutor
    count: int

    @classmethod
    def open(cls, kind: str, source: str, count: int) -> "Threads":
        """As many as the source may have."""
        return cls(source, ThreadPoolExecutor(count, f"{kind}-{source}"), count)

    async def run(self, blocking: Callable[..., _Result], *args: object) -> _Result:
        """Run a call in one of them.

        Raises:
            PermanentError: ``answer_not_understood``, or what the call raises.
        """
        loop = asyncio.get_running_loop()
        with understanding(self.source):
            return await loop.run_in_executor(self.pool, blocking, *args)
