"""The documented way to a new major version, walked."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from model.errors import ConfigError
from pool.dump import restore_dump, write_dump
from pool.embedded import embedded_server
from pool.migrate import upgrade
from pool.version import is_current
from tests.conftest import server_home

OLDER = sorted(Path("/usr/lib/postgresql").glob("1[567]/bin"))


@pytest.fixture
def home() -> Iterator[Path]:
    with server_home() as path:
        path.chmod(0o711)
        yield path


def fill(data_directory: Path, bin_directory: Path | None) -> None:
    with embedded_server(data_directory, bin_directory) as url:
        upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO texts VALUES ('hash', '每日资金日报')")


def find_text(data_directory: Path) -> str:
    with embedded_server(data_directory) as url:
        assert is_current(url)
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT body FROM texts").fetchone()
    return str(row and row[0])


def test_a_restored_dump_holds_what_was_dumped(home: Path) -> None:
    fill(home / "old", None)
    write_dump(home / "old", None, home / "pool.dump")
    restore_dump(home / "new", None, home / "pool.dump")
    assert find_text(home / "new") == "每日资金日报"


def test_a_dump_is_not_restored_over_anything(home: Path) -> None:
    fill(home / "old", None)
    write_dump(home / "old", None, home / "pool.dump")
    with pytest.raises(ConfigError, match="already exists"):
        restore_dump(home / "old", None, home / "pool.dump")
    assert find_text(home / "old") == "每日资金日报"


def test_a_dump_never_overwrites_a_file(home: Path) -> None:
    (home / "pool.dump").write_text("precious")
    with pytest.raises(ConfigError, match="exists already"):
        write_dump(home / "old", None, home / "pool.dump")


@pytest.mark.skipif(not OLDER, reason="no older PostgreSQL is installed")
def test_data_of_an_older_major_version_comes_along(home: Path) -> None:
    fill(home / "old", OLDER[0])
    with pytest.raises(ConfigError, match=r"was made by PostgreSQL 1[567]"):
        embedded_server(home / "old").__enter__()
    write_dump(home / "old", OLDER[0], home / "pool.dump")
    restore_dump(home / "new", None, home / "pool.dump")
    assert find_text(home / "new") == "每日资金日报"
