"""Seal what the audit gained, so that nobody changes it unnoticed."""

import asyncio

from pool import seals
from sync.engine import Engine

_LOOKS = 50
_LOOK_SECONDS = 0.2


async def seal(engine: Engine) -> str | None:
    """Seal every row whose number can no longer be preceded by one still to come.

    Rows get their numbers before they are committed, in another order: only when all
    transactions of the moment have ended is what lies below the newest row complete.
    When one of them takes longer than ten seconds the next run seals its rows along.

    Returns:
        the newest seal, hexadecimal; None when nothing was sealed.
    """
    async with engine.database.transaction() as connection:
        newest = await seals.find_newest(connection)
        if newest is None:
            return None
        horizon = await seals.draw_horizon(connection)
    if not await _passes(engine, horizon):
        return None
    last = None
    while added := await _add(engine, newest):
        last = added
    return last


async def _passes(engine: Engine, horizon: int) -> bool:
    for _ in range(_LOOKS):
        async with engine.database.transaction() as connection:
            if await seals.is_past(connection, horizon):
                return True
        await asyncio.sleep(_LOOK_SECONDS)
    return False


async def _add(engine: Engine, newest: int) -> str | None:
    async with engine.database.transaction() as connection:
        return await seals.add_seal(connection, newest, engine.clock())
