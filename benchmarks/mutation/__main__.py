"""Whether the tests notice changes of rules/ and sync/.

``python -m benchmarks.mutation [rules] [sync]``; needs the dependency group
``mutation``. Draws mutants of every file and operator, tries each with the tests that run
its lines, and prints killed and survived by file, then each survivor. What is found is
kept in ``.mutation/``: a run that was cut off goes on where it ended, and which tests run
which lines is recorded once. After tests were added, ``--record FILES`` adds what they
cover, and ``--again survived`` tries the survivors with them.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.mutation.covering import (
    is_recorded,
    load_covering,
    record,
    record_all,
)
from benchmarks.mutation.report import print_report
from benchmarks.mutation.results import Results, take_sample
from benchmarks.mutation.trial import QUIET, Outcome
from benchmarks.mutation.trials import Budget, Server, Trials

ROOT = Path.cwd()
TESTS = {
    "rules": ("tests/rules",),
    "sync": ("tests/sync", "tests/cli", "tests/app", "tests/webhooks", "tests/web"),
}
STORIES = {
    "sync": (
        "tests/sync/test_story.py",
        "tests/simulation/test_simulation.py",
        "tests/simulation/test_sweep.py",
    ),
}
"""Tests that run most of a room: asked of what the quickest tests have let live."""

_SHORT = {
    "SIMULATION_SEEDS": "6",
    "SIMULATION_STEPS": "100",
    "SIMULATION_KILLS": "1",
    "SIMULATION_SHORTEN": "",
}


def main() -> None:
    asked = _parse(sys.argv[1:])
    _calm()
    until = time.monotonic() + asked.minutes * 60
    with ExitStack() as stack:
        servers = import_module("benchmarks.mutation.servers")
        server = stack.enter_context(servers.open_server())
        for room in asked.rooms:
            if asked.record:
                _apart(partial(record, ROOT, room, asked.record, server))
                continue
            if not is_recorded(ROOT, room):
                tests = (*TESTS[room], *STORIES.get(room, ()))
                _apart(partial(record_all, ROOT, room, tests, server, until))
            if is_recorded(ROOT, room):
                _try_room(asked, room, server, until)


def _apart(act: Callable[[], object]) -> None:
    """In a process of its own: this one must not import what is to be mutated."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _calm() -> None:
    """One thread, short stories, and properties that draw the same few examples."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **_SHORT}
    pytest.main(["--collect-only", *QUIET, "docs"])
    from hypothesis import settings  # noqa: PLC0415 - after pytest, which rewrites it

    settings.register_profile(
        "mutation", max_examples=30, deadline=None, derandomize=True, database=None
    )
    settings.load_profile("mutation")


def _try_room(
    asked: argparse.Namespace, room: str, server: Server, until: float
) -> None:
    sample = take_sample(ROOT, room, asked.sample, asked.seed)
    results = Results(ROOT, room)
    again = {None, Outcome.TOO_SLOW, *map(Outcome, asked.again)}
    left = [each for each in sample if results.outcome(each) in again]
    left.sort(key=lambda each: each.name)  # a hash: what is cut off is left to chance
    budget = Budget(asked.most_seconds, STORIES.get(room, ()), asked.story_seconds)
    trials = Trials(load_covering(ROOT, room), server, budget)
    for mutant in trials.in_order(left):
        if time.monotonic() > until:
            break
        results.add(mutant, trials.outcome(mutant))
    print_report(room, sample, results)


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation")
    parser.add_argument("rooms", nargs="*", default=list(TESTS))
    parser.add_argument("--sample", type=int, default=300, help="mutants of a room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument(
        "--most-seconds", type=float, default=40.0, help="of one's tests"
    )
    parser.add_argument("--story-seconds", type=float, default=20.0, help="of stories")
    parser.add_argument("--again", nargs="*", default=[], choices=list(Outcome))
    parser.add_argument("--record", nargs="*", help="add what these tests cover")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
