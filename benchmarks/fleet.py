"""A web and a worker process on a PostgreSQL server, as operators run them."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from benchmarks.ingest import found, free_port
from benchmarks.ingest_load import SECRET
from pool.migrate import upgrade
from tests.processes.fleet import PostgresServer, Service
from tests.sync.conftest import CONTRACT, TOKEN

CONFIG = """
[database]
url = {{ env = "BENCHMARK_DATABASE" }}
[web]
port = {port}
[log]
level = "warning"
[matching]
meaning = {meaning}
"""
START_SECONDS = 60
SOURCE = """
[sources.{name}]
kind = "jira"
project = "{project}"
base_url = "{tracker}"
project_keys = ["{key}"]
token = {{ env = "BENCHMARK_TOKEN" }}
webhook_secrets = [{{ env = "BENCHMARK_SECRET" }}]
poll_seconds = {poll_seconds}
"""


@dataclass(frozen=True)
class Fleet:
    """The processes by name, the port of web, and their database."""

    services: dict[str, Service]
    port: int
    url: str


@contextmanager
def running(
    sources: str, catalogue: str, *, by_meaning: bool = False
) -> Iterator[Fleet]:
    """Found a pool and start the processes until they answer; killed at the end.

    Args:
        sources: the configuration's sections of :data:`SOURCE`.
        catalogue: what ``reqpool apply`` is given; it may name ``contract.yaml``.
        by_meaning: whether clauses are also found by a sentence encoder, as by default.
    """
    with tempfile.TemporaryDirectory(prefix="reqpool-fleet-") as home:
        folder = Path(home)
        folder.chmod(0o711)
        postgres = PostgresServer(folder / "postgres")
        postgres.make()
        postgres.start()
        port, meaning = free_port(), str(by_meaning).lower()
        config = CONFIG.format(port=port, meaning=meaning) + sources
        (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
        services = _found(folder, postgres.url, catalogue, config)
        fleet = Fleet(services, port, postgres.url)
        try:
            for service in fleet.services.values():
                service.start()
            _wait_until_open(fleet)
            yield fleet
        finally:
            for service in fleet.services.values():
                service.kill()
            postgres.stop()


def _found(folder: Path, url: str, catalogue: str, config: str) -> dict[str, Service]:
    upgrade(url)
    asyncio.run(found(url, folder, catalogue))
    path = folder / "config.toml"
    path.write_text(config, encoding="utf-8")
    known = {
        "BENCHMARK_DATABASE": url,
        "BENCHMARK_SECRET": SECRET,
        "BENCHMARK_TOKEN": TOKEN,
    }
    asked = ("--config", str(path))
    program = [sys.executable, "-m", "cli.main", "rules", "activate", "vendor-en"]
    activated = [*program, *asked]
    subprocess.run(  # noqa: S603 - ours
        activated, check=True, env=os.environ | known, capture_output=True
    )
    return {
        name: Service((name, *asked), known, folder / f"{name}.log")
        for name in ("web", "worker")
    }


def _wait_until_open(fleet: Fleet) -> None:
    """Until web takes connections."""
    until = monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", fleet.port)) == 0:
                return
        assert monotonic() < until, "reqpool web does not start"
        sleep(0.1)
