"""Write what is wanted to the trackers, and keep what they answered."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from model.changes import Receipt
from model.errors import Conflict, PermanentError, RetriableError, TrackerError
from model.issues import IssueRef
from model.signs import Written
from pool import fetches, issues, outbox, sources
from pool.attention import Concern, raise_concern, resolve_all
from pool.database import Connection
from pool.issues import Rebased, StoredIssue
from pool.outbox import Intent, Settled
from pool.sources import SourceRow
from sync.breaker import count_failure, is_failure
from sync.engine import Engine
from sync.gathering import Gathering
from sync.note_race import note_race
from sync.note_writes import Sent, note_writes
from sync.plan import learn
from sync.raise_issues import raise_issues
from sync.report_leak import LEAK, report_leak
from sync.trouble import (
    LIMITED,
    MOST_ATTEMPTS,
    back_off,
    find_asked_until,
    has_failed,
    is_quiet,
    note_success,
    report_trouble,
)
from sync.watch import watch

_BATCH = 50
_LEASE = timedelta(seconds=60)
_KEEP_EVERY = timedelta(seconds=0.25)
"""While writes are on their way: of a quick tracker many receipts are kept together."""

_PATIENCE = timedelta(days=1)
"""With a limit that lets a write never through; then each answer is an attempt."""

_ORPHANED = RetriableError("process_died")


async def deliver(engine: Engine, name: str) -> int:
    """Drain a source's outbox; answers how many writes were settled."""
    count = await raise_issues(engine, name)
    while settled := await _deliver_batch(engine, name):
        count += settled
    if count:
        await engine.wake("fetch", name)
    return count


@dataclass(slots=True)
class _Round:
    """One batch on its way out.

    ``quiet_until`` is set once the tracker asks to be left alone: what was not sent by
    then is given back untried. ``has_failed`` is over with the next write that succeeds.
    ``left`` are not over yet; what the others were ``answered`` is kept now and then.
    """

    engine: Engine
    source: SourceRow
    limit: asyncio.Semaphore
    has_failed: bool
    left: int
    kept_at: datetime
    quiet_until: datetime | None = None
    answered: list[Settled] = field(default_factory=list)
    looking: Gathering[Intent, bool] = field(init=False)

    def __post_init__(self) -> None:
        self.looking = Gathering(partial(_find_holding, self.engine))


async def _deliver_batch(engine: Engine, name: str) -> int:
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or is_quiet(engine, source):
            return 0
        now = engine.clock()
        for orphan in await outbox.find_orphans(connection, source.id, now):
            await _put_off(engine, connection, source, orphan, _ORPHANED)
        intents = await outbox.claim(connection, source.id, now, _LEASE, _BATCH)
    if not intents:
        return 0
    limit = asyncio.Semaphore(engine.sources[name].config.max_concurrency)
    failed = has_failed(source, "deliver")
    going = _Round(engine, source, limit, failed, len(intents), now)
    async with watch(engine, source, intents), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_deliver_issue(going, of_issue))
            for of_issue in _by_issue(intents)
        ]
    return sum(task.result() for task in tasks)


def _by_issue(intents: Iterable[Intent]) -> list[list[Intent]]:
    ordered = sorted(intents, key=lambda intent: intent.issue_id)
    return [list(part) for _, part in groupby(ordered, lambda intent: intent.issue_id)]


async def _deliver_issue(going: _Round, intents: Sequence[Intent]) -> int:
    """The writes of one issue, one after the other."""
    return sum([await _deliver_one(going, intent) for intent in intents])


async def _deliver_one(going: _Round, intent: Intent) -> bool:
    async with going.limit:
        sent = await _send(going, intent)
    going.left -= 1
    if isinstance(sent, Receipt):
        going.answered.append(Settled(intent, sent))
        await _note_success(going)
    await _keep_answered(going)
    return bool(sent)


async def _keep_answered(going: _Round) -> None:
    """Nobody waits for it: the next write of the issue goes out meanwhile."""
    now = going.engine.clock()
    # abs: the clock may have been set
    is_early = going.left and abs(now - going.kept_at) < _KEEP_EVERY
    if going.answered and not is_early:
        answered, going.answered, going.kept_at = going.answered, [], now
        await _settle(going.engine, going.source, answered)


async def _send(going: _Round, intent: Intent) -> Receipt | bool:
    """Without a receipt, whether it is over nevertheless."""
    engine, source = going.engine, going.source
    if going.quiet_until is not None:
        async with engine.database.transaction() as connection:
            await outbox.release_claim(connection, intent, going.quiet_until)
        return False
    if not await _still_holds(going, intent):
        return False
    ref = IssueRef(source.name, intent.tracker_id)
    connector = engine.sources[source.name].connector
    try:
        return await connector.apply(ref, intent.change, str(intent.id))
    except (RetriableError, Conflict) as error:
        going.quiet_until = find_asked_until(engine, error) or going.quiet_until
        await _retry(engine, source, intent, error)
        await _note_failure(going, error)
        return False
    except PermanentError as error:
        async with engine.database.transaction() as connection:
            await _give_up(engine, connection, source, intent, error)
        return True


async def _note_failure(going: _Round, error: TrackerError) -> None:
    """What is left of the batch keeps its attempts when the tracker is down."""
    if is_failure(error):
        going.has_failed = True
        async with going.engine.database.transaction() as connection:
            if await count_failure(going.engine, connection, going.source):
                going.quiet_until = going.quiet_until or going.engine.clock()


async def _note_success(going: _Round) -> None:
    if going.has_failed:
        going.has_failed = False
        await note_success(going.engine, going.source, "deliver")


async def _still_holds(going: _Round, intent: Intent) -> bool:
    """Others of the batch took their time: a person may have acted, or the claim run out."""
    return await going.looking.ask(intent)


async def _find_holding(engine: Engine, intents: Sequence[Intent]) -> Sequence[bool]:
    async with engine.database.single_statement() as connection:
        held = await outbox.find_claimed(connection, intents, engine.clock())
    return [intent.id in held for intent in intents]


async def _settle(
    engine: Engine, source: SourceRow, settled: Sequence[Settled]
) -> None:
    """Keep receipts as the new merge bases, and have the issues read back.

    The read number is drawn after the writes, so that an answer asked for before them is
    never taken for a person's change. Issues are held before their writes, as decisions
    do. Of what is not ours any more only the audit is told: others have it by now, or an
    older pool was restored, and then nobody else knows that it was written.
    """
    now = engine.clock()
    async with engine.database.transaction() as connection:
        held = await issues.lock(connection, [it.intent.issue_id for it in settled])
        ours = await outbox.settle(connection, settled, now)
        known = {issue.id: issue for issue in held}
        kept = [
            (known[it.intent.issue_id], it) for it in settled if it.intent.id in ours
        ]
        if kept:
            await _keep_receipts(engine, connection, source, kept)
        seen = {issue.id: issue.snapshot for issue in held}
        lost = [
            Sent(it.intent, seen.get(it.intent.issue_id), it.receipt)
            for it in settled
            if it.intent.id not in ours
        ]
        await note_writes(engine, connection, source, lost)


async def _keep_receipts(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    kept: Sequence[tuple[StoredIssue, Settled]],
) -> None:
    now = engine.clock()
    bases = {issue.id: issue.base for issue, _ in kept}
    for issue, it in kept:
        outcome = "written" if it.receipt.written else "same"
        _tell(engine, source, it.intent, outcome)
        await note_race(engine, connection, issue, it.intent.change, it.receipt)
        bases[issue.id] = learn(bases[issue.id], it.intent.change, it.receipt)
    read = await sources.draw_read(connection)
    rebased = [Rebased(issue, base, read) for issue, base in bases.items()]
    subjects = [_subject(it.intent) for _, it in kept]
    back = [
        it.intent.tracker_id
        for issue, it in kept
        if it.receipt.written or bases[issue.id] != issue.base
    ]
    sent = [Sent(it.intent, issue.snapshot, it.receipt) for issue, it in kept]
    async with connection.pipeline():
        await issues.keep_bases(connection, rebased)
        await resolve_all(connection, subjects, now)
        await fetches.ask(connection, source.id, back, now, fetches.READ_BACK)
        await note_writes(engine, connection, source, sent)


async def _retry(
    engine: Engine, source: SourceRow, intent: Intent, error: TrackerError
) -> None:
    async with engine.database.transaction() as connection:
        await _put_off(engine, connection, source, intent, error)
    if find_asked_until(engine, error):
        await report_trouble(engine, source, "deliver", error)


async def _doubt(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    intent: Intent,
    error: TrackerError,
) -> None:
    """The write may have had its effect: read the issue before anything else."""
    until = back_off(engine, intent.attempts, error)
    operation, counts = engine.ids(), not _is_asked_to_wait(engine, intent, error)
    told = _told(error)
    await outbox.postpone(connection, intent, operation, told, until, counts=counts)
    _tell(engine, source, intent, "postponed", error.code)
    await _suspect(engine, connection, source, intent, error)


def _is_asked_to_wait(engine: Engine, intent: Intent, error: TrackerError) -> bool:
    """A tracker's limit is no failure of a write, unless it never lets it through."""
    is_limit = error.code == LIMITED and find_asked_until(engine, error) is not None
    # abs: the clock may have been ahead when it was wanted
    return is_limit and abs(engine.clock() - intent.created_at) < _PATIENCE


async def _suspect(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    intent: Intent,
    error: TrackerError,
) -> None:
    """Part of it may have been written: a step of several, or a post function's."""
    now = engine.clock()
    await fetches.ask(connection, source.id, [intent.tracker_id], now, error.code)
    seen = await issues.find_snapshot(connection, intent.issue_id)
    await note_writes(engine, connection, source, [Sent(intent, seen)])


async def _put_off(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    intent: Intent,
    error: TrackerError,
) -> None:
    """Until later, or, after the last attempt, until a person looks at it."""
    waits = _is_asked_to_wait(engine, intent, error)
    is_last = intent.attempts >= MOST_ATTEMPTS and not waits
    act = _give_up if is_last else _doubt
    await act(engine, connection, source, intent, error)


async def _give_up(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    intent: Intent,
    error: TrackerError,
) -> None:
    is_ours = await outbox.bury(connection, intent, _told(error), engine.clock())
    _tell(engine, source, intent, "dead", error.code)
    await _suspect(engine, connection, source, intent, error)
    if is_ours or error.code == LEAK:
        await _raise(engine, connection, source, intent, error)


async def _raise(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    intent: Intent,
    error: TrackerError,
) -> None:
    if error.code == LEAK:
        await report_leak(engine, connection, source, error, intent)
        return
    concern = Concern(
        code=error.code,
        subject=_subject(intent),
        params=error.params,
        client_id=intent.client_id,
        source_id=source.id,
        issue_id=intent.issue_id,
    )
    await raise_concern(connection, engine.ids, concern, engine.clock())


def _tell(
    engine: Engine, source: SourceRow, intent: Intent, outcome: str, reason: str = ""
) -> None:
    field = outbox.field_of(intent.change)
    sign = Written(source.name, intent.tracker_id, intent.id, field, outcome, reason)
    engine.tell(sign)


def _subject(intent: Intent) -> str:
    return f"{intent.issue_id}:{outbox.field_of(intent.change)}"


def _told(error: TrackerError) -> dict[str, Any]:
    return {"code": error.code, **error.params}
