"""Deliveries a second from the inbox to the outbox, and from there to the tracker.

``python -m benchmarks.engine [--quick] [--json]``. The baseline is one Procrastinate job
an event, on the same server, with the same connector (a tracker that answers from
memory), the same rules and the same verbs for one issue at a time. Everything is durable.
What was written is read back by us in a step of its own, which the baseline leaves out.
Then one, two and four sources are drained by as many processes.
"""

import argparse
import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from procrastinate import App, PsycopgConnector

from app.bootstrap import now
from benchmarks.paper_pool import (
    CONNECTIONS,
    NAME,
    NAMES,
    fill_inbox,
    found,
    open_engine,
)
from benchmarks.report import middle, print_report
from pool import inbox, sources
from pool.database import query
from pool.embedded import embedded_server
from pool.inbox import Settled
from pool.migrate import upgrade
from pool.states import InboxState
from sync.absorb import Batch, Cause, absorb
from sync.deliver import deliver
from sync.engine import Engine
from sync.fetch import fetch
from sync.ingest import ingest
from sync.redecide import redecide

WHOLE, QUICK = 5_000, 500
ROUNDS, BASELINE_SHARE, CONCURRENCY = 3, 5, 4
WARM_UP = 100


_SIZE = """
SELECT sum(pg_total_relation_size(c.oid)) AS bytes, (SELECT count(*) FROM issues) AS issues
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT relispartition
"""


@dataclass
class Rate:
    """What one round took, in seconds, and for how many.

    Attributes:
        client: CPU seconds of our processes.
        server: CPU seconds of PostgreSQL's.
    """

    count: int
    seconds: float
    client: float = 0
    server: float = 0

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


class Meter:
    """Seconds, and CPU seconds of both sides, since it was made."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._began = self._read()

    def _read(self) -> tuple[float, float, float]:
        return perf_counter(), process_time(), server_seconds(self._data)

    def stop(self, count: int) -> Rate:
        ended = zip(self._read(), self._began, strict=True)
        return Rate(count, *(round(now - then, 3) for now, then in ended))


def server_seconds(data: Path) -> float:
    """CPU seconds of all processes that work in a data directory; of ended ones, too."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == data:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def take_in(engine: Engine, name: str = NAME) -> None:
    """Inbox to outbox."""
    await ingest(engine, name)
    await fetch(engine, name)


async def measure_ours(
    engine: Engine, data: Path, count: int
) -> tuple[Rate, Rate, Rate]:
    """Inbox to outbox, outbox to tracker, and reading back: what a worker drains."""
    before = await _count(engine, "outbox", "state = 'sent'")
    meter = Meter(data)
    await take_in(engine)
    decided, meter = meter.stop(count), Meter(data)
    await deliver(engine, NAME)
    sent = meter.stop(await _count(engine, "outbox", "state = 'sent'") - before)
    meter = Meter(data)
    read_back = meter.stop(await fetch(engine, NAME))
    assert await _count(engine, "inbox", "state = 'pending'") == 0
    return decided, sent, read_back


async def measure_nights(engine: Engine, data: Path) -> tuple[Rate, Rate]:
    """Every issue decided on again, as for a new ruleset; then those of the next day."""
    async with engine.database.transaction() as connection:
        await connection.execute("UPDATE issues SET due_on = decided_on")
    meter = Meter(data)
    every = meter.stop(await redecide(engine))
    tomorrow = replace(engine, clock=lambda: now() + timedelta(days=1))
    meter = Meter(data)
    return every, meter.stop(await redecide(tomorrow))


async def measure_jobs(engine: Engine, url: str, data: Path, count: int) -> Rate:
    """The same, one job an event, on as many connections."""
    app = App(connector=PsycopgConnector(conninfo=url, max_size=CONNECTIONS))

    @app.task(name="event")
    async def event() -> None:
        await _take_one(engine)

    async with app.open_async():
        for _ in range(count):
            await event.defer_async()
        meter = Meter(data)
        await app.run_worker_async(
            wait=False,
            concurrency=CONCURRENCY,
            delete_jobs="always",
            install_signal_handlers=False,
        )
        rate = meter.stop(count)
    assert await _count(engine, "inbox", "state = 'pending'") == 0
    return rate


async def _take_one(engine: Engine) -> None:
    connector = engine.sources[NAME].connector
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, NAME)
        assert source is not None
        [delivery] = await inbox.take(connection, source.id, 1)
        issue = json.loads(delivery.body)["issue"]
        told = {"issue": issue}
        settled = Settled(delivery.id, InboxState.APPLIED, told)
        await inbox.settle(connection, [settled], engine.clock())
        read = await sources.draw_read(connection)
    fetched = await connector.fetch([str(issue)])
    batch = Batch(fetched.snapshots, read, direct=True, cause=Cause.WEBHOOK)
    await absorb(engine, source, batch)


async def _count(engine: Engine, table: str, where: str) -> int:
    async with engine.database.transaction() as connection:
        statement = f"SELECT count(*) AS rows FROM {table} WHERE {where}"  # noqa: S608 - ours
        (row,) = await query(connection, statement)
    return int(row["rows"])


async def _bytes_per_issue(engine: Engine) -> int:
    async with engine.database.transaction() as connection:
        (row,) = await query(connection, _SIZE)
    return int(row["bytes"] / row["issues"])


def _milliseconds(rates: Sequence[Rate]) -> dict[str, float]:
    """CPU for one, on either side."""
    return {
        "worker_cpu_ms": middle([1000 * one.client / one.count for one in rates]),
        "server_cpu_ms": middle([1000 * one.server / one.count for one in rates]),
        "per_second": middle([one.per_second for one in rates]),
    }


def _cpu(middle_one: Mapping[str, float]) -> float:
    """What no other load on the machine changes much."""
    return middle_one["worker_cpu_ms"] + middle_one["server_cpu_ms"]


async def measure(url: str, data: Path, count: int) -> None:
    """Both in turns, each on issues of its own, in one pool."""
    ours: list[tuple[Rate, Rate, Rate]] = []
    jobs: list[Rate] = []
    few = max(count // BASELINE_SHARE, 100)
    async with open_engine(url) as engine:
        await found(engine)
        for number in range(ROUNDS):
            first = 1 + number * (count + few)
            await fill_inbox(engine, first, count)
            ours.append(await measure_ours(engine, data, count))
            await fill_inbox(engine, first + count, few)
            jobs.append(await measure_jobs(engine, url, data, few))
            await deliver(engine, NAME)
            await fetch(engine, NAME)
        every, due = await measure_nights(engine, data)
        size = await _bytes_per_issue(engine)
    fleets = {names: drain_together(url, data, names, count) for names in (1, 2, 4)}
    decided, sent, read_back = map(_milliseconds, zip(*ours, strict=True))
    baseline = _milliseconds(jobs)
    told: dict[str, Any] = {
        "deliveries": count,
        "inbox_to_outbox": decided,
        "outbox_to_tracker": sent,
        "read_back": read_back,
        "decided_again": _milliseconds([every]),
        "night": {"issues": every.count, "due": due.count, "seconds": due.seconds},
        "bytes_per_issue": size,
        "by_sources": {each: _milliseconds([one]) for each, one in fleets.items()},
    }
    print_report(
        "engine",
        told,
        {"one_job_an_event": {**baseline, "deliveries": few}},
        {
            "ours_vs_one_job_an_event": decided["per_second"] / baseline["per_second"],
            "cpu_of_one_job_an_event_vs_ours": _cpu(baseline) / _cpu(decided),
            "two_sources_vs_one": fleets[2].per_second / fleets[1].per_second,
        },
        ("psycopg", "procrastinate"),
    )


def drain_together(url: str, data: Path, sources: int, count: int) -> Rate:
    """Inbox to outbox, each source by a process of its own."""
    processes = get_context("spawn")
    gate, spent = processes.Barrier(sources + 1), processes.SimpleQueue()
    drains = [
        processes.Process(target=_drain, args=(url, name, sources, count, gate, spent))
        for name in NAMES[:sources]
    ]
    for drain in drains:
        drain.start()
    gate.wait()
    meter = Meter(data)
    gate.wait()
    rate = meter.stop(sources * count)
    for drain in drains:
        drain.join()
    return replace(rate, client=sum(spent.get() for _ in drains))


def _drain(
    url: str,
    name: str,
    turn: int,
    count: int,
    gate: Barrier,
    spent: "SimpleQueue[float]",
) -> None:
    asyncio.run(_drain_one(url, name, turn, count, gate, spent))


async def _drain_one(
    url: str,
    name: str,
    turn: int,
    count: int,
    gate: Barrier,
    spent: "SimpleQueue[float]",
) -> None:
    first = 1_000_000 * turn
    async with open_engine(url) as engine:
        await fill_inbox(engine, first, WARM_UP, name)
        await take_in(engine, name)
        await fill_inbox(engine, first + WARM_UP, count, name)
        gate.wait()
        began = process_time()
        await take_in(engine, name)
        spent.put(process_time() - began)
        gate.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ends within 50 s")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="reqpool-bench-", dir="/tmp"))
    try:
        with embedded_server(home) as url:
            upgrade(url)
            asyncio.run(measure(url, home / "data", QUICK if asked.quick else WHOLE))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
