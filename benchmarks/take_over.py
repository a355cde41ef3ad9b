"""How long the jobs of a worker that is killed lie still.

``python -m benchmarks.take_over [--quick] [--json]``. The jobs of :data:`KINDS` are at work
in one worker, held up by a lock, when that worker is killed with -9; then the lock is let
go. Counted are the seconds until somebody else has begun each job anew: once with a second
worker beside, which had nothing to do so far, and once when the only worker is started
again at once. What is waited for is the configured age of a heartbeat, hardly the
machine. The goal is absolute: 60 s.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import psycopg

from app.jobs import build_jobs, wake_through
from benchmarks.fleet import SOURCE, Fleet, running
from benchmarks.ingest import CATALOGUE
from benchmarks.report import print_report
from sandbox.clock import utc_now
from tests.processes.fleet import Service
from tests.sync.conftest import build_jira

GOAL_SECONDS, PATIENCE_SECONDS = 60, 120
KINDS = ("ingest", "fetch", "poll", "deliver", "redecide")
AT_WORK = """
SELECT args ->> 'verb' AS verb, worker_id FROM procrastinate_jobs
WHERE task_name = 'run' AND status = 'doing' AND args ->> 'verb' = ANY(%s)
"""


def until(is_so: Callable[[], bool]) -> None:
    limit = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < limit, "it does not come about"
        sleep(0.1)


@contextmanager
def held_up(url: str) -> Iterator[None]:
    """Every job waits in its first look at these tables."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE sources, rulesets IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def find_workers(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id FROM procrastinate_workers").fetchall()
    return {number for (number,) in rows}


def find_at_work(url: str, worker: int | None) -> set[str]:
    """The kinds of job that a worker holds; one that is forgotten still holds its own."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(AT_WORK, (list(KINDS),)).fetchall()
    return {verb for verb, held_by in rows if held_by in {worker, None}}


async def wake_all(url: str) -> None:
    async with build_jobs(url).open_async() as jobs:
        wake = wake_through(jobs)
        for verb in KINDS:
            await wake(verb, "" if verb == "redecide" else "acme")


def kill_at_work(fleet: Fleet, beside: Service | None) -> dict[str, float]:
    """Seconds from the kill until each kind of job has left the dead one's hands."""
    victim = fleet.services["worker"]
    until(lambda: len(find_workers(fleet.url)) == 1)
    [dead] = find_workers(fleet.url)
    if beside is not None:
        beside.start()
        until(lambda: len(find_workers(fleet.url)) == 2)
        os.kill(beside.pid, signal.SIGSTOP)
    with held_up(fleet.url):
        asyncio.run(wake_all(fleet.url))
        until(lambda: find_at_work(fleet.url, dead) == set(KINDS))
        victim.kill()
        killed = monotonic()
    if beside is None:
        victim.start()
    else:
        os.kill(beside.pid, signal.SIGCONT)
    after = dict[str, float]()
    while len(after) < len(KINDS):
        for verb in set(KINDS) - find_at_work(fleet.url, dead) - after.keys():
            after[verb] = round(monotonic() - killed, 1)
        assert monotonic() - killed < PATIENCE_SECONDS, after
        sleep(0.1)
    return after


def measure(*, is_alone: bool) -> dict[str, float]:
    desk = build_jira(utc_now)
    with desk.server:
        source = SOURCE.format(
            name="acme",
            project="acme-finance",
            tracker=desk.url,
            key="FIN",
            poll_seconds=60,
        )
        with running(source, CATALOGUE) as fleet:
            first = fleet.services["worker"]
            log = first.log.with_name("beside.log")
            beside = None if is_alone else Service(first.words, first.environment, log)
            try:
                return kill_at_work(fleet, beside)
            finally:
                if beside is not None:
                    beside.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="beside another one only")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    asked = parser.parse_args()
    told = {"beside_another_seconds": measure(is_alone=False)}
    if not asked.quick:
        told["started_again_seconds"] = measure(is_alone=True)
    longest = max(seconds for times in told.values() for seconds in times.values())
    ratios = {"longest_vs_60_seconds": longest / GOAL_SECONDS}
    print_report("take_over", told, {}, ratios, ("psycopg", "procrastinate"))


if __name__ == "__main__":
    main()
