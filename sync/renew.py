"""Find what is to be decided anew since a source decides by something else.

:mod:`sync.register` notices that. The source's issues are then gone through in the order
of their tracker ids, a batch at a time.
"""

from collections.abc import Sequence

from pool import issues, sources
from pool.database import Connection
from pool.issues import StoredIssue
from pool.runs import RENEWAL
from pool.sources import SourceRow
from sync.engine import Engine


async def renew(
    engine: Engine, connection: Connection, source: SourceRow, most: int
) -> Sequence[StoredIssue]:
    """The next issues to decide anew on, locked; none when that is over."""
    after = await sources.find_cursor(connection, source.id, RENEWAL)
    if after is None:
        return ()
    due = await issues.find_standing(connection, source.id, after, most)
    if due:
        now = engine.clock()
        await sources.keep_cursor(connection, source.id, due[-1], now, RENEWAL)
    else:
        await sources.drop_cursor(connection, source.id, RENEWAL)
    found = await issues.lock_by_tracker(connection, source.id, due)
    return list(found.values())
