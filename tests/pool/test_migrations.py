"""The chain of migrations leads to exactly the schema that the code declares."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pool.migrate import connect_engine, upgrade
from pool.schema import metadata
from pool.version import is_current


def test_the_chain_ends_in_the_declared_schema(database_url: str) -> None:
    with connect_engine(database_url).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: (
                    kind != "table" or not str(name).startswith("procrastinate_")
                ),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_is_upgrading_once(empty_database_url: str) -> None:
    assert not is_current(empty_database_url)
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    assert is_current(empty_database_url)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"]
)
def test_the_audit_is_append_only(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO audit (at, actor, action, subject, cause)"
            " VALUES (now(), 'a', 'b', 'c', 'd')"
        )
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute(statement)
