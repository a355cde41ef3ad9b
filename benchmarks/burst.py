"""A burst of webhooks while processes are killed and the database loses its power.

``python -m benchmarks.burst [--quick] [--json]``. 100 connections send 50,000 deliveries
(quick: 5,000), each until it is acknowledged. Meanwhile ``reqpool web`` is killed twice
and PostgreSQL once stopped as by a power cut. Afterwards every acknowledged delivery is
looked for in the database, once. The baseline, a FastAPI handler with one INSERT a
request, goes through the same.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import psycopg
import uvloop

from benchmarks.ingest import CONFIG, OURS, PACKAGES, THEIRS, found, free_port
from benchmarks.ingest_baselines import TABLE
from benchmarks.ingest_load import (
    BODY_BYTES,
    SECRET,
    make_body,
    make_request,
    make_rest,
)
from benchmarks.report import print_report
from pool.migrate import upgrade
from tests.processes.fleet import PostgresServer, Service

WHOLE, QUICK = 50_000, 5_000
CONNECTIONS = 100
PAUSE_SECONDS = 0.2
STRIKES = (0.2, 0.5, 0.8)
"""The shares of the burst after which something dies."""

Strike = Callable[[], Awaitable[None]]


@dataclass
class Burst:
    """Deliveries that are each sent until they are acknowledged."""

    port: int
    total: int
    acknowledged: int = 0
    repeated: int = 0
    longest_seconds: float = 0
    numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        random = Random(self.total)
        self.rests = [make_rest(random) for _ in range(100)]

    async def run(self, strikes: Sequence[Strike]) -> float:
        """Seconds until the last delivery was acknowledged."""
        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._strike(strikes))
            for _ in range(CONNECTIONS):
                group.create_task(self._keep_sending())
        return perf_counter() - started

    async def _strike(self, strikes: Sequence[Strike]) -> None:
        for share, strike in zip(STRIKES, strikes, strict=True):
            while self.acknowledged < share * self.total:  # noqa: ASYNC110 - a counter
                await asyncio.sleep(0.02)
            await strike()

    async def _keep_sending(self) -> None:
        line: Line | None = None
        while (number := next(self.numbers)) < self.total:
            body = make_body(self.total, number, self.rests[number % 100])
            request = make_request(self.port, "/webhooks/acme", body)
            began = perf_counter()
            while True:
                line = line or await Line.open(self.port)
                if line is not None and await line.send(request):
                    break
                line = None
                self.repeated += 1
                await asyncio.sleep(PAUSE_SECONDS)
            self.acknowledged += 1
            self.longest_seconds = max(self.longest_seconds, perf_counter() - began)


@dataclass
class Line:
    """One connection; of no use after anything but an acknowledgement."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "Line | None":
        try:
            return cls(*await asyncio.open_connection("127.0.0.1", port))
        except OSError:
            return None

    async def send(self, request: bytes) -> bool:
        """Whether it was acknowledged."""
        try:
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            await self.reader.readexactly(length)
        except (OSError, EOFError, StopIteration):
            return False
        accepted = head.startswith(b"HTTP/1.1 202")
        if not accepted:
            self.writer.close()
        return accepted


async def measure(
    service: Service, postgres: PostgresServer, port: int, total: int
) -> dict[str, Any]:
    """One contestant through the whole burst."""

    async def kill() -> None:
        service.kill()
        service.start()

    async def cut_power() -> None:
        await asyncio.to_thread(postgres.stop, "immediate")
        await asyncio.to_thread(postgres.start)

    service.start()
    burst = Burst(port, total)
    try:
        while await Line.open(port) is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        seconds = await burst.run((kill, cut_power, kill))
    finally:
        service.kill()
    return {
        "acknowledged": burst.acknowledged,
        "seconds": round(seconds, 2),
        "per_second": round(total / seconds),
        "sent_again": burst.repeated,
        "longest_wait_seconds": round(burst.longest_seconds, 2),
    }


def make_ours(folder: Path, url: str, port: int) -> Service:
    upgrade(url)
    asyncio.run(found(url, folder))
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    known = {"BENCHMARK_DATABASE": url, "BENCHMARK_SECRET": SECRET}
    words = ("web", "--config", str(config))
    return Service(words, known, folder / "web.log")


def make_baseline(folder: Path, url: str, port: int) -> Service:
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
    words = ("fastapi", str(port), url)
    program = "benchmarks.ingest_baselines"
    return Service(words, {}, folder / "baseline.log", program=program)


def run(
    name: str, make: Callable[[Path, str, int], Service], statement: str, total: int
) -> dict[str, Any]:
    """On a server of its own, since that one loses its power."""
    with tempfile.TemporaryDirectory(prefix="reqpool-burst-") as home:
        folder = Path(home)
        folder.chmod(0o711)
        postgres, port = PostgresServer(folder / "postgres"), free_port()
        postgres.make()
        postgres.start()
        try:
            service = make(folder, postgres.url, port)
            told = uvloop.run(measure(service, postgres, port, total))
            with psycopg.connect(postgres.url) as connection:
                stored = connection.execute(statement.encode()).fetchall()[0][0]
        finally:
            postgres.stop()
    print(name, told, "stored", stored, file=sys.stderr)
    return {**told, "stored": stored, "missing": max(total - stored, 0)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    total = QUICK if parser.parse_args().quick else WHOLE
    theirs = run("baseline", make_baseline, THEIRS, total)
    ours = run("ours", make_ours, OURS, total)
    print_report(
        "burst",
        {"body_bytes": BODY_BYTES, "twice": ours["stored"] - total, **ours},
        {"one_insert_a_request": {"twice": theirs["stored"] - total, **theirs}},
        {"ours_vs_one_insert_a_request": theirs["seconds"] / ours["seconds"]},
        PACKAGES,
    )
    assert ours["stored"] == total, ours


if __name__ == "__main__":
    main()
