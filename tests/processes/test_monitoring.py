"""Processes answer to monitoring: metrics, and traces where they are configured."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.processes.fleet import free_port

CONFIG = """
[database]
url = {{ env = "MONITORED_DATABASE" }}
[web]
port = {port}
[matching]
meaning = false
[telemetry]
worker_port = {worker_port}
traces_url = "{collector}"
"""


class Collector(HTTPServer):
    """Takes OTLP over HTTP, and keeps the bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Taker(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.taken += self.path.encode() + self.rfile.read(length)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_told: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def running(words: str, config: Path, database_url: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", words, "--config", str(config)],
        env={"PATH": "/usr/bin:/bin", "MONITORED_DATABASE": database_url},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=120)


@pytest.fixture
def stranger() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def get_metrics(stranger: httpx.Client, port: int, **headers: str) -> httpx.Response:
    """The metrics, as soon as the process listens."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return stranger.get(f"http://127.0.0.1:{port}/metrics", headers=headers)
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_a_service_and_a_worker_are_watched(
    database_url: str, collector: Collector, stranger: httpx.Client, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    port, worker_port = free_port(), free_port()
    written = CONFIG.format(port=port, worker_port=worker_port, collector=collector.url)
    config.write_text(written)
    with (
        running("web", config, database_url),
        running("worker", config, database_url),
    ):
        get_metrics(stranger, port)
        stranger.post(f"http://127.0.0.1:{port}/webhooks/nobody", content=b"{}")
        counted = get_metrics(stranger, port)
        assert 'reqpool_webhooks_total{source="",status="401"} 1.0' in counted.text
        assert "# TYPE reqpool_outbox_oldest_seconds gauge" in counted.text
        told = get_metrics(stranger, port, host="stranger.example")
        assert told.status_code == 421
        assert "reqpool_run_seconds" in get_metrics(stranger, worker_port).text
    assert collector.taken.startswith(b"/v1/traces")
    assert b"/metrics" in collector.taken
    assert b"/webhooks/" not in collector.taken, "the address may hold a secret"
