"""From a person's click in a tracker to the pool, and from there back into the tracker.

``python -m benchmarks.e2e [--quick] [--json] [--rate ISSUES] [--noise WEBHOOKS]``. The
demo's three trackers and the service, a web and a worker process, run in processes of their
own, all on this machine; what each of them, PostgreSQL and this load spend of the CPU is
told as ``cpu_seconds``. People raise issues at a steady rate through the trackers' pages. When an issue is in the
pool is seen by looking into the database twenty times a second; when it was answered,
from the tracker's own journal of requests. There is no baseline: the goals are absolute,
95 of 100 within 2 s in the pool, and within 5 s written back, at 50 issues a second.
With ``--noise`` one of the clients sends as many webhooks a second besides, signed, but of
events that are of no concern.
"""

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from time import sleep, time
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from app.bootstrap import open_database_url
from app.config import load_config
from benchmarks.pace import Lane, finish, sending
from benchmarks.report import middle, print_report
from benchmarks.spent import Pids, read_spent, spend_since
from cli.demo.person import Person
from cli.demo.progress import wait_until_filled
from cli.demo.stage import Stage, Wishes, set_up

PACKAGES = ("uvicorn", "psycopg", "procrastinate", "jira", "python-gitlab")
RATE, WHOLE_SECONDS, QUICK_SECONDS = 50, 60, 8
POOL_SECONDS, TRACKER_SECONDS = 2, 5
PATIENCE_SECONDS = 120
LOOK_SECONDS, STILL_SECONDS = 0.05, 2
PEOPLE = {"acme": "Sarah Whitfield", "hdjx": "刘洋", "beigang": "Olivia Grant"}
TEXTS = (
    ("Export of the daily cash position to Excel", "Every fund report as a file."),
    ("审批流程提交后报错", "点击提交后提示系统异常，附件里有截图。"),
    ("A mobile app for approvals", "Directors want to approve on their way."),
    ("凭证打印时金额显示不全", "超过一亿的金额只显示一半。"),
)
_ISSUES = """
SELECT s.name, i.tracker_id, i.key, i.title FROM issues i JOIN sources s ON s.id = i.source_id
"""


class Reporter(Person):
    """Somebody who has the form for a new issue open."""

    def __init__(self, tracker: str, name: str) -> None:
        super().__init__(tracker, name)
        self._form = self._open("/_new", "title")

    def raise_issue(self, title: str, text: str) -> None:
        """Send the form; the page that follows is not looked at."""
        filled = self._form.fields | {"title": title, "description": text}
        self._client.post("/_new", data=filled, follow_redirects=False)


@dataclass
class Run:
    """When each issue, by its title, was raised, seen in the pool, and written to."""

    raised: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    first_written: dict[str, float] = field(default_factory=dict)
    last_written: dict[str, float] = field(default_factory=dict)

    def seconds(self, then: dict[str, float]) -> list[float]:
        """From the tracker's answer to the person, sorted."""
        return sorted(
            then[title] - at for title, at in self.raised.items() if title in then
        )


def load(run: Run, reporters: Sequence[Reporter], rate: float, seconds: float) -> None:
    """Raise issues, each at its time, however long the trackers take to answer."""
    began = time()
    turns = cycle(reporters)

    def raise_one(reporter: Reporter, title: str, text: str) -> None:
        reporter.raise_issue(title, text)
        run.raised[title] = time()

    with ThreadPoolExecutor(16) as people:
        for number in range(round(rate * seconds)):
            sleep(max(0.0, began + number / rate - time()))
            title, text = TEXTS[number % len(TEXTS)]
            people.submit(raise_one, next(turns), f"{title} #{number}", text)


def watch(run: Run, url: str, after: int, done: threading.Event) -> None:
    """Note when each requirement is first there for others to see."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not done.is_set():
            for (title,) in connection.execute(
                "SELECT title FROM requirements WHERE number > %s", (after,)
            ):
                run.seen.setdefault(title, time())
            sleep(LOOK_SECONDS)


def wait_until_still(journals: "Sequence[Journal]") -> None:
    """Until nothing has been written to any tracker for some seconds."""
    until, before = time() + PATIENCE_SECONDS, -1
    while time() < until:
        writes = sum(journal.count() for journal in journals)
        if writes == before:
            break
        before = writes
        sleep(STILL_SECONDS)


def look_back(run: Run, url: str, journals: "dict[str, Journal]") -> None:
    """Find the writes to what was raised."""
    with psycopg.connect(url, autocommit=True) as connection:
        titles = {
            (source, name): title
            for source, tracker_id, key, title in connection.execute(_ISSUES)
            for name in (tracker_id, key.rpartition("#")[2])
            if title in run.raised
        }
    for source, journal in journals.items():
        for at, parts in journal.writes():
            found = next(
                (titles[source, one] for one in parts if (source, one) in titles), ""
            )
            if found:
                run.first_written.setdefault(found, at)
                run.last_written[found] = at


class Journal:
    """What reached a tracker since now, people's pages aside."""

    def __init__(self, tracker: str) -> None:
        self._client = httpx.Client(
            base_url=f"{tracker}/_sandbox", trust_env=False, timeout=60
        )
        self._since = self._get(10**9)["total"]

    def _get(self, since: int) -> Any:
        answer = self._client.get("/journal", params={"since": since})
        return answer.raise_for_status().json()

    def count(self) -> int:
        return int(self._get(10**9)["writes"])

    def writes(self) -> Iterator[tuple[float, Sequence[str]]]:
        """When, and the parts of the path."""
        for entry in self._get(self._since)["entries"]:
            if entry["write"]:
                at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
                yield at.timestamp(), urlsplit(entry["path"]).path.split("/")


def describe(times: Sequence[float]) -> dict[str, float]:
    """Seconds of the middle one, of 95 and of 99 in 100, and of the last."""
    at = {
        name: times[min(int(share * len(times)), len(times) - 1)]
        for name, share in {"p95": 0.95, "p99": 0.99, "longest": 1.0}.items()
    }
    return {"p50": middle(times)} | {
        name: round(value, 3) for name, value in at.items()
    }


async def find_url(stage: Stage) -> str:
    """The demo's database, which stays open as long as the demo runs."""
    config = load_config(stage.folder / "config.toml")
    async with open_database_url(config.database) as url:
        return url


def find_pids(stage: Stage) -> Pids:
    """Of all that runs here; PostgreSQL's postmaster is the parent of its others."""
    trackers, web, worker = (child.pid for child in stage.children)
    postmaster = (stage.folder / "postgres/data/postmaster.pid").read_text("utf-8")
    return {
        "trackers": trackers,
        "web": web,
        "worker": worker,
        "postgres": int(postmaster.split("\n", 1)[0]),
        "load": os.getpid(),
    }


def make_noise(stage: Stage, per_second: float) -> list[Lane]:
    if not per_second:
        return []
    secret = (stage.folder / "secrets" / "acme-hook").read_text("utf-8").strip()
    return [Lane("acme", per_second, secret, {"webhookEvent": "user_updated"})]


def measure(rate: float, noise: float, seconds: float) -> dict[str, Any]:
    run, done = Run(), threading.Event()
    with set_up(Wishes(port=0, poll_seconds=60, commands=("web", "worker"))) as stage:
        wait_until_filled(stage.addresses, stage.children)
        trackers = stage.addresses.trackers
        wait_until_still([Journal(address) for address in trackers.values()])
        url = asyncio.run(find_url(stage))
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT max(number) FROM requirements").fetchone()
        after = row[0] if row else 0
        journals = {name: Journal(address) for name, address in trackers.items()}
        reporters = [Reporter(trackers[name], who) for name, who in PEOPLE.items()]
        watcher = threading.Thread(target=watch, args=(run, url, after, done))
        watcher.start()
        port, lanes = urlsplit(stage.addresses.pool).port, make_noise(stage, noise)
        assert port is not None
        pids = find_pids(stage)
        before = read_spent(pids)
        with sending(port, seconds, lanes) as sender:
            load(run, reporters, rate, seconds)
            noisy = finish(sender).sent
        wait_until_still([*journals.values()])
        spent = spend_since(before, pids)
        done.set()
        look_back(run, url, journals)
        watcher.join()
    return {
        "noise": {source: sent.describe() for source, sent in noisy.items()},
        "raised": len(run.raised),
        "cpu_seconds": spent,
        "cpu_milliseconds_an_issue": {
            name: round(1000 * seconds / len(run.raised), 1)
            for name, seconds in spent.items()
        },
        "not_in_the_pool": len(run.raised.keys() - run.seen.keys()),
        "not_written_to": len(run.raised.keys() - run.first_written.keys()),
        "to_the_pool_seconds": describe(run.seconds(run.seen)),
        "to_the_first_write_seconds": describe(run.seconds(run.first_written)),
        "to_the_last_write_seconds": describe(run.seconds(run.last_written)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    parser.add_argument("--rate", type=float, default=RATE, help="issues a second")
    parser.add_argument("--noise", type=float, default=0, help="webhooks a second")
    asked = parser.parse_args()
    seconds = QUICK_SECONDS if asked.quick else WHOLE_SECONDS
    told = measure(asked.rate, asked.noise, seconds)
    if not asked.json:
        print(told, file=sys.stderr)
    ratios = {
        "to_the_pool_p95_vs_2_seconds": told["to_the_pool_seconds"]["p95"]
        / POOL_SECONDS,
        "to_the_tracker_p95_vs_5_seconds": told["to_the_first_write_seconds"]["p95"]
        / TRACKER_SECONDS,
    }
    print_report("e2e", {"per_second": asked.rate, **told}, {}, ratios, PACKAGES)


if __name__ == "__main__":
    main()
