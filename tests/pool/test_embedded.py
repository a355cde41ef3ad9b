"""The embedded server, started for real: as root under ``nobody``, else as ourselves."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from model.errors import ConfigError
from pool.embedded import embedded_server
from pool.postgres_binaries import copy_wheel, find_binaries
from tests.conftest import server_home

FAST = {"fsync": "off"}
ROOT = Path(__file__).parents[2]
NOBODY = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change user")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, open to the server's user: pytest's is not."""
    with server_home() as path:
        yield path


def execute(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def pid(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def is_running(home: Path) -> bool:
    return (home / "data" / "postmaster.pid").exists()


def test_a_new_server_speaks_utf8_and_knows_letters_beyond_ascii(home: Path) -> None:
    with embedded_server(home, settings=FAST) as url:
        assert execute(url, "SHOW server_encoding") == "UTF8"
        assert execute(url, "SELECT lower('ÄÖÜ')") == "äöü"


def test_what_was_stored_is_there_after_a_restart(home: Path) -> None:
    with (
        embedded_server(home, settings=FAST) as url,
        psycopg.connect(url) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded_server(home, settings=FAST) as url:
        assert execute(url, "SELECT answer FROM kept") == 42


def test_it_listens_on_no_network_address(home: Path) -> None:
    with embedded_server(home, settings=FAST) as url:
        assert execute(url, "SHOW listen_addresses") == ""


async def test_an_event_loop_may_use_it(home: Path) -> None:
    async with embedded_server(home, settings=FAST) as url:
        assert execute(url, "SELECT current_user") == "reqpool"
    assert not is_running(home)


def test_the_last_one_out_stops_the_server(home: Path) -> None:
    with embedded_server(home, settings=FAST):
        with embedded_server(home, settings=FAST) as second:
            pass
        assert execute(second, "SELECT 1") == 1
    assert not is_running(home)


def test_another_process_attaches_to_the_same_server(home: Path) -> None:
    with embedded_server(home, settings=FAST):
        first = pid(home)
        run_python(f"{USE}\nwith embedded_server(Path({str(home)!r})): pass")
        assert pid(home) == first


def test_whoever_comes_after_a_kill_finds_the_server_running(home: Path) -> None:
    killed = run_python(
        f"{USE}\nimport os\nembedded_server(Path({str(home)!r})).__enter__()\n"
        "os.kill(os.getpid(), 9)"
    )
    assert killed.returncode == -signal.SIGKILL
    orphan = pid(home)
    with embedded_server(home):
        assert pid(home) == orphan
    assert not is_running(home)


def test_a_killed_server_recovers_what_was_committed(home: Path) -> None:
    with embedded_server(home) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(pid(home), signal.SIGKILL)
    with embedded_server(home) as url:
        assert execute(url, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_a_stale_pid_that_is_another_process_now_is_forgotten(home: Path) -> None:
    with embedded_server(home, settings=FAST):
        text = (home / "data" / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"], user=server_uid()) as stranger:
        lines = text.split("\n")
        stale = home / "data" / "postmaster.pid"
        stale.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        stale.chmod(0o644)
        with embedded_server(home, settings=FAST) as url:
            assert execute(url, "SELECT 1") == 1
        stranger.kill()


def test_data_of_another_major_version_is_refused_with_the_way_out(home: Path) -> None:
    with embedded_server(home, settings=FAST):
        pass
    (home / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigError, match=r"PostgreSQL 12.*upgrade-embedded"):
        embedded_server(home, settings=FAST).__enter__()


def test_a_folder_that_holds_something_else_is_left_alone(home: Path) -> None:
    (home / "letters.txt").write_text("dear")
    with pytest.raises(ConfigError, match=r"letters\.txt"):
        embedded_server(home, settings=FAST).__enter__()
    assert [path.name for path in home.iterdir()] == ["letters.txt"]


def test_an_unfinished_cluster_is_made_anew(home: Path) -> None:
    half = home / "data.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with embedded_server(home, settings=FAST) as url:
        assert execute(url, "SELECT 1") == 1


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    home.chmod(0o711)
    far = home / ("long" * 20) / "path"
    with embedded_server(far, settings=FAST) as url:
        assert execute(url, "SELECT 1") == 1
        assert str(home) not in url
        socket_directory = Path(unquote(url.partition("host=")[2]))
        assert socket_directory.stat().st_mode & 0o077 == 0
    shutil.rmtree(socket_directory)


def test_a_folder_without_postgresql_is_refused(home: Path) -> None:
    with pytest.raises(ConfigError, match="bin_directory"):
        embedded_server(home, bin_directory=home / "bin").__enter__()


@needs_root
def test_root_runs_it_as_an_unprivileged_user(home: Path) -> None:
    with embedded_server(home, settings=FAST):
        assert Path(f"/proc/{pid(home)}").stat().st_uid == NOBODY


@needs_root
def test_root_is_told_when_the_servers_user_cannot_get_there(home: Path) -> None:
    with pytest.raises(ConfigError, match="cannot pass through"):
        embedded_server(home / "inside", settings=FAST).__enter__()
    assert home.stat().st_mode & 0o077 == 0


@needs_root
def test_other_local_users_are_kept_out(home: Path) -> None:
    with embedded_server(home, settings=FAST) as url:
        (home / "run").chmod(0o777)  # even then the kernel tells who is calling
        (home / "run" / ".s.PGSQL.5432").chmod(0o777)
        other = run_python(f"{BECOME_NOBODY}\npsycopg.connect({url!r})")
    assert "Peer authentication failed" in other.stderr


@needs_root
def test_an_ordinary_user_runs_it_as_themselves(home: Path) -> None:
    home.chmod(0o755)
    os.chown(home, NOBODY, NOBODY)
    done = run_python(
        f"{USE}\n{BECOME_NOBODY}\n"
        f"with embedded_server(Path({str(home)!r})) as url:\n"
        "    print(psycopg.connect(url).execute('SELECT current_user').fetchone())"
    )
    assert done.stdout.strip() == "('reqpool',)", done.stderr
    assert (home / "data").stat().st_uid == NOBODY


@needs_root
def test_a_copy_of_the_wheel_runs_from_elsewhere(home: Path) -> None:
    home.chmod(0o755)
    shipped = find_binaries().directory.parents[1]
    copied = copy_wheel(shipped, home / "copy") / "pginstall" / "bin"
    with embedded_server(Path(f"{home}-server"), copied, FAST) as url:
        assert execute(url, "SELECT 1") == 1
    shutil.rmtree(f"{home}-server")


USE = "from pathlib import Path; from pool.embedded import embedded_server"
BECOME_NOBODY = (
    f"import os, psycopg; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
)


def run_python(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def server_uid() -> int | None:
    return NOBODY if os.geteuid() == 0 else None
