"""How long a worker needs for what has piled up while there was none.

``python -m benchmarks.backlog [--quick] [--json] [--deliveries N]``. The inbox is filled
with deliveries, each about another new issue, which is the most work that deliveries can
make. Then a worker begins, as ``reqpool worker`` runs it, with a tracker that answers from
memory, until all are understood, read, decided on and written back. The goal is absolute:
50,000 within ten minutes. How far it has come is told every ten seconds on standard error;
at the bound it ends, and tells what was reached.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from app.jobs import build_jobs, wake_through, work
from benchmarks.engine import CONCURRENCY, server_seconds
from benchmarks.paper_pool import fill_inbox, found, open_engine
from benchmarks.report import print_report
from pool.database import query
from pool.embedded import embedded_server
from pool.migrate import upgrade
from sync.engine import Engine

WHOLE, QUICK, GOAL_SECONDS = 50_000, 2_000, 600
SLICE, LOOK_SECONDS, TELL_SECONDS = 5_000, 0.5, 10

_REACHED = """
SELECT (SELECT count(*) FROM inbox WHERE state <> 'pending') AS understood,
    (SELECT count(*) FROM issues) AS in_the_pool,
    (SELECT count(*) FROM outbox WHERE state = 'sent') AS written,
    (SELECT count(*) FROM issues i WHERE decision_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM outbox o WHERE o.issue_id = i.id AND o.state = 'pending')
    ) AS written_back
"""
"""How many of each; writes, unlike the others, may be several an issue."""

_IS_LEFT = """
SELECT EXISTS (SELECT FROM inbox WHERE state = 'pending') AS understood,
    EXISTS (SELECT FROM fetches WHERE cause = 'webhook') AS in_the_pool,
    EXISTS (SELECT FROM outbox WHERE state = 'pending') AS written_back
"""

Counts = Mapping[str, int]


@dataclass
class Progress:
    """Of a drain that began with the first look.

    Attributes:
        ended: seconds until nothing was left of a stage, in their order.
        told: counts every ten seconds, with those a second since the line before.
    """

    began: float = field(default_factory=perf_counter)
    ended: dict[str, float] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    before: tuple[float, Counts] = (0.0, {})

    @property
    def seconds(self) -> float:
        return round(perf_counter() - self.began, 1)

    def note(self, is_left: Mapping[str, bool]) -> bool:
        """Take a look's answer; whether all stages are over."""
        for stage, left in is_left.items():
            if left:
                return False
            self.ended.setdefault(stage, self.seconds)
        return True

    def tell(self, reached: Counts) -> None:
        """Print how far it has come."""
        then, counts = self.before
        passed = self.seconds - then
        rates = {
            f"{name}_per_second": round((count - counts.get(name, 0)) / passed)
            for name, count in reached.items()
        }
        line = {"seconds": self.seconds, **reached, **rates}
        print(line, file=sys.stderr, flush=True)
        self.told.append(line)
        self.before = (self.seconds, reached)


async def look(engine: Engine, statement: str) -> dict[str, Any]:
    async with engine.database.transaction() as connection:
        [row] = await query(connection, statement)
    return dict(row)


async def watch(engine: Engine, bound: float) -> Progress:
    """Until nothing is left, or the bound is reached."""
    progress = Progress()
    while not progress.note(await look(engine, _IS_LEFT)):
        if progress.seconds >= bound:
            break
        if progress.seconds - progress.before[0] >= TELL_SECONDS:
            progress.tell(await look(engine, _REACHED))
        await asyncio.sleep(LOOK_SECONDS)
    progress.tell(await look(engine, _REACHED))
    return progress


async def fill(engine: Engine, count: int) -> None:
    for first in range(1, count + 1, SLICE):
        await fill_inbox(engine, first, min(SLICE, count + 1 - first))


async def drain(url: str, count: int, bound: float) -> dict[str, Any]:
    async with open_engine(url) as engine, build_jobs(url).open_async() as jobs:
        await found(engine)
        await fill(engine, count)
        woken = replace(engine, wake=wake_through(jobs))
        worker = asyncio.create_task(work(jobs, woken, CONCURRENCY))
        progress = await watch(engine, bound)
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
    reached = progress.before[1]
    is_over = reached["written_back"] == count
    assert is_over or "written_back" not in progress.ended, reached
    return {
        "deliveries": count,
        "is_over": is_over,
        "seconds": progress.ended,
        "reached": reached,
        "after_seconds": progress.before[0],
        "told": progress.told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ends within 50 s")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    parser.add_argument("--deliveries", type=int, default=WHOLE)
    parser.add_argument("--bound-seconds", type=float, default=GOAL_SECONDS)
    asked = parser.parse_args()
    count = QUICK if asked.quick else asked.deliveries
    home = Path(tempfile.mkdtemp(prefix="reqpool-backlog-", dir="/tmp"))
    try:
        with embedded_server(home) as url:
            upgrade(url)
            told = asyncio.run(drain(url, count, asked.bound_seconds))
            told["server_cpu_seconds"] = round(server_seconds(home / "data"), 1)
    finally:
        shutil.rmtree(home)
    share = told["reached"]["written_back"] / WHOLE
    ratios = {"seconds_for_50000_vs_600": told["after_seconds"] / share / GOAL_SECONDS}
    print_report("backlog", told, {}, ratios, ("psycopg", "procrastinate"))


if __name__ == "__main__":
    main()
