"""Processes of the demo's own, which end with it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from model.errors import ConfigError, Problem

_STOP_SECONDS = 6
_LAST_LINES = 12


class Child:
    """A Python module that runs beside us, in a process group of its own.

    Ctrl-C at the terminal reaches the demo alone, which then ends its children one
    after the other.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], log: Path, *, is_read: bool
    ) -> None:
        self.name = module
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if is_read else errors,
                stderr=errors,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """As the operating system knows it."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def read_line(self) -> str:
        """The next line that it prints.

        Raises:
            ConfigError: it ended instead.
        """
        output: IO[bytes] | None = self._process.stdout
        line = output.readline() if output else b""
        if not line:
            self._process.wait(_STOP_SECONDS)
            self.check()
        return line.decode()

    def check(self) -> None:
        """Make sure that it runs.

        Raises:
            ConfigError: it has ended; with the last lines of its log.
        """
        if self.is_running:
            return
        lines = self._log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
        said = f"{self.name} ended with code {self._process.returncode}"
        hint = "\n".join(lines) or f"its log {self._log} is empty"
        raise ConfigError([Problem("E_DEMO", said, hint=hint)])

    def stop(self) -> None:
        """Ask it to end, and insist after a while: being killed does it no harm."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def running(
    module: str, arguments: Sequence[str], log: Path, *, is_read: bool = False
) -> Iterator[Child]:
    """A child for as long as the block lasts; ``is_read``: see ``read_line``."""
    child = Child(module, arguments, log, is_read=is_read)
    try:
        yield child
    finally:
        child.stop()
