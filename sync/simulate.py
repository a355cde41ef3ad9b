"""Try a candidate ruleset on every decided issue, before it goes live."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from uuid import UUID

from model.clock import Clock
from pool import rulesets, standing
from pool.database import Connection, Database
from pool.handing import Shared, hand_out, join
from pool.standing import BlockParser, Reading, read_blocks
from rules.count import facts_asked
from rules.ruleset import Ruleset
from rules.ruleset_diff import compare_rulesets
from rules.simulate import Simulation, sum_up
from rules.tally import Tally
from rules.vocabulary import VOCABULARY
from sync.count import Task, count
from sync.count_taken import count_taken
from sync.replay import ACCEPTANCE
from sync.sitting import load_stored

_ISSUES_A_PROCESS = 20_000
"""Fewer are counted sooner than another process starts."""

_ISSUES_HERE = 5_000
"""Fewer are counted within a moment, so no process is started at all."""


_LOOK_SECONDS = 0.5

Tell = Callable[[int, int], None]
"""Called now and then with how many issues are counted, of about how many."""


class AlreadySimulating(RuntimeError):  # noqa: N818 - says what is the case
    """Somebody else simulates on this pool; one at a time."""


async def simulate(
    database: Database,
    clock: Clock,
    candidate: Ruleset,
    *,
    project: UUID | None = None,
    processes: int | None = None,
    tell: Tell = lambda _counted, _issues: None,
) -> Simulation:
    """Decide on the whole pool under a candidate; nothing is stored or written.

    Every issue is decided on the facts of its last decision, but today. Overrides
    stay; issues that nothing was decided on yet are left out.

    Args:
        database: the pool's; one more connection is opened.
        clock: says which day it is.
        candidate: the ruleset that may go live.
        project: whose issues; None for all whose project has no ruleset of its own.
        processes: how many count; if None at most one a core, and none of their own
            for a small pool.
        tell: about the progress in a large pool.

    Raises:
        AlreadySimulating: another simulation takes every core.
    """
    today = clock().astimezone(candidate.zone).date()
    async with database.transaction() as connection:
        snapshot = await standing.open_snapshot(connection)
        if not await standing.take_turn(connection):
            raise AlreadySimulating
        active = await rulesets.find_active_fingerprints(connection)
        reading = Reading(
            database.url,
            snapshot,
            _asked(candidate),
            project,
            tuple(active.own) if active else (),
        )
        task = Task(
            candidate.name,
            candidate.texts,
            await standing.find_trains(connection),
            await standing.find_train_of(connection),
            await _find_fresh(connection, candidate, project),
            today,
        )
        issues = await standing.estimate_issues(connection)
        if processes is None and issues < _ISSUES_HERE:
            tallies = [await asyncio.to_thread(_count_here, task, reading)]
        else:
            enough = min(_count_cores(), issues // _ISSUES_A_PROCESS + 1)
            tallies = await _count_all(
                task, reading, processes or enough, lambda done: tell(done, issues)
            )
        return sum_up(candidate, tallies)


def _count_here(task: Task, reading: Reading) -> Tally:
    parser = BlockParser(reading.facts)
    return count(task, map(parser.parse, read_blocks(reading)))


async def _find_fresh(
    connection: Connection, candidate: Ruleset, project: UUID | None
) -> frozenset[str]:
    """The rules that differ from those that run; none where nothing can be compared."""
    stored = await rulesets.find_active(connection, project)
    stored = stored or await rulesets.find_active(connection)
    try:
        before = load_stored(stored) if stored else None
    except ValueError:
        before = None
    edits = compare_rulesets(before, candidate) if before else ()
    return frozenset(edit.rule for edit in edits)


async def _count_all(
    task: Task, reading: Reading, processes: int, tell: Callable[[int], None]
) -> list[Tally]:
    spawn = multiprocessing.get_context("spawn")
    shared = Shared(spawn.SimpleQueue(), spawn.Value("q"))
    executor = ProcessPoolExecutor(
        processes + 1, mp_context=spawn, initializer=join, initargs=(shared,)
    )
    loop = asyncio.get_running_loop()
    try:
        read = loop.run_in_executor(executor, hand_out, reading, processes)
        counted = [
            loop.run_in_executor(executor, count_taken, task, reading.facts)
            for _ in range(processes)
        ]
        left: set[asyncio.Future[Any]] = {read, *counted}
        while left:
            _done, left = await asyncio.wait(left, timeout=_LOOK_SECONDS)
            tell(shared.taken.value)
        tallies = await asyncio.gather(*counted)
        await read
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return tallies


def _asked(candidate: Ruleset) -> tuple[str, ...]:
    known = {name for name, fact in VOCABULARY.items() if fact.known_after is None}
    asked = facts_asked(candidate) & known
    if ACCEPTANCE in asked:
        asked |= {"today"}
    return tuple(sorted(asked))


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
