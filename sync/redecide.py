"""Decide again on the issues of a source whose day has come, or that were set aside."""

from collections.abc import Sequence

from pool import decisions, issues, runs, sources
from pool.attention import Concern, raise_concern
from pool.issues import StoredIssue
from pool.sources import SourceRow
from sync.decide import decide
from sync.engine import Engine
from sync.poll import Progress
from sync.prepare import prepare
from sync.renew import renew
from sync.single_out import single_out
from sync.sitting import Sitting, open_sitting
from sync.weigh import weigh

_BATCH = 100


async def redecide(
    engine: Engine, name: str = "", progress: Progress = lambda _done, _total: None
) -> int:
    """Go through a source in batches; each is committed, so that a kill loses nothing.

    What makes a decision old is a day on which it may come out otherwise (see
    :mod:`sync.put_off`), an activated ruleset, an applied catalogue, and another
    configuration of the source. What a run wants to write is weighed at the end: see
    :func:`sync.weigh.weigh`.

    Args:
        engine: the surroundings.
        name: of the source; empty for all, one after the other.
        progress: told how many are decided on.

    Returns:
        How many issues were decided on again.
    """
    async with engine.database.transaction() as connection:
        known = await sources.find_all(connection)
    chosen = [source for source in known if name in ("", source.name)]
    return sum([await _redecide_one(engine, source, progress) for source in chosen])


async def _redecide_one(engine: Engine, source: SourceRow, progress: Progress) -> int:
    if engine.meanings:
        await prepare(engine, source.project_id, ())
    count = 0
    while done := await _redecide_batch(engine, source):
        count += done
        progress(count, None)
    if await weigh(engine, source) or count:
        await engine.wake("deliver", source.name)
    return count


async def _redecide_batch(engine: Engine, source: SourceRow) -> int:
    """Batches of different sources take turns, and leave room for what is urgent."""
    async with engine.memory.turns, engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            return 0
        today = sitting.today_in(source.project_id)
        due = await runs.find_undecided(connection, source, today, _BATCH)
        held = await issues.lock(connection, due)
        if not due:
            held = await renew(engine, connection, source, _BATCH)
        await _decide_again(sitting, held)
        return len(due or held)


async def _decide_again(sitting: Sitting, held: Sequence[StoredIssue]) -> None:
    async def decide_on(some: Sequence[StoredIssue]) -> None:
        await decide(sitting, some, "redecide")

    async def give_up(issue: StoredIssue, error: Exception) -> None:
        await _give_up(sitting, issue, error)

    await single_out(sitting.connection, held, decide_on, give_up)


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
