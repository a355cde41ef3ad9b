"""Copies of a whole pool inside its own database: quick to take, quick to put back.

One database serves every seed of a process: a new one would cost 110 ms, putting the
founded pool back costs 6. It is also how an older backup is restored.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

_TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version'
ORDER BY relname
"""
_SEQUENCES = """
SELECT relname FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
  AND relname NOT LIKE 'procrastinate%' ORDER BY relname
"""
_COPY = "CREATE TABLE {copy} AS TABLE {table}"
_BACK = "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {copy}"


@dataclass
class Vault:
    """Keeps the pool under names, each a schema of copied tables."""

    url: str

    def keep(self, name: str) -> None:
        """Copy every table and sequence."""
        with self._connect() as connection:
            tables = find_tables(connection)
            statements = [
                SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(name)),
                SQL("CREATE SCHEMA {}").format(Identifier(name)),
                *(_fill(_COPY, name, table) for table in tables),
                *_keep_sequences(name, _names(connection, _SEQUENCES)),
            ]
            connection.execute(SQL(";").join(statements))

    def put_back(self, name: str) -> None:
        """Make every table what it was; triggers and foreign keys do not look."""
        with self._connect() as connection:
            connection.execute("SET session_replication_role = replica")
            tables = find_tables(connection)
            empty = [SQL("DELETE FROM {}").format(Identifier(one)) for one in tables]
            back = [_put_back(connection, name, table) for table in tables]
            connection.execute(SQL(";").join([*empty, *back]))
            for sequence, value, called in connection.execute(
                SQL("SELECT * FROM {}.sequences").format(Identifier(name))
            ).fetchall():
                connection.execute(
                    "SELECT setval(%s, %s, %s)", (sequence, value, called)
                )

    def _connect(self) -> psycopg.Connection[tuple[str, ...]]:
        return psycopg.connect(self.url)


def find_tables(connection: psycopg.Connection[tuple[str, ...]]) -> list[str]:
    """Every table of the pool."""
    return _names(connection, _TABLES)


def _names(connection: psycopg.Connection[tuple[str, ...]], of: str) -> list[str]:
    return [row[0] for row in connection.execute(of).fetchall()]


def _fill(statement: str, schema: str, table: str) -> Composable:
    return SQL(statement).format(
        copy=Identifier(schema, table), table=Identifier("public", table)
    )


def _keep_sequences(schema: str, sequences: list[str]) -> Iterator[Composable]:
    yield SQL("CREATE TABLE {} (name text, value bigint, called bool)").format(
        Identifier(schema, "sequences")
    )
    for one in sequences:
        yield SQL("INSERT INTO {} SELECT {}, last_value, is_called FROM {}").format(
            Identifier(schema, "sequences"), Literal(one), Identifier("public", one)
        )


def _put_back(
    connection: psycopg.Connection[tuple[str, ...]], schema: str, table: str
) -> Composable:
    columns = _names(
        connection,
        "SELECT attname FROM pg_attribute"  # noqa: S608 - names of our own tables
        f" WHERE attrelid = 'public.{table}'::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
    )
    listed = SQL(",").join(map(Identifier, columns))
    return SQL(_BACK).format(
        table=Identifier("public", table),
        copy=Identifier(schema, table),
        columns=listed,
    )
