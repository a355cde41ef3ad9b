"""Do for many at once what each of them asks for by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Gathering(Generic[Item, Answer]):
    """While one turn goes on, whoever asks waits for the next, and shares it.

    Nobody waits for others to come: who is alone is served at once. It is group commit
    for all that a batch does side by side; see :mod:`webhooks.slot`.
    """

    def __init__(
        self, act: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]
    ) -> None:
        """Take what a turn does: it answers each item, in their order."""
        self._act = act
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []

    async def ask(self, item: Item) -> Answer:
        """Have it done; answers once its turn is over.

        Raises:
            asyncio.CancelledError: the turn that it shared failed, or was cut off; what
                went wrong is raised to one of those who shared it.
        """
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answered))
        async with self._turn:
            if not answered.done():
                await asyncio.sleep(0)  # those who can ask by now do so
                await self._serve()
        return await answered

    async def _serve(self) -> None:
        group, self._waiting = self._waiting, []
        try:
            answers = await self._act([item for item, _ in group])
            for (_, answered), answer in zip(group, answers, strict=True):
                if not answered.done():
                    answered.set_result(answer)
        finally:
            for _, answered in group:
                answered.cancel()
