"""``reqpool webhooks parse``: a line for every file, whatever is in it."""

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.plugins import get_connector, list_kinds
from tests.cli.conftest import Reqpool

GITLAB = {
    "object_kind": "issue",
    "event_type": "issue",
    "user": {"id": 3, "name": "Li Wei", "username": "liwei"},
    "project": {"id": 7, "path_with_namespace": "acme/fin"},
    "object_attributes": {
        "id": 90,
        "iid": 12,
        "project_id": 7,
        "action": "update",
        "updated_at": "2026-03-01 08:00:00 UTC",
    },
    "changes": {"title": {"previous": "a", "current": "b"}},
}
PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"


def parse(reqpool: Reqpool, tracker: str, *files: Path) -> list[dict[str, Any]]:
    ran = reqpool("webhooks", "parse", "--tracker", tracker, *files)
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def test_a_change_becomes_a_hint(reqpool: Reqpool, tmp_path: Path) -> None:
    file = tmp_path / "update.json"
    file.write_text(json.dumps(GITLAB))
    (line,) = parse(reqpool, "gitlab", file)
    assert (line["file"], line["outcome"]) == (str(file), "hint")
    assert (line["issue_id"], line["changed"]) == ("7#12", ["title"])
    assert line["at"].startswith("2026-03-01T08:00:00")


def test_strange_files_are_quarantined_one_line_each(
    reqpool: Reqpool, tmp_path: Path
) -> None:
    files = {
        "empty.json": b"",
        "latin1.json": '{"name": "Käse"}'.encode("latin-1"),
        "deep.json": b"[" * 100_000,
        "nul.json": b'{"a": "\\u0000"}',
        "large.json": b" " * (5 * 1024 * 1024 + 1),
        "文件.json": b"{}",
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    paths = [*(tmp_path / name for name in files), tmp_path, tmp_path / "missing"]
    lines = parse(reqpool, "jira", *paths)
    assert [line["file"] for line in lines] == [str(path) for path in paths]
    assert {line["outcome"] for line in lines} == {"quarantined"}
    assert lines[-1]["reason"] == "unreadable: No such file or directory"


def test_a_file_name_that_is_not_utf8_does_no_harm(
    reqpool: Reqpool, tmp_path: Path
) -> None:
    name = os.fsdecode(b"\xff.json")
    (line,) = parse(reqpool, "jira", tmp_path / name)
    assert line["file"].endswith("\udcff.json")


def test_an_unknown_tracker_is_the_operators_mistake(reqpool: Reqpool) -> None:
    ran = reqpool("webhooks", "parse", "--tracker", "jra", "x.json")
    assert ran.code == 2
    assert "did you mean jira?" in ran.err


@pytest.mark.parametrize("tracker", list_kinds())
def test_every_installed_kind_can_be_asked(reqpool: Reqpool, tracker: str) -> None:
    folder = Path(inspect.getfile(get_connector(tracker))).parent / "fixtures"
    files = sorted(folder.glob("*.json"))
    lines = parse(reqpool, tracker, *files)
    assert len(lines) == len(files)
    hints = [line for line in lines if line["outcome"] == "hint"]
    assert hints
    assert {line["tracker"] for line in hints} == {tracker}


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the recordings are not beside us")
@pytest.mark.parametrize("tracker", ["jira", "gitlab"])
def test_every_recording_yields_a_line(reqpool: Reqpool, tracker: str) -> None:
    files = sorted(path for path in PAYLOADS.rglob("*") if path.is_file())
    lines = parse(reqpool, tracker, *files)
    assert len(lines) == len(files)
    assert {"hint", "quarantined"} <= {line["outcome"] for line in lines}
