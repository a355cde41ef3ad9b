"""Which tests run which lines, recorded once by coverage's contexts."""

import json
import time
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from math import inf
from pathlib import Path

import coverage
import pytest

from benchmarks.mutation.mutants import Mutant

_TO_THE_END = {
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
}

IMPORTED = ""
"""The context of what runs while modules are imported."""


@dataclass(eq=False)
class Recorder:
    """A pytest plugin: the seconds each passing test takes, and the lines it runs.

    Attributes:
        known: tests that are left out.
        until: no test begins after it, on the monotonic clock.
    """

    measured: coverage.Coverage
    known: Container[str] = ()
    until: float = inf
    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid not in self.known]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.measured.switch_context(item.nodeid)
        started = time.perf_counter()
        result = yield
        self.measured.switch_context(IMPORTED)
        self.seconds[item.nodeid] = time.perf_counter() - started
        if time.monotonic() > self.until:
            item.session.shouldstop = "cut off"
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def record_all(
    root: Path, room: str, tests: Iterable[str], server: object, until: float
) -> None:
    """Run those of a room's tests that were not recorded before it was cut off."""
    known = _load_seconds(_store(root, room))
    if record(root, room, tests, server, known, until):
        _mark(root, room).touch()


def record(
    root: Path,
    room: str,
    tests: Iterable[str],
    server: object,
    known: Container[str] = (),
    until: float = inf,
) -> bool:
    """Run a room's tests once and keep what they cover, added to what is there.

    Returns:
        Whether it came to the end.
    """
    store = _store(root, room)
    measured = coverage.Coverage(
        data_file=f"{store}.coverage", source=[str(root / room)], config_file=False
    )
    recorder = Recorder(measured, known, until)
    if store.with_suffix(".coverage").exists():
        measured.load()
    measured.start()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *tests], [recorder, server])
    measured.stop()
    measured.save()
    kept = {
        name: s for name, s in recorder.seconds.items() if name not in recorder.failed
    }
    seconds = _load_seconds(store) | kept
    store.with_suffix(".json").write_text(json.dumps(seconds, indent=0), "utf-8")
    return code in _TO_THE_END


@dataclass(frozen=True)
class Covering:
    """What :func:`record` kept of a room."""

    root: Path
    seconds: dict[str, float]
    data: coverage.CoverageData

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that run a mutant's lines, the quickest first.

        Of what runs while modules are imported: those that run any line of the file, and
        those of files that import it; all, if there are none.
        """
        by_line = self._by_line(mutant)
        if self.is_imported(mutant):
            found = {*self._importing(mutant), *chain(*by_line.values())}
            found = found & set(self.seconds) or set(self.seconds)
        else:
            found = {test for line in mutant.lines for test in by_line.get(line, ())}
        return sorted(found & set(self.seconds), key=lambda test: self.seconds[test])

    def _importing(self, mutant: Mutant) -> Iterator[str]:
        module = mutant.path.removesuffix(".py").replace("/", ".")
        for path, tests in groupby(self.seconds, lambda test: test.split("::")[0]):
            if f"from {module} import" in (self.root / path).read_text("utf-8"):
                yield from tests

    def is_imported(self, mutant: Mutant) -> bool:
        """Whether a mutant's lines run while modules are imported."""
        by_line = self._by_line(mutant)
        runs = (IMPORTED in by_line.get(line, ()) for line in mutant.lines)
        return not mutant.function or any(runs)

    def _by_line(self, mutant: Mutant) -> dict[int, list[str]]:
        found: dict[int, list[str]] = self.data.contexts_by_lineno(
            str(self.root / mutant.path)
        )
        return found


def load_covering(root: Path, room: str) -> Covering:
    store = _store(root, room)
    data = coverage.CoverageData(f"{store}.coverage")
    data.read()
    return Covering(root, _load_seconds(store), data)


def is_recorded(root: Path, room: str) -> bool:
    return _mark(root, room).exists()


def _mark(root: Path, room: str) -> Path:
    return _store(root, room).with_suffix(".recorded")


def _store(root: Path, room: str) -> Path:
    folder = root / ".mutation"
    folder.mkdir(exist_ok=True)
    return folder / room


def _load_seconds(store: Path) -> dict[str, float]:
    kept = store.with_suffix(".json")
    if not kept.exists():
        return {}
    seconds: dict[str, float] = json.loads(kept.read_text("utf-8"))
    return seconds
