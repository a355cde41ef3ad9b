"""Do something for many at once, so that one that fails does not hold up the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from pool.database import Connection, DatabaseGone, is_too_much

Item = TypeVar("Item")


async def single_out(
    connection: Connection,
    items: Sequence[Item],
    act: Callable[[Sequence[Item]], Awaitable[None]],
    give_up: Callable[[Item, Exception], Awaitable[None]],
) -> None:
    """Act on all behind a savepoint; if that fails on each half, down to single items.

    Args:
        connection: of the transaction.
        items: in the order in which they are acted on.
        act: whatever it does besides stays undone when it fails.
        give_up: told of each item that fails alone, after its savepoint.

    Raises:
        OperationalError: the database is gone.
    """
    if not items:
        return
    try:
        async with connection.transaction():
            await act(items)
    except Exception as error:  # one item must not hold up a batch
        if isinstance(error, DatabaseGone) and not is_too_much(error):
            raise
        if len(items) == 1:
            await give_up(items[0], error)
            return
        middle = len(items) // 2
        await single_out(connection, items[:middle], act, give_up)
        await single_out(connection, items[middle:], act, give_up)
