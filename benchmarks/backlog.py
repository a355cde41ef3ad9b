"""How long a worker needs for what has piled up while there was none.

``python -m benchmarks.backlog [--quick] [--json] [--deliveries N]``. The inbox is filled
with deliveries, each about another new issue, which is the most work that deliveries can
make. Then a worker begins, as ``reqpool worker`` runs it, with a tracker that answers from
memory, until all are understood, read, decided on and written back. The goal is absolute:
50,000 within ten minutes.
"""

import argparse
import asyncio
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
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
SLICE, LOOK_SECONDS = 5_000, 0.5
STAGES = {
    "understood": "SELECT FROM inbox WHERE state = 'pending'",
    "in_the_pool": "SELECT FROM fetches WHERE cause = 'webhook'",
    "written_back": "SELECT FROM outbox WHERE state = 'pending'",
}
"""What is left to do of each, in the order in which they end."""


async def fill(engine: Engine, count: int) -> None:
    for first in range(1, count + 1, SLICE):
        await fill_inbox(engine, first, min(SLICE, count + 1 - first))


async def is_left(engine: Engine, statement: str) -> bool:
    async with engine.database.transaction() as connection:
        [row] = await query(connection, f"SELECT EXISTS ({statement}) AS is_left")
    return bool(row["is_left"])


async def watch(engine: Engine) -> dict[str, float]:
    """Seconds from now until each stage had nothing left."""
    began, ended = perf_counter(), dict[str, float]()
    for stage, statement in STAGES.items():
        while await is_left(engine, statement):  # noqa: ASYNC110 - a database
            await asyncio.sleep(LOOK_SECONDS)
        ended[stage] = round(perf_counter() - began, 1)
    return ended


async def drain(url: str, count: int) -> dict[str, Any]:
    async with open_engine(url) as engine, build_jobs(url).open_async() as jobs:
        await found(engine)
        await fill(engine, count)
        woken = replace(engine, wake=wake_through(jobs))
        worker = asyncio.create_task(work(jobs, woken, CONCURRENCY))
        ended = await watch(engine)
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        async with engine.database.transaction() as connection:
            [row] = await query(connection, "SELECT count(*) AS issues FROM issues")
    assert row["issues"] == count, row
    return {"deliveries": count, "seconds": ended}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ends within 50 s")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    parser.add_argument("--deliveries", type=int, default=WHOLE)
    asked = parser.parse_args()
    count = QUICK if asked.quick else asked.deliveries
    home = Path(tempfile.mkdtemp(prefix="reqpool-backlog-", dir="/tmp"))
    try:
        with embedded_server(home) as url:
            upgrade(url)
            told = asyncio.run(drain(url, count))
            told["server_cpu_seconds"] = round(server_seconds(home / "data"), 1)
    finally:
        shutil.rmtree(home)
    took = told["seconds"]["written_back"] * WHOLE / count
    ratios = {"seconds_for_50000_vs_600": took / GOAL_SECONDS}
    print_report("backlog", told, {}, ratios, ("psycopg", "procrastinate"))


if __name__ == "__main__":
    main()
