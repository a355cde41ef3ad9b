"""Try a mutant: its tests in a forked process, up to the first that fails.

A mutant inside a function is put into the running modules: whatever function has its
code gets the mutant's. What runs while modules are imported needs them to be imported
anew, so such mutants are tried before anything of ours is.
"""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from benchmarks.mutation.mutants import Mutant

_MEMORY_BYTES = 6 << 30


class Outcome(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"
    TOO_SLOW = "too slow"
    """Nor do its tests end in time without it: nothing was learnt."""
    UNCOVERED = "uncovered"
    BROKEN = "broken"


_BY_EXIT: dict[int, Outcome] = {
    pytest.ExitCode.OK: Outcome.SURVIVED,
    pytest.ExitCode.TESTS_FAILED: Outcome.KILLED,
}


def try_mutant(
    put: Callable[[], None],
    tests: Sequence[str],
    seconds: float,
    plugins: Sequence[object],
) -> Outcome:
    """Fork, put the mutant in, and run the tests for ``seconds`` at most."""
    child = os.fork()
    if child == 0:
        _run(put, tests, plugins)
    return _await(child, seconds)


def _run(
    put: Callable[[], None], tests: Sequence[str], plugins: Sequence[object]
) -> None:
    answer: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        os.setsid()
        _hush()
        put()
        answer = pytest.main([*QUIET, *tests], [_Collecting(), *plugins])
    finally:
        os._exit(answer)


class _Collecting:
    """A pytest plugin: a test's module that cannot be imported has noticed."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os._exit(pytest.ExitCode.TESTS_FAILED)


QUIET = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line")


def _hush() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _await(child: int, seconds: float) -> Outcome:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _outcome(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return Outcome.TIMED_OUT


def _outcome(status: int) -> Outcome:
    if os.WIFSIGNALED(status):
        return Outcome.KILLED
    return _BY_EXIT.get(os.WEXITSTATUS(status), Outcome.BROKEN)


def swap_code(root: Path, mutant: Mutant) -> None:
    """Give every function of the mutant's file its mutated code."""
    path = str(root / mutant.path)
    module = compile(mutant.source(), path, "exec", dont_inherit=True)
    codes = list(_codes(module))
    named = Counter(code.co_qualname for code in codes)
    mutated = {code.co_qualname: code for code in codes}
    for function in _functions_of(path):
        name = function.__code__.co_qualname
        if name.split(".<locals>")[0] == mutant.function and named[name] == 1:
            function.__code__ = mutated[name]


def _functions_of(path: str) -> list[FunctionType]:
    gc.unfreeze()  # what is frozen would not be listed
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType) and each.__code__.co_filename == path
    ]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


class MutatedImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant in place of its file."""

    def __init__(self, root: Path, mutant: Mutant) -> None:
        self._path = str(root / mutant.path)
        self._name = mutant.path.removesuffix(".py").replace("/", ".")
        self._source = mutant.source()

    def find_spec(
        self, fullname: str, _path: object = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, self._path, "exec"), module.__dict__)  # noqa: S102 - the mutant is the point

    @classmethod
    def put(cls, root: Path, mutant: Mutant) -> None:
        ours = cls(root, mutant)
        sys.meta_path.insert(0, ours)
        try:
            importlib.import_module(ours._name)
        except Exception:  # noqa: BLE001 - whatever a mutant raises at import is noticed
            os._exit(pytest.ExitCode.TESTS_FAILED)
