"""A real PostgreSQL for every test that asks for one, started once a session."""

import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import make_url

from pool.database import Database
from pool.embedded import embedded_server
from pool.migrate import upgrade

FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}
MEMORY = Path("/dev/shm")  # noqa: S108 - only where a server's files lie for a while
ROOM_BYTES = 2 * 2**30
OF_A_TERMINAL = re.compile(
    "LANG|LANGUAGE|LC_.+|.+_PROXY|REQPOOL_.+|COLUMNS|(FORCE|NO)_COLOR|PY_COLORS"
    "|GITHUB_ACTIONS",
    re.IGNORECASE,
)
"""Language, colours, proxies and settings of who runs the tests: they are none of ours."""
_numbers = count(1)

for variable in filter(OF_A_TERMINAL.fullmatch, list(os.environ)):
    del os.environ[variable]
os.environ["LC_ALL"] = "C.UTF-8"

# a slow machine, or a collection of garbage, is nothing that a law is broken by
settings.register_profile(
    "patient",
    settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("patient"), max_examples=20_000)
settings.load_profile("patient")


@contextmanager
def server_home() -> Iterator[Path]:
    """A folder for a server: its path is short, its parents are open to all users.

    In memory where there is room: a new database is a thousand files, and a disk that
    takes them down is what most tests would wait for.
    """
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    home = tempfile.mkdtemp(prefix="reqpool-tests-", dir=MEMORY if in_memory else None)
    yield Path(home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of the session's own."""
    with server_home() as home, embedded_server(home, settings=FAST) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> str:
    """A database at the newest migration, to be copied and never written to."""
    execute(postgres_url, SQL("CREATE DATABASE migrated"))
    url = with_database(postgres_url, "migrated")
    upgrade(url)
    return url


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database without any table."""
    yield from new_database(postgres_url, "template1")


@pytest.fixture
def database_url(postgres_url: str, migrated_url: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    assert migrated_url
    yield from new_database(postgres_url, "migrated")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's database with open connections."""
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


def new_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    create = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    execute(server, create.format(Identifier(name), Identifier(template)))
    yield with_database(server, name)
    drop = SQL("DROP DATABASE {} WITH (FORCE)")
    execute(server, drop.format(Identifier(name)))


def execute(url: str, statement: SQL | Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
