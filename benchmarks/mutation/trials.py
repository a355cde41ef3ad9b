"""Try mutants one after the other, each with the quickest tests that run its lines."""

import gc
from collections.abc import Iterable, Iterator
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


class Trials:
    """First what needs a fresh import, then what is put into the running modules.

    Args:
        covering: which tests run which lines.
        server: the tests' PostgreSQL.
        most_seconds: of the tests of one mutant, as they usually take.
    """

    def __init__(self, covering: Covering, server: Server, most_seconds: float) -> None:
        self._covering = covering
        self._server = server
        self._most_seconds = most_seconds
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
        tests, seconds = self._within(self._covering.tests_of(mutant))
        if not tests:
            return Outcome.UNCOVERED
        put = partial(swap_code, self._covering.root, mutant)
        if not self._warm:
            put = partial(MutatedImport.put, self._covering.root, mutant)
        limit = max(_LEAST_SECONDS, seconds * _PATIENCE)
        found = try_mutant(put, tests, limit, [self._server])
        self._server.sweep()
        return found

    def _within(self, tests: list[str]) -> tuple[list[str], float]:
        """The quickest tests, as many as fit into the seconds, and what they take."""
        taken: list[str] = []
        left = self._most_seconds
        for test in tests:
            if taken and left < self._covering.seconds[test]:
                break
            taken.append(test)
            left -= self._covering.seconds[test]
        return taken, self._most_seconds - left
