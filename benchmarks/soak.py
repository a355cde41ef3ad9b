"""How a web and a worker process bear a steady load: memory, answers, nothing lost.

``python -m benchmarks.soak [--quick] [--minutes N] [--per-second N] [--meaning] [--json]``.
A paced sender posts signed webhooks to ``reqpool web``, each at its own moment whether
the ones before were answered or not; ``reqpool worker`` settles them and reads the issues
from a stand-in for Jira. Resident memory of both is sampled. The slope is that of the
second half: what a process needs at all is there by then. Beside the webhooks people raise an
issue a second, which are decided on and answered. It is a measure against bounds of our
own (99 of 100 answers within 250 ms; 5 % in an hour), so there is no baseline.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psycopg
import uvloop

from benchmarks.fleet import SOURCE, Fleet, running
from benchmarks.ingest import PACKAGES
from benchmarks.ingest_load import EVENT, SECRET
from benchmarks.pace import Lane, Paced, finish, sending
from benchmarks.report import print_report
from sandbox.clock import utc_now
from tests.processes.fleet import Service
from tests.sync.conftest import CATALOGUE, JiraDesk, build_jira

WHOLE_MINUTES, QUICK_MINUTES, PER_SECOND = 9.0, 0.5, 100
SAMPLE_SECONDS, PATIENCE_SECONDS = 5.0, 60.0
MEBIBYTE = 1 << 20
COUNT = "SELECT count(*), count(*) FILTER (WHERE state = 'pending') FROM inbox"


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


@dataclass(frozen=True)
class Soaked:
    """What was seen."""

    memory: Memory
    paced: Paced


async def raise_issues(desk: JiraDesk) -> None:
    """One a second, as in a trial run."""
    for number in count():
        title = f"Export fund report {number} to Excel"
        await asyncio.to_thread(desk.raise_issue, title)
        await asyncio.sleep(1)


async def soak(
    fleet: Fleet, desk: JiraDesk, per_second: float, seconds: float
) -> Soaked:
    memory = Memory(fleet.services)
    beside = [asyncio.create_task(one) for one in (memory.watch(), raise_issues(desk))]
    issue = desk.raise_issue("Fund report to Excel")
    about = {"id": issue.id, "key": issue.key, "fields": {}}
    lane = Lane("acme", per_second, SECRET, {**EVENT, "issue": about})
    with sending(fleet.port, seconds, [lane]) as sender:
        paced = await asyncio.to_thread(finish, sender)
    for task in beside:
        task.cancel()
    return Soaked(memory, paced)


def settle(url: str) -> dict[str, Any]:
    """What is stored, and how long the worker needs for what still waits."""
    ended = perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            [(stored, pending)] = connection.execute(COUNT).fetchall()
            after = perf_counter() - ended
            if not pending or after > PATIENCE_SECONDS:
                return {
                    "stored": stored,
                    "not_settled": pending,
                    "settled_after_seconds": round(after, 1),
                }
            sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    parser.add_argument("--minutes", type=float, default=WHOLE_MINUTES)
    parser.add_argument("--per-second", type=float, default=PER_SECOND)
    parser.add_argument("--meaning", action="store_true", help="as by default")
    asked = parser.parse_args()
    minutes = QUICK_MINUTES if asked.quick else asked.minutes
    seconds, desk = 60 * minutes, build_jira(utc_now)
    with desk.server:
        source = SOURCE.format(
            name="acme",
            project="acme-finance",
            tracker=desk.url,
            key="FIN",
            poll_seconds=5,
        )
        with running(source, CATALOGUE, by_meaning=asked.meaning) as fleet:
            soaked = uvloop.run(soak(fleet, desk, asked.per_second, seconds))
            settled = settle(fleet.url)
    report(asked.per_second, seconds, soaked, settled)


def report(
    per_second: float, seconds: float, soaked: Soaked, settled: dict[str, Any]
) -> None:
    [sent] = soaked.paced.sent.values()
    told = {
        "minutes": round(seconds / 60, 1),
        "per_second": per_second,
        **sent.describe(),
        "lost": max(len(sent.late_seconds) - settled["stored"], 0),
        **settled,
        "sender_own_p99_ms": soaked.paced.own_p99_ms,
        "memory": soaked.memory.describe(),
    }
    print(told, file=sys.stderr)
    print_report("soak", told, {}, {}, PACKAGES)
    assert told["lost"] == 0, told


if __name__ == "__main__":
    main()
