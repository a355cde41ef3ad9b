"""Commands run as people run them: words in, exit code and output out."""

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
import structlog

from cli.main import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Reqpool = Callable[..., Ran]


@pytest.fixture
def reqpool(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Reqpool]:
    """Runs one command and tells how it went."""
    handlers, level = logging.root.handlers, logging.root.level
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stdin", StringIO())

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["reqpool", *map(str, words)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return Ran(code, *capfd.readouterr())

    yield run
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def pool(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """The commands work on the test's own database, with no configuration file."""
    monkeypatch.setenv("REQPOOL_DATABASE__URL", database_url)
    monkeypatch.chdir(tmp_path)
    return iter([None])
