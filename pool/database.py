"""Connections to PostgreSQL, and transactions over them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic_core import to_json

Connection = AsyncConnection[DictRow]
"""A connection inside a transaction; every function of the pool takes one first."""

TRUSTED_SECONDS = 1.0
"""How long after its last use a connection is taken to be alive unasked."""

DatabaseGone = OperationalError
"""The server is not there, or ended the transaction: nothing of it was kept."""


def is_too_much(error: Exception) -> bool:
    """Whether a statement held more than PostgreSQL takes, which no later try changes.

    Its class 54, program limit exceeded, is among the errors of a server that is gone
    (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    """
    return isinstance(error, OperationalError) and (error.sqlstate or "")[:2] == "54"


class TrustingPool(AsyncConnectionPool[AsyncConnection[Any]]):
    """Drops a connection that died; one that was used a moment ago is taken to be alive."""

    def __init__(self, conninfo: str, **options: Any) -> None:
        """As the one it stands for, whose check asks the server before each use."""
        self._used_at = WeakKeyDictionary[AsyncConnection[Any], float]()
        options |= {"check": self._check_idle, "reset": self._note_use}
        super().__init__(conninfo, **options)

    async def _check_idle(self, connection: AsyncConnection[Any]) -> None:
        idle = asyncio.get_running_loop().time() - self._used_at.get(connection, 0)
        if idle > TRUSTED_SECONDS:
            await self.check_connection(connection)

    async def _note_use(self, connection: AsyncConnection[Any]) -> None:
        self._used_at[connection] = asyncio.get_running_loop().time()


class Database:
    """A pool of connections to one database.

    Only the edge commits: functions take a :data:`Connection` and never commit.

    Attributes:
        probe_seconds: what monitoring waits at most; a scrape has 10 s in all.
    """

    probe_seconds: ClassVar[float] = 2

    def __init__(self, url: str, *, max_connections: int = 10) -> None:
        """Opens nothing yet.

        Args:
            url: ``postgresql://…``.
            max_connections: upper bound of connections to the server.
        """
        self.url = url
        self._pool = TrustingPool(
            url,
            open=False,
            min_size=1,
            max_size=max_connections,
            connection_class=AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "options": "-c timezone=UTC"},
            timeout=10,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            psycopg_pool.PoolTimeout: nothing answers at the URL.
        """
        await self._pool.open(wait=True, timeout=15)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction: commits at the end, rolls back when it is left by an error."""
        async with self._pool.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def quick_look(self) -> AsyncIterator[Connection]:
        """A transaction for monitoring, which is told soon that there is no database.

        Raises:
            DatabaseGone: there is none.
            TimeoutError: it does not answer.
        """
        async with (
            asyncio.timeout(self.probe_seconds),
            self.transaction() as connection,
        ):
            yield connection

    @asynccontextmanager
    async def single_statement(self) -> AsyncIterator[Connection]:
        """For one statement, which commits by itself: one round trip instead of three."""
        async with self._pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                if not connection.broken:
                    await connection.set_autocommit(False)


async def query(
    connection: Connection, statement: Any, values: Any = None
) -> list[DictRow]:
    """Run a statement and answer all its rows."""
    cursor = await connection.execute(statement, values)
    return await cursor.fetchall()


async def query_one(
    connection: Connection, statement: Any, values: Any = None
) -> DictRow | None:
    """Run a statement and answer its first row, or None."""
    cursor = await connection.execute(statement, values)
    return await cursor.fetchone()


async def execute_rows(
    connection: Connection, statement: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run one statement for many rows; none for no rows.

    Args:
        connection: of the transaction.
        statement: reads ``%s`` with ``jsonb_populate_recordset(NULL::table, %s)``, which
            gives each column its type: one parameter, however many rows there are.
        rows: plain values by column; a missing one is NULL.
    """
    if rows:
        await connection.execute(statement, (Jsonb(rows, dumps=to_json),))


async def query_rows(
    connection: Connection, statement: str, rows: Sequence[Mapping[str, Any]]
) -> list[DictRow]:
    """The same, for a statement that answers rows."""
    return await query(connection, statement, (Jsonb(rows, dumps=to_json),))


async def hold_source(connection: Connection, source: UUID) -> None:
    """Let nobody else absorb issues of a source until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"absorb {source}",)
    )
