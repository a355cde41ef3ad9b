"""`python -m sandbox --seed demo` or `--config FILE.json`, until SIGTERM.

Prints one line of JSON when everything is served: the address of each tracker.
"""

import argparse
import asyncio
import json
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from sandbox.demo import configured_server, demo_server
from sandbox.server import SandboxServer

_AT_ONCE = 8
"""Webhooks of a tracker on their way, lest a busy receiver holds up the later ones."""


def main() -> None:
    with suppress(ImportError):  # it is not made for Windows
        asyncio.set_event_loop_policy(import_module("uvloop").EventLoopPolicy())
    server = _server(_arguments())
    for tracker in server.trackers.values():
        tracker.bench.deliveries.at_once = _AT_ONCE
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with server:
        sys.stdout.write(json.dumps({"trackers": server.urls}) + "\n")
        sys.stdout.flush()
        stopping.wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--config", type=Path, help="which trackers to serve, as JSON")
    what.add_argument("--seed", choices=["demo"], help="serve the filled demo trackers")
    parser.add_argument(
        "--port", action="append", default=[], metavar="NAME=PORT", help="fix a port"
    )
    return parser.parse_args()


def _server(arguments: argparse.Namespace) -> SandboxServer:
    if arguments.config:
        return configured_server(json.loads(arguments.config.read_text("utf-8")))
    pairs = (one.partition("=") for one in arguments.port)
    return demo_server({name: int(port) for name, _, port in pairs})


if __name__ == "__main__":
    main()
