"""``python -m cli.demo.check ADDRESSES``: plays the story against a running demo.

A process of its own that knows web addresses and nothing else: it imports no part of
the product. Progress goes to stderr; the last line on stdout is one JSON object. Exit
code 0 only if every step saw what it expected; 2 when the addresses are none.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import httpx

from cli.demo.addresses import Addresses, load_addresses
from cli.demo.play import NotSeenError, Play
from cli.demo.story import STEPS, Told
from cli.demo.watch import Control, Pool

_WRONG_ARGUMENTS = 2


def main() -> int:
    """Run it; answers the exit code."""
    arguments = _arguments()
    try:
        addresses = load_addresses(arguments.addresses)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return _WRONG_ARGUMENTS
    asked = arguments.step or list(STEPS)
    summary = check(addresses, asked, arguments.deadline)
    print(json.dumps(summary, ensure_ascii=False))
    return 0 if summary["ok"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cli.demo.check")
    parser.add_argument(
        "addresses", help="what `reqpool demo --json` prints, or a file"
    )
    parser.add_argument("--step", action="append", choices=list(STEPS))
    parser.add_argument(
        "--deadline", type=float, default=20, help="seconds that each wait may take"
    )
    return parser.parse_args()


def check(addresses: Addresses, asked: Iterable[str], deadline_seconds: float) -> Told:
    """Play the steps, each whether or not another failed."""
    with ExitStack() as stack:
        pool = Pool(addresses.pool)
        stack.callback(pool.close)
        controls = {name: Control(url) for name, url in addresses.trackers.items()}
        for control in controls.values():
            stack.callback(control.close)
        play = Play(addresses, pool, controls, stack, deadline_seconds)
        began_at = time.monotonic()
        steps = [_run(name, STEPS[name], play) for name in asked]
        return {
            "ok": bool(steps) and all(step["ok"] for step in steps),
            "steps": steps,
            "counts": _count(play),
            "seconds": round(time.monotonic() - began_at, 2),
        }


def _run(name: str, step: Callable[[Play], Told], play: Play) -> Told:
    began_at = time.monotonic()
    try:
        seen, failed = step(play), ""
    except NotSeenError as error:
        seen, failed = {}, str(error)
    except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
        seen, failed = {}, f"an answer was not as expected: {error!r}"
    seconds = round(time.monotonic() - began_at, 2)
    word = f"FAILED {failed}" if failed else "seen"
    print(f"{name:<16} {seconds:6.2f} s  {word}", file=sys.stderr, flush=True)
    told: Told = {"name": name, "ok": not failed, "seconds": seconds, "seen": seen}
    return told | ({"failed": failed} if failed else {})


def _count(play: Play) -> Told:
    try:
        sources = play.pool.sources()
        return {
            "requirements": sum(1 for _ in play.pool.numbers()),
            "trackers": len(sources),
            "received": {name: one["received"] for name, one in sources.items()},
            "inbox": {name: one["inbox"] for name, one in sources.items()},
            "outbox": {name: one["outbox"] for name, one in sources.items()},
            "writes": {name: one.writes() for name, one in play.controls.items()},
        }
    except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
        return {"error": repr(error)}


if __name__ == "__main__":
    sys.exit(main())
