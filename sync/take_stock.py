"""Compare what a first read brought with what its tracker had counted."""

from pool.attention import Concern, raise_concern, resolve
from pool.sources import SourceRow
from sync.engine import Engine

SHORT = "first_read_short"
_FEW = 100
_TOLERANCE = 0.1


async def take_stock(
    engine: Engine, source: SourceRow, read: int, expected: int | None
) -> None:
    """Have a person look when a listing seems to have ended too early.

    A tracker's count is rough (Jira Cloud's lags, and issues come and go meanwhile), so
    that a small difference means nothing. What was read is kept in any case.
    """
    now = engine.clock()
    async with engine.database.transaction() as connection:
        if expected is None or expected - read <= max(_FEW, expected * _TOLERANCE):
            await resolve(connection, _subject(source), now)
            return
        concern = Concern(
            code=SHORT,
            subject=_subject(source),
            params={
                "source": source.name,
                "read": str(read),
                "expected": str(expected),
            },
            client_id=source.client_id,
            source_id=source.id,
        )
        await raise_concern(connection, engine.ids, concern, now)


def _subject(source: SourceRow) -> str:
    """Not the source alone, whose concerns are over with the next look."""
    return f"{source.name}:first_read"
