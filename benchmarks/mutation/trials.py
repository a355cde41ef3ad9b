"""Try mutants one after the other, each with the quickest tests that run its lines."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Protocol

import pytest

from benchmarks.mutation.covering import Covering
from benchmarks.mutation.mutants import Mutant
from benchmarks.mutation.trial import (
    QUIET,
    MutatedImport,
    Outcome,
    swap_code,
    try_mutant,
)

_THIRD_PARTY = ("fastapi", "sqlalchemy", "psycopg", "pydantic", "numpy", "openpyxl")
_LEAST_SECONDS = 15.0
_PATIENCE = 6
"""How many times its usual time a mutant's tests may take."""


class Server(Protocol):
    """The tests' PostgreSQL, a pytest plugin; it must not be imported before pytest."""

    def sweep(self) -> None:
        """Drop what tests that were cut off have left."""


@dataclass(frozen=True)
class Budget:
    """Seconds of a mutant's tests, as they usually take.

    Attributes:
        stories: files of tests that run much, and notice much: asked after the others.
    """

    most_seconds: float
    stories: tuple[str, ...] = ()
    story_seconds: float = 0.0

    def choose(
        self, tests: Iterable[str], seconds: Mapping[str, float]
    ) -> tuple[list[str], float]:
        """The first of the tests, then of the stories, and what they take."""
        each = list(tests)
        told = [it for file in self.stories for it in each if it.startswith(file)]
        usual = [it for it in each if not it.startswith(self.stories)]
        chosen = _within(usual, seconds, self.most_seconds)
        chosen += _within(told, seconds, self.story_seconds)
        return chosen, sum(seconds[test] for test in chosen)


def _within(
    tests: Iterable[str], seconds: Mapping[str, float], left: float
) -> list[str]:
    """As many as fit, and one at least."""
    taken: list[str] = []
    for test in tests:
        if taken and left < seconds[test]:
            break
        taken.append(test)
        left -= seconds[test]
    return taken


class Trials:
    """First what needs a fresh import, then what is put into the running modules.

    Args:
        covering: which tests run which lines.
        server: the tests' PostgreSQL.
        budget: of the tests of one mutant.
    """

    def __init__(self, covering: Covering, server: Server, budget: Budget) -> None:
        self._covering = covering
        self._server = server
        self._budget = budget
        self._warm = False

    def in_order(self, mutants: Iterable[Mutant]) -> Iterator[Mutant]:
        for name in _THIRD_PARTY:
            import_module(name)
        warm: list[Mutant] = []
        for mutant in mutants:
            if self._covering.is_imported(mutant):
                yield mutant
            else:
                warm.append(mutant)
        self._warm_up(warm)
        yield from warm

    def _warm_up(self, mutants: Iterable[Mutant]) -> None:
        tests = (test for each in mutants for test in self._covering.tests_of(each))
        files = sorted({test.split("::")[0] for test in tests})
        pytest.main(["--collect-only", "-qq", *QUIET, *files])
        gc.collect()
        gc.freeze()
        self._warm = True

    def outcome(self, mutant: Mutant) -> Outcome:
        seconds = self._covering.seconds
        tests, usual = self._budget.choose(self._covering.tests_of(mutant), seconds)
        if not tests:
            return Outcome.UNCOVERED
        put = partial(swap_code, self._covering.root, mutant)
        if not self._warm:
            put = partial(MutatedImport.put, self._covering.root, mutant)
        limit = max(_LEAST_SECONDS, usual * _PATIENCE)
        found = self._try(put, tests, limit)
        if found is Outcome.TIMED_OUT and not self._ends_well(tests, limit):
            return Outcome.TOO_SLOW
        return found

    def _ends_well(self, tests: list[str], limit: float) -> bool:
        """Whether a time-out was the mutant's fault: without it they end in half the time."""
        return self._try(lambda: None, tests, limit / 2) is Outcome.SURVIVED

    def _try(
        self, put: Callable[[], None], tests: list[str], seconds: float
    ) -> Outcome:
        found = try_mutant(put, tests, seconds, [self._server])
        self._server.sweep()
        return found
