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
from tests.sync.conftest import TOKEN

CONFIG = """
[database]
url = {{ env = "BENCHMARK_DATABASE" }}
[web]
port = {port}
[log]
level = "warning"
[matching]
meaning = false
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
def running(sources: str, catalogue: str) -> Iterator[Fleet]:
    """Found a pool and start the processes until they answer; killed at the end.

    Args:
        sources: the configuration's sections of :data:`SOURCE`.
        catalogue: what ``reqpool apply`` is given.
    """
    with tempfile.TemporaryDirectory(prefix="reqpool-fleet-") as home:
        folder = Path(home)
        folder.chmod(0o711)
        postgres = PostgresServer(folder / "postgres")
        postgres.make()
        postgres.start()
        fleet = _found(folder, postgres.url, sources, catalogue)
        try:
            for service in fleet.services.values():
                service.start()
            _wait_until_open(fleet)
            yield fleet
        finally:
            for service in fleet.services.values():
                service.kill()
            postgres.stop()


def _found(folder: Path, url: str, sources: str, catalogue: str) -> Fleet:
    upgrade(url)
    asyncio.run(found(url, folder, catalogue))
    config, port = folder / "config.toml", free_port()
    config.write_text(CONFIG.format(port=port) + sources, encoding="utf-8")
    known = {
        "BENCHMARK_DATABASE": url,
        "BENCHMARK_SECRET": SECRET,
        "BENCHMARK_TOKEN": TOKEN,
    }
    asked = ("--config", str(config))
    program = [sys.executable, "-m", "cli.main", "rules", "activate", "vendor-en"]
    activated = [*program, *asked]
    subprocess.run(  # noqa: S603 - ours
        activated, check=True, env=os.environ | known, capture_output=True
    )
    services = {
        name: Service((name, *asked), known, folder / f"{name}.log")
        for name in ("web", "worker")
    }
    return Fleet(services, port, url)


def _wait_until_open(fleet: Fleet) -> None:
    """Until web takes connections."""
    until = monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", fleet.port)) == 0:
                return
        assert monotonic() < until, "reqpool web does not start"
        sleep(0.1)
