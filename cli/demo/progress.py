"""Shows how the demo fills: what its own API tells."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from cli.demo.addresses import Addresses
from cli.demo.children import Child
from model.errors import ConfigError, Problem

_PAUSE_SECONDS = 0.25
_START_SECONDS = 60
_BACKFILL_SECONDS = 300


def wait_until_served(pool: str, serve: Child) -> None:
    """Wait for the service's first answer.

    Raises:
        ConfigError: it ended, or takes too long.
    """
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        serve.check()
        try:
            if httpx.get(f"{pool}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(_PAUSE_SECONDS)
    raise _too_slow("the service does not answer")


def wait_until_filled(addresses: Addresses, children: tuple[Child, ...]) -> int:
    """Wait until every source was read to its end; answers how many requirements.

    Raises:
        ConfigError: a process ended, or it takes too long.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    until = time.monotonic() + _BACKFILL_SECONDS
    with (
        httpx.Client(base_url=addresses.pool, trust_env=False, timeout=30) as client,
        Progress(*columns, Elapsed(), console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task("reading the trackers", total=len(addresses.trackers))
        while time.monotonic() < until:
            for child in children:
                child.check()
            fill = _look(client)
            bar.update(task, completed=fill.sources)
            if fill.sources == len(addresses.trackers):
                return fill.requirements
            time.sleep(_PAUSE_SECONDS)
    raise _too_slow("the trackers were not read to their end")


@dataclass(frozen=True, slots=True)
class _Fill:
    sources: int
    requirements: int


def _look(client: httpx.Client) -> _Fill:
    status: dict[str, Any] = client.get("/api/v1/status").raise_for_status().json()
    counts = client.get("/api/v1/facets/client").raise_for_status().json()
    read = [one for one in status["sources"] if one["last_poll_at"]]
    return _Fill(len(read), sum(counts["by_value"].values()))


def _too_slow(said: str) -> ConfigError:
    hint = "look at serve.log in the demo's folder (--keep leaves it)"
    return ConfigError([Problem("E_DEMO", said, hint=hint)])
