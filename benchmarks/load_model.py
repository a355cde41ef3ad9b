"""What a fleet of a size has to carry: a seeded model of a day, minute by minute.

``python -m benchmarks.load_model [--projects N] [--issues N] [--web N] [--workers N]
[--database-cores N] [--json]``. The costs of one event are those that ``benchmarks.ingest``
and ``benchmarks.engine`` measure; ``docs/scaling.md`` tells what follows.

Work arrives by minutes: changes as a Poisson process whose rate differs between projects
(log-normal) and over the day (people work in three time zones), bulk edits on top, and
polls and ticks, which come whatever happens. Each kind of process is a fluid queue: what
it cannot do in a minute waits for the next. The drain of one source is serial, so a bulk
edit also waits behind itself.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import print_report

Minutes = NDArray[np.float64]
"""One number a minute of a day, shape (1440,)."""

DAY = 24 * 60
SEED = 7


@dataclass(frozen=True)
class Costs:
    """CPU milliseconds of one event, on each side.

    Attributes:
        accept: a webhook, at a web process.
        accept_database: the same at PostgreSQL.
        alone: a change from the inbox to the outbox that comes by itself, at a worker; it
            costs what one job an event costs.
        absorb: the same where many come at once, as after a bulk edit.
        write: one write to a tracker, at a worker, its part of reading back included.
        poll: a poll that finds nothing new, at a worker.
        tick_database: one look at what is due, for each source.
        serial: how long one change keeps its source's drain busy, milliseconds.
        redecide: how long an issue takes that is decided on again, in its source's drain.
        issue_bytes: in the database, with its decision, history and indexes.
        delivery_bytes: with its body, until that is dropped by age.
    """

    accept: float = 0.2
    accept_database: float = 0.1
    alone: float = 10.5
    alone_database: float = 8.0
    absorb: float = 1.5
    absorb_database: float = 0.6
    write: float = 1.1
    write_database: float = 0.9
    poll: float = 12.0
    poll_database: float = 2.5
    tick_database: float = 0.04
    serial: float = 2.0
    redecide: float = 1.0
    issue_bytes: float = 21_000
    delivery_bytes: float = 2_600


@dataclass(frozen=True)
class Fleet:
    """What carries it.

    Attributes:
        web: processes, a core each.
        workers: processes, a core each.
        database_cores: of PostgreSQL's machine.
    """

    web: int
    workers: int
    database_cores: int


@dataclass(frozen=True)
class Town:
    """Who uses it.

    Attributes:
        changes: of an issue in a day, on average over all issues.
        webhooks: for each change, with comments and links.
        writes: for each change.
        bulk_days: between two bulk edits of a project.
        body_days: how long the bodies of deliveries are kept.
        due: share of the issues that any night decides again: written to the day before,
            or open and counted against an allowance.
        dates: days of a year on which a date concerns a whole project: its acceptance is
            near, or reached; a clause begins or ends.
    """

    projects: int
    issues: int
    changes: float = 0.02
    webhooks: float = 1.6
    writes: float = 0.6
    bulk_days: float = 30
    body_days: float = 30
    due: float = 0.04
    dates: float = 4
    poll_seconds: float = 60
    tick_seconds: float = 2


def draw_day(
    town: Town, random: np.random.Generator
) -> tuple[Minutes, Minutes, NDArray[Any]]:
    """Changes by minute, those of bulk edits, and the sizes of these."""
    shares = random.lognormal(0, 1.5, town.projects)
    zones = random.choice((-8, 0, 8), town.projects, p=(0.2, 0.3, 0.5))
    hours = np.arange(DAY) / 60
    usual = np.zeros(DAY)
    for zone in (-8, 0, 8):
        local = (hours + zone) % 24
        curve = (
            0.05 + np.exp(-((local - 10.5) ** 2) / 4) + np.exp(-((local - 15) ** 2) / 5)
        )
        usual += shares[zones == zone].sum() / shares.sum() * curve / curve.sum()
    total = town.issues * town.changes
    changes, bulk = random.poisson(total * usual).astype(float), np.zeros(DAY)
    edits = random.poisson(town.projects / town.bulk_days)
    sizes = np.minimum(random.lognormal(np.log(200), 1.2, edits), 20_000).round()
    np.add.at(bulk, random.integers(0, DAY, edits), sizes)
    return changes, bulk, sizes


def queue(work: Minutes, cores: float) -> tuple[float, Minutes]:
    """The busiest minute's share of the cores, and the wait in seconds by minute."""
    capacity = 60_000.0 * cores
    waiting, waits = 0.0, np.zeros(DAY)
    for minute, arrived in enumerate(work):
        waiting = max(waiting + arrived - capacity, 0)
        waits[minute] = waiting / capacity * 60
    return float(work.max() / capacity), waits


def run_day(town: Town, fleet: Fleet, costs: Costs, seed: int) -> Mapping[str, Any]:
    """One day of a town on a fleet."""
    random = np.random.default_rng(seed)
    alone, bulk, sizes = draw_day(town, random)
    changes = alone + bulk
    polls = town.projects * 60 / town.poll_seconds
    ticks = town.projects * 60 / town.tick_seconds
    webhooks, writes = changes * town.webhooks, changes * town.writes
    loads = {
        "web": (webhooks * costs.accept, fleet.web),
        "workers": (
            alone * costs.alone
            + bulk * costs.absorb
            + writes * costs.write
            + polls * costs.poll,
            fleet.workers,
        ),
        "database": (
            webhooks * costs.accept_database
            + alone * costs.alone_database
            + bulk * costs.absorb_database
            + writes * costs.write_database
            + polls * costs.poll_database
            + ticks * costs.tick_database,
            fleet.database_cores,
        ),
    }
    told: dict[str, Any] = {
        "changes": int(changes.sum()),
        "polls_per_second": polls / 60,
    }
    for name, (work, cores) in loads.items():
        busiest, waits = queue(work, cores)
        told[name] = {
            "busiest_minute": round(busiest, 2),
            "average": round(float(work.mean() / (60_000 * cores)), 2),
            "wait_p95_seconds": round(weighted(waits, changes, 0.95), 1),
            "wait_p99_seconds": round(weighted(waits, changes, 0.99), 1),
        }
    told["night"] = run_night(town, fleet, costs, random)
    told["longest_bulk_edit_seconds"] = round(
        float(sizes.max(initial=0)) * costs.serial / 1000
    )
    return told


def run_night(
    town: Town, fleet: Fleet, costs: Costs, random: np.random.Generator
) -> Mapping[str, float]:
    """What is due when a day begins; a project's issues are one worker's at a time."""
    size = town.issues / town.projects
    whole = random.binomial(town.projects, town.dates / 365)
    due = town.issues * town.due + whole * size
    longest = size if whole else size * town.due
    seconds = max(due / fleet.workers, longest) * costs.redecide / 1000
    return {"issues": round(due), "hours": round(seconds / 3600, 2)}


def weighted(waits: Minutes, weights: Minutes, share: float) -> float:
    """The wait that this share of the changes does not exceed."""
    order = np.argsort(waits)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(waits[order][np.searchsorted(reached, share)])


def size_of(town: Town, costs: Costs) -> Mapping[str, float]:
    """Gigabytes in the database."""
    daily = town.issues * town.changes * town.webhooks * costs.delivery_bytes
    return {
        "issues_gb": round(town.issues * costs.issue_bytes / 1e9, 1),
        "deliveries_gb": round(daily * town.body_days / 1e9, 1),
        "history_gb_a_year": round(town.issues * town.changes * 365 * 400 / 1e9, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--issues", type=int, default=100_000_000)
    parser.add_argument("--web", type=int, default=2)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--database-cores", type=int, default=32)
    parser.add_argument("--quick", action="store_true", help="one day instead of five")
    parser.add_argument("--json", action="store_true", help="as every benchmark does")
    asked = parser.parse_args()
    town, costs = Town(asked.projects, asked.issues), Costs()
    fleet = Fleet(asked.web, asked.workers, asked.database_cores)
    days = [
        run_day(town, fleet, costs, SEED + day)
        for day in range(1 if asked.quick else 5)
    ]
    waits = [
        max(day[it]["wait_p95_seconds"] for it in ("web", "workers", "database"))
        for day in days
    ]
    told = {
        "worst_p95_seconds": max(waits),
        "days": days,
        "size": size_of(town, costs),
    }
    asked_of = {"town": asdict(town), "fleet": asdict(fleet), "costs": asdict(costs)}
    print_report("load_model", {**told, **asked_of}, {}, {}, ("numpy",))


if __name__ == "__main__":
    main()
