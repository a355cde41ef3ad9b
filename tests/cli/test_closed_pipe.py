"""A command whose reader leaves early ends quietly, as of SIGPIPE."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_offline import CONTRACT, RULESET


@pytest.mark.parametrize(
    "command",
    [
        "rules --help",
        "rules check small.yaml",
        "contract match acme.yaml requests.jsonl",
    ],
)
def test_a_reader_that_leaves_is_no_failure(command: str, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(RULESET)
    (tmp_path / "acme.yaml").write_text(CONTRACT)
    (tmp_path / "requests.jsonl").write_text('{"title": "Daily fund report"}\n')
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "cli.main", *command.split()],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path.cwd()), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    with running.stderr as told:
        assert told.read() == ""
    assert running.wait(60) == 128 + signal.SIGPIPE
