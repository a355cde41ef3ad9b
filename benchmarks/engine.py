"""Deliveries a second from the inbox to the outbox, and from there to the tracker.

``python -m benchmarks.engine [--quick] [--json]``. The baseline is one Procrastinate job
an event, on the same server, with the same connector (a tracker that answers from
memory), the same rules and the same verbs for one issue at a time. Everything is durable.
"""

import argparse
import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from procrastinate import App, PsycopgConnector

from app.bootstrap import new_id, now
from benchmarks.paper_tracker import PaperConnector
from benchmarks.report import middle, print_report
from connectors.base import SourceConfig
from connectors.http import Budget
from model.catalogue import Catalogue
from model.contracts import Clause, Contract
from model.deliveries import Delivery
from model.projects import Client, Language, Phase, Project
from model.releases import Release, Train
from pool import catalogue, inbox, sources
from pool.contracts import Making
from pool.database import Database, query
from pool.embedded import embedded_server
from pool.inbox import Arrival, Settled
from pool.migrate import upgrade
from pool.schema import InboxState
from rules.load_ruleset import load_ruleset
from rules.matching.word_matcher import WordMatcher
from sync.absorb import Batch, Cause, absorb
from sync.activate import activate
from sync.deliver import deliver
from sync.engine import Engine, Source
from sync.fetch import fetch
from sync.ingest import ingest
from sync.redecide import redecide
from sync.register import register

NAME = "paper"
WHOLE, QUICK = 5_000, 500
ROUNDS, BASELINE_SHARE, CONCURRENCY = 3, 5, 4
CLAUSES = tuple(
    Clause(f"{part}.{number}", module, text)
    for part, (module, text) in enumerate(
        (
            ("Fund reports", "Export of every fund report to Excel and PDF as shown."),
            ("Approval", "Approval flows in several steps, routed by amount."),
            ("Ledger", "Vouchers are entered, reviewed, posted and reversed."),
            ("Mobile", "Mobile apps and mini programs are not part of the delivery."),
        ),
        start=1,
    )
    for number in range(1, 11)
)


_SIZE = """
SELECT sum(pg_total_relation_size(c.oid)) AS bytes, (SELECT count(*) FROM issues) AS issues
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT relispartition
"""


@dataclass
class Rate:
    """What one round took, in seconds, and for how many.

    Attributes:
        client: CPU seconds of our process.
        server: CPU seconds of PostgreSQL's.
    """

    count: int
    seconds: float
    client: float = 0
    server: float = 0

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[Engine]:
    """A founded pool with one source, in a database of its own."""
    database = Database(url, max_connections=CONCURRENCY + 2)
    await database.open()
    config = SourceConfig(
        kind="paper", project="paper", base_url="https://paper.example"
    )
    connector = PaperConnector(NAME, config, None, now)

    async def wake(verb: str, source: str) -> None:
        del verb, source

    engine = Engine(
        database=database,
        sources={NAME: Source(NAME, config, connector, Budget(now))},
        clock=now,
        ids=new_id,
        random=Random(7),
        matcher=WordMatcher(),
        wake=wake,
    )
    await _found(engine)
    yield engine
    await database.close()


async def _found(engine: Engine) -> None:
    text = "\n".join(clause.text for clause in CLAUSES)
    fingerprint = sha256(text.encode()).hexdigest()
    contract = Contract(
        "paper-2026", "Paper", "paper", CLAUSES, fingerprint=fingerprint
    )
    wanted = Catalogue(
        clients={"paper": Client("paper", "Paper", Language.EN)},
        contracts={"paper-2026": contract},
        projects={
            "paper": Project(
                "paper", "Paper", "paper", Phase.UAT, contract="paper-2026"
            )
        },
        trains={
            slug: Train(slug, slug) for slug in ("main", "hotfix", "after-acceptance")
        },
        releases={
            "later": Release("later", "main", date(2099, 2, 10), date(2099, 2, 20))
        },
    )
    async with engine.database.transaction() as connection:
        made = Making(engine.clock(), "benchmark", "contract.yaml")
        await catalogue.keep(connection, engine.ids, wanted, {fingerprint: text}, made)
    assert await register(engine) == ()
    rules = (files("rules") / "defaults" / "vendor.en.yaml").read_text("utf-8")
    ruleset, problems = load_ruleset(rules, file="vendor.en.yaml")
    assert ruleset is not None, problems
    await activate(engine, ruleset, "benchmark")


async def fill_inbox(engine: Engine, first: int, count: int) -> None:
    """Deliveries of ``count`` different issues, as the letterbox keeps them."""
    arrivals = [_arrival(number) for number in range(first, first + count)]
    for start in range(0, count, 256):
        async with engine.database.transaction() as connection:
            await inbox.keep(connection, arrivals[start : start + 256])


def _arrival(number: int) -> Arrival:
    body = json.dumps({"issue": number, "padding": "x" * 2_000}).encode()
    delivery = Delivery(
        id=new_id(),
        source=NAME,
        delivery_id=str(number),
        headers={},
        body=body,
        sha256=sha256(body).hexdigest(),
        received_at=datetime.now(UTC),
    )
    return Arrival(delivery, inbox.pack(body))


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


async def measure_ours(engine: Engine, data: Path, count: int) -> tuple[Rate, Rate]:
    """Inbox to outbox, then outbox to tracker: the drains that a worker runs."""
    before = await _count(engine, "outbox", "state = 'sent'")
    meter = Meter(data)
    await ingest(engine, NAME)
    await fetch(engine, NAME)
    decided, meter = meter.stop(count), Meter(data)
    await deliver(engine, NAME)
    sent = meter.stop(await _count(engine, "outbox", "state = 'sent'") - before)
    assert await _count(engine, "inbox", "state = 'pending'") == 0
    return decided, sent


async def measure_night(engine: Engine, data: Path) -> Rate:
    """Every issue decided on again, as when a day begins."""
    async with engine.database.transaction() as connection:
        await connection.execute("UPDATE issues SET decided_on = decided_on - 1")
    meter = Meter(data)
    return meter.stop(await redecide(engine))


async def measure_jobs(engine: Engine, url: str, count: int) -> Rate:
    """The same, one job an event, on as many connections."""
    app = App(connector=PsycopgConnector(conninfo=url, max_size=CONCURRENCY + 2))

    @app.task(name="event")
    async def event() -> None:
        await _take_one(engine)

    async with app.open_async():
        for _ in range(count):
            await event.defer_async()
        started = perf_counter()
        await app.run_worker_async(
            wait=False,
            concurrency=CONCURRENCY,
            delete_jobs="always",
            install_signal_handlers=False,
        )
    assert await _count(engine, "inbox", "state = 'pending'") == 0
    return Rate(count, perf_counter() - started)


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


async def measure(url: str, data: Path, count: int) -> None:
    """Both in turns, each on issues of its own, in one pool."""
    ours: list[Rate] = []
    sent: list[Rate] = []
    jobs: list[Rate] = []
    few = max(count // BASELINE_SHARE, 100)
    async with open_engine(url) as engine:
        for number in range(ROUNDS):
            first = 1 + number * (count + few)
            await fill_inbox(engine, first, count)
            decided, delivered = await measure_ours(engine, data, count)
            ours.append(decided)
            sent.append(delivered)
            await fill_inbox(engine, first + count, few)
            jobs.append(await measure_jobs(engine, url, few))
            await deliver(engine, NAME)
        night = await measure_night(engine, data)
        size = await _bytes_per_issue(engine)
    theirs = middle([one.per_second for one in jobs])
    told: dict[str, Any] = {
        "deliveries": count,
        "inbox_to_outbox": _milliseconds(ours),
        "outbox_to_tracker": _milliseconds(sent),
        "decided_again": _milliseconds([night]),
        "bytes_per_issue": size,
    }
    print_report(
        "engine",
        told,
        {"one_job_an_event": {"per_second": theirs, "deliveries": few}},
        {"ours_vs_one_job_an_event": told["inbox_to_outbox"]["per_second"] / theirs},
        ("psycopg", "procrastinate"),
    )


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
