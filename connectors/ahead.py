"""Reading ahead: several requests under way, their answers in order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Iterable
from typing import TypeVar

_Result = TypeVar("_Result")


async def in_order(
    reads: Iterable[Awaitable[_Result]] | AsyncIterable[Awaitable[_Result]], ahead: int
) -> AsyncGenerator[_Result, None]:
    """Await up to ``ahead`` at the same time, and yield what they give in their order.

    Those that are under way go on while the next one is waited for.
    """
    waiting: deque[asyncio.Future[_Result]] = deque()
    try:
        async for read in _each(reads):
            waiting.append(asyncio.ensure_future(read))
            if len(waiting) >= ahead:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for future in waiting:
            future.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _each(
    reads: Iterable[Awaitable[_Result]] | AsyncIterable[Awaitable[_Result]],
) -> AsyncGenerator[Awaitable[_Result], None]:
    if isinstance(reads, AsyncIterable):
        async for read in reads:
            yield read
    else:
        for read in reads:
            yield read
