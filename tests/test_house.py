"""The house holds: import floors, packaging, lock, and the commands that texts name."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
LOCK = (ROOT / "requirements.lock").read_text()
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


def test_imports_go_down_the_stairs() -> None:
    done = run(str(Path(sys.executable).with_name("lint-imports")))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_worker_loads_neither_the_pages_nor_what_migrates() -> None:
    done = run(sys.executable, "-c", "import cli.worker, sys; print(*sys.modules)")
    loaded = set(done.stdout.split())
    assert "app.work" in loaded
    assert loaded.isdisjoint({"fastapi", "web", "alembic", "sqlalchemy"})


def test_the_wheel_holds_the_rooms_and_no_tests(tmp_path: Path) -> None:
    built = run(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        tmp_path.as_posix(),
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(
        PACKAGES
    )
    assert "rules/defaults/vendor.en.yaml" in names


def test_no_locked_package_ships_one_of_our_names() -> None:
    shipped = packages_distributions()
    ours = [*PACKAGES, "tests", "benchmarks"]
    others = {name: set(shipped.get(name, ())) - {"reqpool"} for name in ours}
    assert {name: found for name, found in others.items() if found} == {}


def test_the_lock_has_every_dependency_and_names_no_host() -> None:
    groups = PROJECT["dependency-groups"]["dev"]
    extras = chain(*PROJECT["project"]["optional-dependencies"].values())
    wanted = [*PROJECT["project"]["dependencies"], *extras, *groups]
    names = {re.split(r"[\[<>=;@ ]", each)[0].lower() for each in wanted}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", LOCK, flags=re.MULTILINE))
    assert {name.replace("_", "-") for name in names} - locked == set()
    assert "://" not in LOCK


def test_every_locked_version_has_a_hash() -> None:
    entries = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    pinned = [entry for entry in entries if "==" in entry.split("\n", 1)[0]]
    assert pinned
    assert [entry for entry in pinned if "--hash=sha256:" not in entry] == []


def named_commands() -> list[str]:
    """What stands in code blocks and code spans after ``reqpool``, word by word."""
    text = "\n".join(path.read_text() for path in TEXTS if path.exists())
    found = re.findall(r"(?:^|`|\$ )reqpool ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE)
    return sorted(set(found))


@pytest.mark.parametrize("words", named_commands())
def test_commands_that_texts_name_exist(words: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in words.split():
        if not hasattr(command, "list_commands"):
            break
        command = command.get_command(typer.Context(command), word)
        assert command is not None, word


def test_make_targets_that_texts_name_exist() -> None:
    text = "\n".join(path.read_text() for path in TEXTS if path.exists())
    named = set(re.findall(r"(?:^|`|\$ )make ([a-z]+)\b", text, re.MULTILINE))
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named - made == set()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_ci_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text()
