"""What one client costs the others when it sends ten times as much.

``python -m benchmarks.noisy [--quick] [--json] [--clients N] [--per-second N]``. Each
client has a source of its own and sends webhooks at a steady rate about an issue of its own; in
every other stretch the first of them sends ten times as many. ``reqpool web`` and
``reqpool worker`` run as operators run them, a stand-in for Jira beside them. Told of the
others is how late their webhooks were answered, and how long they waited until they were
understood. The baseline are the quiet stretches. Goal: p99 doubles at most.

It begins when everything was polled and written to, and nothing is polled meanwhile: that
would fall into some of the stretches. A webhook about an issue alone is the dearest kind, a
look into the tracker for each: where ``worker_busy``, the CPU seconds that the worker took
in a second, comes near 1, what is told is how long its queue was.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from time import monotonic, sleep

import psycopg

from benchmarks.fleet import SOURCE, Fleet, running
from benchmarks.ingest import PACKAGES
from benchmarks.ingest_load import EVENT, SECRET
from benchmarks.pace import Lane, find_milliseconds, finish, sending
from benchmarks.report import middle, print_report
from benchmarks.spent import read_spent, spend_since
from sandbox.clock import utc_now
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from tests.sync.conftest import JiraDesk, build_jira

CLIENTS, PER_SECOND, TIMES = 50, 0.4, 10
STRETCHES, WHOLE_SECONDS, QUICK_SECONDS = 6, 20.0, 5.0
CALM_SECONDS = 2.0
NO_POLL_SECONDS = 30 * 86_400
PATIENCE_SECONDS = 120
WAITED = """
SELECT extract(epoch FROM COALESCE(i.settled_at, now()) - i.received_at)
FROM inbox i JOIN sources s ON s.id = i.source_id
WHERE s.name <> %s AND i.received_at >= %s
"""
SETTLED = """
SELECT NOT EXISTS (SELECT FROM sources WHERE last_poll_at IS NULL)
    AND NOT EXISTS (SELECT FROM outbox WHERE state = 'pending')
    AND NOT EXISTS (SELECT FROM fetches)
"""


@dataclass(frozen=True)
class Others:
    """What all but the noisy one saw in one stretch, and how busy the worker was."""

    answered_p99_ms: float
    understood_p99_ms: float
    refused: int
    sender_own_p99_ms: float
    worker_busy: float


def name(number: int) -> str:
    return f"client-{number:02}"


def write_catalogue(clients: int) -> str:
    lines = ["clients:"]
    lines += [
        f"  - {{slug: {name(one)}, name: C{one}, language: en}}"
        for one in range(clients)
    ]
    lines += ["projects:"]
    lines += [
        f"  - {{slug: {name(one)}, name: C{one}, client: {name(one)}, phase: trial_run,"
        " project_manager: Li Lei}"
        for one in range(clients)
    ]
    return "\n".join(lines)


def write_sources(desk: JiraDesk, clients: int) -> str:
    return "".join(
        SOURCE.format(
            name=name(one),
            project=name(one),
            tracker=desk.url,
            key=f"P{one}",
            poll_seconds=NO_POLL_SECONDS,
        )
        for one in range(clients)
    )


def make_lanes(desk: JiraDesk, clients: int, per_second: float) -> list[Lane]:
    """Each client's project in the tracker, its issue, and webhooks about that."""
    lanes = []
    for one in range(clients):
        workflow = demo_workflow(EN_STATUSES, resolve=False)
        desk.tracker.site.add_project(f"P{one}", f"P{one}", desk.client, workflow, [])
        issue = desk.raise_issue("Fund report to Excel", project={"key": f"P{one}"})
        told = {**EVENT, "issue": {"id": issue.id, "key": issue.key, "fields": {}}}
        lanes.append(Lane(name(one), per_second, SECRET, told))
    return lanes


def wait_until_settled(url: str) -> None:
    """Until every source was polled, and what came of it was written and read."""
    until = monotonic() + PATIENCE_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(SETTLED).fetchone() != (True,):
            assert monotonic() < until, "the first polls do not end"
            sleep(0.2)


def measure(fleet: Fleet, lanes: Sequence[Lane], seconds: float, seed: int) -> Others:
    """One stretch; whoever may be noisy comes first."""
    noisy, began_at, began = lanes[0].source, utc_now(), monotonic()
    worker = {"worker": fleet.services["worker"].pid}
    before = read_spent(worker)
    with sending(fleet.port, seconds, lanes, seed) as sender:
        paced = finish(sender)
    spent, took = spend_since(before, worker)["worker"], monotonic() - began
    sleep(CALM_SECONDS)
    others = [it for source, it in paced.sent.items() if source != noisy]
    late = [one for it in others for one in it.late_seconds]
    with psycopg.connect(fleet.url) as connection:
        rows = connection.execute(WAITED, (noisy, began_at)).fetchall()
    return Others(
        find_milliseconds(late, 0.99),
        find_milliseconds([float(waited) for (waited,) in rows], 0.99),
        sum(it.refused for it in others),
        paced.own_p99_ms,
        spent / took,
    )


def compare(fleet: Fleet, lanes: Sequence[Lane], seconds: float) -> list[list[Others]]:
    """Quiet and noisy stretches in turns; the very first one is not counted."""
    wait_until_settled(fleet.url)
    first = lanes[0]
    loud = [replace(first, per_second=TIMES * first.per_second), *lanes[1:]]
    measure(fleet, lanes, 2 / first.per_second, seed=1)
    found: list[list[Others]] = [[], []]
    for number in range(STRETCHES):
        asked = (lanes, loud)[number % 2]
        found[number % 2].append(measure(fleet, asked, seconds, 1000 * (2 + number)))
    return found


def describe(stretches: Sequence[Others]) -> dict[str, float]:
    """The middle of the stretches, and the sum of what was refused."""
    told = [asdict(one) for one in stretches]
    middles = {name: middle([one[name] for one in told]) for name in told[0]}
    return {**middles, "refused": sum(one.refused for one in stretches)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short look")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--per-second", type=float, default=PER_SECOND)
    asked = parser.parse_args()
    desk = build_jira(utc_now)
    with desk.server:
        lanes = make_lanes(desk, asked.clients, asked.per_second)
        sources = write_sources(desk, asked.clients)
        with running(sources, write_catalogue(asked.clients)) as fleet:
            seconds = QUICK_SECONDS if asked.quick else WHOLE_SECONDS
            quiet, noisy = map(describe, compare(fleet, lanes, seconds))
    told = {"clients": asked.clients, "per_second_each": asked.per_second, **noisy}
    ratios = {
        f"{one}_vs_quiet": noisy[f"{one}_ms"] / max(quiet[f"{one}_ms"], 0.1)
        for one in ("answered_p99", "understood_p99")
    }
    print_report("noisy", told, {"quiet": quiet}, ratios, PACKAGES)


if __name__ == "__main__":
    main()
