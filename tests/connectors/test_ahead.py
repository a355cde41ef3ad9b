"""Reading ahead keeps the order, the bound, and nothing behind."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from connectors.ahead import in_order

AHEAD = 3


@dataclass(slots=True)
class Readings:
    """What was begun, what was given up, and the most that were under way."""

    later_seconds: float = 0
    begun: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    most: int = 0
    _under_way: int = 0

    async def read(self, number: int) -> int:
        """The later it was asked for, the sooner it answers."""
        self.begun.append(number)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            await asyncio.sleep(0.001 * (10 - number) + number * self.later_seconds)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self._under_way -= 1
        return number

    async def as_they_are_found(self) -> AsyncGenerator[Awaitable[int], None]:
        for number in range(8):
            await asyncio.sleep(0)
            yield self.read(number)

    def listed(self) -> list[Awaitable[int]]:
        return [self.read(number) for number in range(8)]


@pytest.mark.parametrize("source", [Readings.listed, Readings.as_they_are_found])
async def test_answers_come_in_their_order_and_few_are_under_way(
    source: Callable[[Readings], list[Awaitable[int]] | AsyncIterator[Awaitable[int]]],
) -> None:
    readings = Readings()
    found = [number async for number in in_order(source(readings), AHEAD)]
    assert found == list(range(8))
    assert 1 < readings.most <= AHEAD


async def test_who_stops_early_leaves_nothing_under_way() -> None:
    readings = Readings(later_seconds=60)
    async with (
        aclosing(readings.as_they_are_found()) as reads,
        aclosing(in_order(reads, AHEAD)) as found,
    ):
        assert await anext(found) == 0
    assert readings.cancelled == readings.begun[1:] != []
