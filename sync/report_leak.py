"""Keep what the leak guard stopped where a person must look at it."""

from model.errors import TrackerError
from pool import audit
from pool.attention import Concern, raise_concern
from pool.audit import Entry
from pool.database import Connection
from pool.outbox import Intent
from pool.sources import SourceRow
from sync.engine import Engine

LEAK = "leak_blocked"


async def report_leak(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    error: TrackerError,
    intent: Intent | None = None,
) -> None:
    """Raise a concern that nothing resolves by itself, and write it down for good.

    Neither holds what was found, only of what kind it was.
    """
    now, what = engine.clock(), error.params.get("what", "")
    about = f"{source.name}:{intent.tracker_id}" if intent else source.name
    concern = Concern(
        code=LEAK,
        subject=f"{LEAK}:{about}:{what}",
        params={**error.params, "source": source.name},
        client_id=source.client_id,
        source_id=source.id,
        issue_id=intent.issue_id if intent else None,
    )
    await raise_concern(connection, engine.ids, concern, now)
    entry = Entry(
        at=now,
        actor="reqpool",
        action=LEAK,
        subject=about,
        cause=str(intent.id) if intent else "",
        client_id=source.client_id,
        after=dict(error.params),
    )
    await audit.append(connection, entry)
