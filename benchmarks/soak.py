"""How a web and a worker process bear a steady load: memory, answers, nothing lost.

``python -m benchmarks.soak [--quick] [--minutes N] [--per-second N] [--json]``. A paced
sender posts signed webhooks to ``reqpool web``, each at its own moment whether the ones
before were answered or not; ``reqpool worker`` settles them and reads the issues from a
stand-in for Jira. Resident memory of both is sampled. The slope is that of the second
half: what a process needs at all is there by then. Beside the webhooks people raise an
issue a second, which are decided on and answered. It is a measure against a bound of our
own (5 % in an hour), so there is no baseline.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import psycopg
import uvloop

from benchmarks.burst import Line
from benchmarks.ingest import PACKAGES, found, free_port
from benchmarks.ingest_load import SECRET, make_body, make_request, make_rest
from benchmarks.report import print_report
from pool.migrate import upgrade
from sandbox.clock import utc_now
from tests.processes.fleet import PostgresServer, Service
from tests.sync.conftest import TOKEN, JiraDesk, build_jira

WHOLE_MINUTES, QUICK_MINUTES, PER_SECOND = 9.0, 0.5, 100
CONNECTIONS = 64
SAMPLE_SECONDS = 5.0
MEBIBYTE = 1 << 20
CONFIG = """
[database]
url = {{ env = "BENCHMARK_DATABASE" }}
[web]
port = {port}
[log]
level = "warning"
[matching]
meaning = false
[sources.acme]
kind = "jira"
project = "acme-finance"
base_url = "{tracker}"
project_keys = ["FIN"]
token = {{ env = "BENCHMARK_TOKEN" }}
webhook_secrets = [{{ env = "BENCHMARK_SECRET" }}]
poll_seconds = 5
"""
COUNT = "SELECT count(*), count(*) FILTER (WHERE state = 'pending') FROM inbox"


@dataclass
class Pace:
    """Deliveries at a rate, over lines that are taken in turn.

    Attributes:
        late_seconds: how long after its moment each was acknowledged.
    """

    port: int
    per_second: float
    seconds: float
    seed: int
    late_seconds: list[float] = field(default_factory=list)
    refused: int = 0

    async def run(self) -> None:
        random = Random(self.seed)
        rests = [make_rest(random) for _ in range(100)]
        waiting: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._keep_sending(waiting, rests))
            await self._tick(waiting)

    async def _tick(self, waiting: "asyncio.Queue[tuple[int, float] | None]") -> None:
        began = perf_counter()
        for number in range(int(self.per_second * self.seconds)):
            moment = began + number / self.per_second
            if (early := moment - perf_counter()) > 0:
                await asyncio.sleep(early)
            waiting.put_nowait((number, moment))
        for _ in range(CONNECTIONS):
            waiting.put_nowait(None)

    async def _keep_sending(
        self,
        waiting: "asyncio.Queue[tuple[int, float] | None]",
        rests: Sequence[bytes],
    ) -> None:
        line: Line | None = None
        while (asked := await waiting.get()) is not None:
            number, moment = asked
            body = make_body(self.seed, number, rests[number % 100])
            line = line or await Line.open(self.port)
            request = make_request(self.port, "/webhooks/acme", body)
            if line is not None and await line.send(request):
                self.late_seconds.append(perf_counter() - moment)
            else:
                line, self.refused = None, self.refused + 1


@dataclass
class Memory:
    """What processes hold, in MiB, now and then."""

    services: dict[str, Service]
    at: list[float] = field(default_factory=list)
    held: dict[str, list[float]] = field(default_factory=dict)

    async def watch(self) -> None:
        began = perf_counter()
        while True:
            self.at.append(perf_counter() - began)
            for name, service in self.services.items():
                self.held.setdefault(name, []).append(resident(service) / MEBIBYTE)
            await asyncio.sleep(SAMPLE_SECONDS)

    def describe(self) -> dict[str, Any]:
        return {name: self._describe(held) for name, held in self.held.items()}

    def _describe(self, held: Sequence[float]) -> dict[str, float]:
        half = len(held) // 2
        slope = 3600 * find_slope(self.at[half:], held[half:])
        return {
            "most_mib": round(max(held), 1),
            "last_mib": round(held[-1], 1),
            "growth_percent_an_hour": round(100 * slope / held[half], 1),
        }


def resident(service: Service) -> int:
    status = Path(f"/proc/{service.pid}/status").read_text(encoding="ascii")
    [line] = [one for one in status.splitlines() if one.startswith("VmRSS:")]
    return 1024 * int(line.split()[1])


def find_slope(at: Sequence[float], values: Sequence[float]) -> float:
    """By least squares, per second."""
    middle_at, middle = sum(at) / len(at), sum(values) / len(values)
    pairs = zip(at, values, strict=True)
    rise = sum((one - middle_at) * (value - middle) for one, value in pairs)
    return rise / (sum((one - middle_at) ** 2 for one in at) or 1)


async def raise_issues(desk: JiraDesk) -> None:
    """One a second, as in a trial run."""
    for number in count():
        title = f"Export fund report {number} to Excel"
        await asyncio.to_thread(desk.raise_issue, title)
        await asyncio.sleep(1)


async def soak(services: dict[str, Service], desk: JiraDesk, pace: Pace) -> Memory:
    for service in services.values():
        service.start()
    while await Line.open(pace.port) is None:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    memory = Memory(services)
    beside = [asyncio.create_task(one) for one in (memory.watch(), raise_issues(desk))]
    await pace.run()
    for task in beside:
        task.cancel()
    return memory


def run(folder: Path, url: str, desk: JiraDesk, pace: Pace) -> Memory:
    upgrade(url)
    asyncio.run(found(url, folder))
    config = folder / "config.toml"
    text = CONFIG.format(port=pace.port, tracker=desk.url)
    config.write_text(text, encoding="utf-8")
    known = {
        "BENCHMARK_DATABASE": url,
        "BENCHMARK_SECRET": SECRET,
        "BENCHMARK_TOKEN": TOKEN,
    }

    def make(*words: str) -> Service:
        asked = (*words, "--config", str(config))
        return Service(asked, known, folder / f"{words[0]}.log")

    program = [sys.executable, "-m", "cli.main", "rules", "activate", "vendor-en"]
    asked = [*program, "--config", str(config)]
    subprocess.run(asked, check=True, env=os.environ | known, capture_output=True)  # noqa: S603 - ours
    services = {"web": make("web"), "worker": make("worker")}
    try:
        return uvloop.run(soak(services, desk, pace))
    finally:
        for service in services.values():
            service.kill()


def count_rows(url: str) -> tuple[int, int]:
    with psycopg.connect(url) as connection:
        [(stored, pending)] = connection.execute(COUNT).fetchall()
    return stored, pending


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    parser.add_argument("--minutes", type=float, default=WHOLE_MINUTES)
    parser.add_argument("--per-second", type=float, default=PER_SECOND)
    asked = parser.parse_args()
    minutes = QUICK_MINUTES if asked.quick else asked.minutes
    with tempfile.TemporaryDirectory(prefix="reqpool-soak-") as home:
        folder = Path(home)
        folder.chmod(0o711)
        postgres = PostgresServer(folder / "postgres")
        postgres.make()
        postgres.start()
        pace = Pace(free_port(), asked.per_second, 60 * minutes, seed=7)
        desk = build_jira(utc_now)
        try:
            with desk.server:
                memory = run(folder, postgres.url, desk, pace)
            stored, pending = count_rows(postgres.url)
        finally:
            postgres.stop()
    report(memory, pace, stored, pending)


def report(memory: Memory, pace: Pace, stored: int, pending: int) -> None:
    late = sorted(1000 * one for one in pace.late_seconds)
    told = {
        "minutes": round(pace.seconds / 60, 1),
        "per_second": pace.per_second,
        "acknowledged": len(late),
        "refused": pace.refused,
        "lost": len(late) - stored,
        "not_settled_in_the_end": pending,
        "p50_ms": round(late[len(late) // 2], 1),
        "p99_ms": round(late[len(late) * 99 // 100], 1),
        "memory": memory.describe(),
    }
    print(told, file=sys.stderr)
    print_report("soak", told, {}, {}, PACKAGES)
    assert told["lost"] == 0, told


if __name__ == "__main__":
    main()
