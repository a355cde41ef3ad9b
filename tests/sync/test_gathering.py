"""What some ask for side by side is done for all of them at once."""

import asyncio
from collections.abc import Sequence

import pytest

from sync.gathering import Gathering


class Turns:
    """Answers each number with its double, in turns that take a while."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.taken.append(list(numbers))
        await self.gate.wait()
        if 13 in numbers:
            raise LookupError("13")
        return [2 * number for number in numbers]


async def test_who_comes_while_a_turn_goes_on_shares_the_next() -> None:
    turns = Turns()
    gathering = Gathering(turns)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        first = group.create_task(gathering.ask(1))
        while not turns.taken:
            await asyncio.sleep(0)
        others = [group.create_task(gathering.ask(number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        turns.gate.set()
    assert turns.taken == [[1], [2, 3, 4]]
    assert [first.result(), *(one.result() for one in others)] == [2, 4, 6, 8]


async def test_who_is_alone_is_served_at_once() -> None:
    turns = Turns()
    turns.gate.set()
    async with asyncio.timeout(30):
        assert await Gathering(turns).ask(5) == 10


async def test_a_turn_that_fails_is_told_once_and_answers_nobody() -> None:
    turns = Turns()
    turns.gate.set()
    gathering = Gathering(turns)
    asking = [asyncio.create_task(gathering.ask(number)) for number in (12, 13, 14)]
    done, _ = await asyncio.wait(asking, timeout=30)
    told = [one.exception() for one in done if not one.cancelled()]
    assert list(map(str, told)) == ["13"]
    assert len(done) == len(asking)
    with pytest.raises(LookupError):
        await gathering.ask(13)
    assert await gathering.ask(7) == 14
