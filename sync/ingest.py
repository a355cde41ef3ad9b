"""Turn pending deliveries into wishes to read issues."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, assert_never
from uuid import UUID

from connectors.base import SourceConfig
from model.deliveries import Hint, Ignored, Quarantined
from model.signs import Ingested
from pool import fetches, inbox, sources
from pool.database import Connection
from pool.encode import encode
from pool.inbox import Settled
from pool.sources import SourceRow
from pool.states import InboxState
from sync.engine import Engine
from sync.report_quarantined import report_quarantined

_BATCH = 500

Outcome = Hint | Ignored | Quarantined
"""What a delivery means."""


async def ingest(engine: Engine, name: str) -> int:
    """Drain a source's inbox; answers how many deliveries were settled.

    A delivery is a hint and nothing more: which issue is to be fetched. What comes in
    meanwhile has a wake-up of its own: in a stream there is always one more.
    """
    settled = taken = await _ingest_batch(engine, name)
    while taken == _BATCH:
        taken = await _ingest_batch(engine, name)
        settled += taken
    if settled:
        await engine.wake("fetch", name)
    return settled


async def _ingest_batch(engine: Engine, name: str) -> int:
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is None or source.paused_at:
            return 0
        deliveries = await inbox.take(connection, source.id, _BATCH)
        config = engine.sources[source.name].config
        parse = engine.sources[source.name].connector.parse
        outcomes = [
            (delivery.id, _within(config, parse(delivery))) for delivery in deliveries
        ]
        await _ask(engine, connection, source, [outcome for _, outcome in outcomes])
        settled = [
            _settle(engine, name, number, outcome) for number, outcome in outcomes
        ]
        await inbox.settle(connection, settled, engine.clock())
        await _report(engine, connection, source, [outcome for _, outcome in outcomes])
        return len(deliveries)


def _within(config: SourceConfig, outcome: Outcome) -> Outcome:
    """What is about a project that the source does not have may be another client's."""
    if isinstance(outcome, Hint) and not config.covers(outcome):
        return Quarantined("project_not_configured", outcome.issue_id)
    return outcome


def _issue_of(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Ignored) else outcome.issue_id


async def _ask(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    outcomes: Sequence[Outcome],
) -> None:
    """In one order, or two batches that touch the same issues block each other."""
    named = sorted((one for one in outcomes if _issue_of(one)), key=_issue_of)
    for cause, some in groupby(named, key=_cause_of):
        issues = set(map(_issue_of, some))
        await fetches.ask(connection, source.id, issues, engine.clock(), cause)


def _cause_of(outcome: Outcome) -> str:
    return "webhook" if isinstance(outcome, Hint) else "quarantine"


def _settle(engine: Engine, source: str, delivery: UUID, outcome: Outcome) -> Settled:
    told: Mapping[str, Any]
    match outcome:
        case Hint():
            state, reason, told = InboxState.APPLIED, "", encode(outcome)
        case Ignored(reason):
            state, told = InboxState.IGNORED, {"reason": reason}
        case Quarantined(reason):
            state, told = InboxState.QUARANTINED, {"reason": reason}
        case _:
            assert_never(outcome)
    engine.tell(Ingested(source, delivery, state.value, _issue_of(outcome), reason))
    return Settled(delivery, state, told)


async def _report(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    outcomes: Sequence[Outcome],
) -> None:
    """Last of all and once a batch: whoever waits for these rows waits for its commit."""
    strange = [one for one in outcomes if isinstance(one, Quarantined)]
    if any(not one.issue_id for one in strange):
        await sources.ask_repoll(connection, source.id, engine.clock())
    for reason, times in sorted(Counter(one.reason for one in strange).items()):
        await report_quarantined(engine, connection, source, reason, times)
