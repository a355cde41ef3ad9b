"""Decide again on issues whose decision is older than today, or was set aside."""

from pool import decisions, issues, runs
from pool.attention import Concern, raise_concern
from pool.database import DatabaseGone
from pool.issues import StoredIssue
from pool.sources import find_all
from sync.decide import decide
from sync.engine import Engine
from sync.poll import Progress
from sync.reindex import reindex
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
        for issue in await issues.lock(connection, stale):
            await _try_decide(sitting, issue)
        return len(stale)


async def _try_decide(sitting: Sitting, issue: StoredIssue) -> None:
    """One issue that cannot be decided on must not hold up the others."""
    try:
        async with sitting.connection.transaction():
            await decide(sitting, issue, "redecide")
    except DatabaseGone:
        raise
    except Exception as error:  # noqa: BLE001 - one item of a batch, behind a savepoint
        await _give_up(sitting, issue, error)


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
