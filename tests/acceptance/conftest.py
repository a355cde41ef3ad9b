"""One demo for all tests here, and proxies that spoil what a check would see."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.demo.addresses import Addresses, load_addresses
from tests.acceptance.proxy import Meddle, serve_proxy
from tests.processes.fleet import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo() -> Iterator[Addresses]:
    """A demo that runs, and that leaves nothing behind."""
    command = [sys.executable, "-m", "cli.main", "demo", "--json", "--poll-seconds=4"]
    command.append(f"--port={free_port()}")  # several may run at once
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert line, "the demo ended before it was ready"
        addresses = load_addresses(line)
        yield addresses
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 128 + signal.SIGTERM
    for url in (addresses.pool, *addresses.trackers.values()):
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False)


@dataclass(frozen=True)
class Checked:
    """How a check ended; ``summary`` is the last line that it printed."""

    code: int
    summary: dict[str, Any]
    err: str

    @property
    def failed(self) -> str:
        """What the only step that was asked for says of its failure."""
        [step] = self.summary["steps"]
        return str(step.get("failed", ""))


def run_check(addresses: Addresses, *options: str) -> Checked:
    command = [sys.executable, "-P", "-m", "cli.demo.check", addresses.as_json()]
    ran = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return Checked(ran.returncode, json.loads(ran.stdout.splitlines()[-1]), ran.stderr)


Spoil = Callable[[str, Meddle], Addresses]


@pytest.fixture
def spoil(demo: Addresses) -> Iterator[Spoil]:
    """The demo's addresses with a proxy before the pool, or before one tracker."""
    with ExitStack() as stack:

        def spoiled(what: str, meddle: Meddle) -> Addresses:
            if what == "pool":
                proxy = stack.enter_context(serve_proxy(demo.pool, meddle))
                return replace(demo, pool=proxy)
            proxy = stack.enter_context(serve_proxy(demo.trackers[what], meddle))
            return replace(demo, trackers={**demo.trackers, what: proxy})

        yield spoiled
