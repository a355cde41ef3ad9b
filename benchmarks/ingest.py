"""Webhooks accepted in a second: signed, verified, and durable before the answer.

``python -m benchmarks.ingest [--quick] [--json]``. Ours is ``reqpool web`` as operators
run it. Baseline A is a FastAPI handler with one INSERT a request, the bound a handler
without a database. Each has the same PostgreSQL (fsync and synchronous_commit on) and
the same load, in turns; afterwards every accepted delivery is counted in the database.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, LiteralString

import psycopg
from sqlalchemy import make_url

from app.bootstrap import new_id, now
from app.catalogue import apply_catalogue, load_catalogue
from benchmarks.ingest_baselines import TABLE
from benchmarks.ingest_load import BODY_BYTES, SECRET
from benchmarks.report import middle, print_report
from model.catalogue import Catalogue
from pool.database import Database
from pool.embedded import embedded_server
from pool.migrate import upgrade

PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "psycopg")
MANY, FEW = 64, 8
OURS = "SELECT count(*) FROM inbox JOIN inbox_bodies ON inbox_id = id"
THEIRS = "SELECT count(*) FROM deliveries"
CATALOGUE = """
clients: [{slug: acme, name: Acme Holdings, language: en}]
projects: [{slug: acme-finance, name: Finance, client: acme, phase: trial_run,
            project_manager: Li Lei}]
"""
CONFIG = """
[database]
url = {{ env = "BENCHMARK_DATABASE" }}
[web]
port = {port}
inbox_limit = 10_000_000
[log]
level = "warning"
[matching]
meaning = false
[sources.acme]
kind = "jira"
project = "acme-finance"
base_url = "http://127.0.0.1:9"
project_keys = ["FIN"]
token = {{ env = "BENCHMARK_SECRET" }}
webhook_secrets = [{{ env = "BENCHMARK_SECRET" }}]
"""


@dataclass
class Contestant:
    """One server, and what its runs showed.

    Attributes:
        stored: counts the rows in its database.
    """

    name: str
    port: int
    database: str = ""
    stored: LiteralString = ""
    accepted: int = 0
    refused: int = 0
    rates: dict[int, list[float]] = field(default_factory=dict)
    p50s: dict[int, list[float]] = field(default_factory=dict)
    p99s: dict[int, list[float]] = field(default_factory=dict)

    def run(self, connections: int, seconds: float, seed: int) -> None:
        program = [sys.executable, "-m", "benchmarks.ingest_load"]
        values = (self.port, "/webhooks/acme", connections, seconds, seed)
        asked = [*program, *map(str, values)]
        ran = subprocess.run(asked, check=True, capture_output=True)  # noqa: S603 - ours
        told = json.loads(ran.stdout)
        self.accepted += told["accepted"]
        self.refused += told["refused"]
        self.rates.setdefault(connections, []).append(told["accepted"] / seconds)
        self.p50s.setdefault(connections, []).append(told["p50"])
        self.p99s.setdefault(connections, []).append(told["p99"])

    def count_lost(self) -> int:
        """How many were accepted and are not in the database."""
        if not self.stored:
            return 0
        with psycopg.connect(self.database) as connection:
            stored = connection.execute(self.stored).fetchall()
        return self.accepted - int(stored[0][0])

    def describe(self) -> dict[str, Any]:
        told: dict[str, Any] = {"accepted": self.accepted, "refused": self.refused}
        for connections, rates in self.rates.items():
            told[f"connections_{connections}"] = {
                "per_second": middle(rates),
                "p50_ms": middle(self.p50s[connections]),
                "p99_ms": middle(self.p99s[connections]),
            }
        return told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(program: Sequence[str], port: int, env: dict[str, str]) -> Iterator[None]:
    """A server in a process of its own, while it answers."""
    started = [sys.executable, "-m", *program]
    running = subprocess.Popen(started, env=os.environ | env)  # noqa: S603 - ours
    try:
        wait_for(port, running)
        yield
    finally:
        running.terminate()
        running.wait(30)


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    until = monotonic() + 60
    while monotonic() < until and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise TimeoutError(port)


def new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def found(url: str, folder: Path, catalogue: str = CATALOGUE) -> None:
    """A pool with one client, as ``reqpool apply`` leaves it."""
    path = folder / "catalogue.yaml"
    path.write_text(catalogue, encoding="utf-8")
    database = Database(url)
    await database.open()
    wanted = load_catalogue(path, Catalogue())
    await apply_catalogue(database, wanted, ids=new_id, clock=now, actor="benchmark")
    await database.close()


def start_ours(stack: ExitStack, server: str, folder: Path) -> Contestant:
    url, port = new_database(server, "ours"), free_port()
    upgrade(url)
    asyncio.run(found(url, folder))
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    env = {"BENCHMARK_DATABASE": url, "BENCHMARK_SECRET": SECRET}
    program = ["cli.main", "web", "--config", str(config)]
    stack.enter_context(process(program, port, env))
    return Contestant("ours", port, url, OURS)


def start_baselines(stack: ExitStack, server: str) -> list[Contestant]:
    url = new_database(server, "theirs")
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
    one_insert = Contestant("one_insert_a_request", free_port(), url, THEIRS)
    memory = Contestant("without_database", free_port())
    for name, one in (("fastapi", one_insert), ("memory", memory)):
        asked = [str(one.port), one.database] if one.database else [str(one.port)]
        program = ["benchmarks.ingest_baselines", name, *asked]
        stack.enter_context(process(program, one.port, {}))
    return [one_insert, memory]


def measure(contestants: Sequence[Contestant], rounds: int, seconds: float) -> None:
    """In turns; the first short one is not counted in the rates."""
    for number in range(rounds):
        for one in contestants:
            for connections in (MANY, FEW):
                one.run(connections, seconds, seed=1000 * number + connections)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    return parser.parse_args()


def main() -> None:
    asked = parse_arguments()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reqpool-"))
        home = Path(folder)
        home.chmod(0o755)
        server = stack.enter_context(embedded_server(home / "postgres"))
        ours = start_ours(stack, server, home)
        baselines = start_baselines(stack, server)
        measure([*baselines, ours], *((3, 1.5) if asked.quick else (5, 8.0)))
        lost = {one.name: one.count_lost() for one in (ours, *baselines)}
    assert lost["ours"] == 0, lost
    report(ours, baselines, lost, as_json=asked.json)


def report(
    ours: Contestant,
    baselines: Sequence[Contestant],
    lost: dict[str, int],
    *,
    as_json: bool,
) -> None:
    one_insert, memory = baselines
    ratios = {
        f"ours_vs_{one.name}": middle(ours.rates[MANY]) / middle(one.rates[MANY])
        for one in baselines
    }
    ratios["p99_at_8_vs_one_insert_a_request"] = middle(ours.p99s[FEW]) / middle(
        one_insert.p99s[FEW]
    )
    told = {"body_bytes": BODY_BYTES, "lost": lost["ours"], **ours.describe()}
    others = {one.name: one.describe() for one in (one_insert, memory)}
    if not as_json:
        for name, value in {"ours": told, **others, **ratios}.items():
            print(f"{name:32} {value}")
    print_report("ingest", told, others, ratios, PACKAGES)


if __name__ == "__main__":
    main()
