"""Decide again on issues whose decision is older than today, or was set aside."""

from collections.abc import Sequence

from pool import decisions, issues, runs
from pool.attention import Concern, raise_concern
from pool.issues import StoredIssue
from pool.sources import find_all
from sync.decide import decide
from sync.engine import Engine
from sync.poll import Progress
from sync.reindex import reindex
from sync.single_out import single_out
from sync.sitting import Sitting, open_sitting
from sync.weigh import weigh

_BATCH = 100


async def redecide(
    engine: Engine, progress: Progress = lambda _done, _total: None
) -> int:
    """Go through the pool in batches; each is committed, so that a kill loses nothing.

    A day boundary in the ruleset's time zone, an activated ruleset and an applied
    catalogue are what makes decisions old. What the last two want to write is weighed
    at the end: see :func:`sync.weigh.weigh`.
    """
    await reindex(engine)
    count = 0
    while done := await _redecide_batch(engine):
        count += done
        progress(count, None)
    if await weigh(engine) or count:
        await _wake_all(engine)
    return count


async def _redecide_batch(engine: Engine) -> int:
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            return 0
        stale = await runs.find_undecided(
            connection, sitting.today, _BATCH, sitting.days
        )
        held = await issues.lock(connection, stale)

        async def decide_on(some: Sequence[StoredIssue]) -> None:
            await decide(sitting, some, "redecide")

        async def give_up(issue: StoredIssue, error: Exception) -> None:
            await _give_up(sitting, issue, error)

        await single_out(connection, held, decide_on, give_up)
        return len(stale)


async def _give_up(sitting: Sitting, issue: StoredIssue, error: Exception) -> None:
    """Its old decision stays; it is tried again tomorrow, or when it changes."""
    engine, connection = sitting.engine, sitting.connection
    told = f"{type(error).__name__}: {error}"
    concern = Concern(
        code="issue_not_decided",
        subject=str(issue.snapshot.ref),
        params={"key": issue.snapshot.key, "error": told},
        client_id=issue.client_id,
        source_id=issue.source_id,
        issue_id=issue.id,
    )
    await raise_concern(connection, engine.ids, concern, engine.clock())
    reached = sitting.reach(issue.project_id)
    await decisions.pass_over(connection, issue.id, reached)


async def _wake_all(engine: Engine) -> None:
    async with engine.database.transaction() as connection:
        known = await find_all(connection)
    for source in known:
        await engine.wake("deliver", source.name)
