"""Try a candidate ruleset on every decided issue, before it goes live."""

import asyncio
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from model.clock import Clock
from pool import rulesets, standing
from pool.database import Database
from pool.standing import Column, Share, Stood, read_share
from rules.count import Counting
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from rules.simulate import Simulation, sum_up
from rules.tally import ReleaseOn, Tally
from rules.vocabulary import VOCABULARY, FactType
from sync.replay import ACCEPTANCE, bring_up_to, revive_day

_ISSUES_A_PROCESS = 20_000
"""Fewer are counted sooner than another process starts."""

_COLUMNS: Mapping[FactType, Column] = {
    FactType.TEXT: Column.TEXT,
    FactType.CHOICE: Column.TEXT,
    FactType.LIST: Column.LIST,
    FactType.NUMBER: Column.NUMBER,
    FactType.FLAG: Column.FLAG,
    FactType.DATE: Column.TEXT,
}


class AlreadySimulating(RuntimeError):  # noqa: N818 - says what is the case
    """Somebody else simulates on this pool; one at a time."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What a process is sent: a ruleset as its texts, for closures do not travel."""

    name: str
    texts: Mapping[str, str]
    trains: Mapping[str, ReleaseOn]
    today: date


async def simulate(
    database: Database,
    clock: Clock,
    candidate: Ruleset,
    *,
    project: UUID | None = None,
    processes: int | None = None,
) -> Simulation:
    """Decide on the whole pool under a candidate; nothing is stored or written.

    Every issue is decided on the facts of its last decision, but today. Overrides
    stay; issues that nothing was decided on yet are left out.

    Args:
        database: the pool's; each process opens a connection of its own.
        clock: says which day it is.
        candidate: the ruleset that may go live.
        project: whose issues; None for all whose project has no ruleset of its own.
        processes: how many read and count; at most one a core if None.

    Raises:
        AlreadySimulating: another simulation takes every core.
    """
    today = clock().astimezone(candidate.zone).date()
    async with database.transaction() as connection:
        snapshot = await standing.open_snapshot(connection)
        if not await standing.take_turn(connection):
            raise AlreadySimulating
        active = await rulesets.find_active_fingerprints(connection)
        others = tuple(active.own) if active else ()
        numbers = await standing.find_numbers(connection)
        trains = await standing.find_next_releases(connection, today)
        task = _Task(candidate.name, candidate.texts, trains, today)
        enough = min(_count_cores(), len(numbers) // _ISSUES_A_PROCESS + 1)
        shares = [
            Share(database.url, snapshot, _columns(candidate), project, others, *part)
            for part in _split(numbers, processes or enough)
        ]
        return sum_up(candidate, await _count_all(task, shares))


async def _count_all(task: _Task, shares: list[Share]) -> list[Tally]:
    if not shares:
        return []
    spawn = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(len(shares), mp_context=spawn)
    loop = asyncio.get_running_loop()
    try:
        counted = [
            loop.run_in_executor(executor, count_share, task, share) for share in shares
        ]
        return await asyncio.gather(*counted)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def count_share(task: _Task, share: Share) -> Tally:
    """Read and count one share; runs in a process of its own."""
    candidate, _problems = load_ruleset(
        task.texts[task.name], file=task.name, load_base=task.texts.__getitem__
    )
    if candidate is None:
        raise LookupError(task.name)
    counting = Counting(candidate, task.trains)
    for issue in _revive(read_share(share), share.facts, task.today):
        counting.count(issue)
    return counting.finish()


def _columns(candidate: Ruleset) -> dict[str, Column]:
    known = {name for name, fact in VOCABULARY.items() if fact.known_after is None}
    asked = Counting(candidate, {}).asked & known
    if ACCEPTANCE in asked:
        asked |= {"today"}
    return {name: _COLUMNS[VOCABULARY[name].type] for name in sorted(asked)}


def _revive(
    stood: Iterator[Stood], columns: Mapping[str, Column], today: date
) -> Iterator[Stood]:
    dated = [name for name in columns if VOCABULARY[name].type is FactType.DATE]
    for issue in stood:
        facts = issue.facts
        for name in dated:
            if facts[name] is not None:
                facts[name] = revive_day(facts[name])
        if ACCEPTANCE in facts:
            facts[ACCEPTANCE] = bring_up_to(today, facts)[ACCEPTANCE]
        facts["today"] = today
        facts["requirement.state"] = issue.state.value
        yield issue


def _split(numbers: range, parts: int) -> Iterator[tuple[int, int]]:
    """The first and last number of each part."""
    size = -(-len(numbers) // parts)
    for first in numbers[:: size or 1]:
        yield first, min(first + size, numbers.stop) - 1


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
