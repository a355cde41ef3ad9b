"""One PostgreSQL for all mutants' tests, instead of one a session."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from _pytest.fixtures import SubRequest
from psycopg.sql import SQL, Identifier

from pool.embedded import embedded_server
from pool.migrate import upgrade
from tests.conftest import FAST, execute, with_database


@dataclass(frozen=True)
class Attached:
    """A pytest plugin that hands out a server that runs already."""

    url: str

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: SubRequest
    ) -> str | None:
        given = {"postgres_url": self.url, "migrated_url": self.migrated_url}
        value = given.get(fixturedef.argname)
        if value is not None:
            fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value

    @property
    def migrated_url(self) -> str:
        return with_database(self.url, "migrated")

    def sweep(self) -> None:
        """Drop the databases of tests that were cut off."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            named = "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'"
            for (name,) in connection.execute(named).fetchall():
                drop = SQL("DROP DATABASE {} WITH (FORCE)")
                connection.execute(drop.format(Identifier(name)))


@contextmanager
def open_server() -> Iterator[Attached]:
    home = Path(tempfile.mkdtemp(prefix="reqpool-mutants-"))
    with embedded_server(home, settings=FAST) as url:
        attached = Attached(url)
        execute(url, SQL("CREATE DATABASE migrated"))
        upgrade(attached.migrated_url)
        yield attached
    shutil.rmtree(home)
