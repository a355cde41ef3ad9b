"""The real database of a process that may die, and of a server that may fail."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.rows import DictRow, dict_row

from pool.database import Connection, Database, query
from tests.simulation.faults import Fault


class KilledError(BaseException):
    """The process is gone; nothing in it may catch this."""


Each = Callable[[int], None]
"""Is told the number of each point."""

_ENDLESS = 5000
"""Points within one run of a verb."""


@dataclass
class Switch:
    """Kills at the n-th point from now; a point is an await or a commit.

    What is awaited inside a transaction is no point of its own: until its commit
    nothing of it is there.
    """

    happened: Counter[Fault]
    left: int | None = None
    only: str = ""
    passed: int = 0
    at: int | None = None
    since: int = 0
    watch: Each | None = None

    def begin_run(self) -> None:
        """A verb begins; it has to come to its end."""
        self.since = self.passed

    def begin(self, at: int | None, watch: Each | None = None) -> None:
        """Count from here, and kill once, at this point."""
        self.passed, self.since, self.at, self.watch = 0, 0, at, watch

    def __call__(self, point: str) -> None:
        self.passed += 1
        assert self.passed - self.since < _ENDLESS, "a verb goes round in circles"
        if self.watch is not None:
            self.watch(self.passed)
        if self.passed == self.at:
            raise KilledError(point)
        if self.left is None or self.only not in point:
            return
        self.left -= 1
        if self.left <= 0:
            self.left, self.only = None, ""
            kind = Fault.KILL_AT_COMMIT if "commit" in point else Fault.KILL
            self.happened[kind] += 1
            raise KilledError(point)


_ERRORS: dict[Fault, tuple[str, Callable[[], psycopg.Error]]] = {
    Fault.DATABASE_DROP: (
        "statement",
        lambda: psycopg.OperationalError("server closed the connection"),
    ),
    Fault.DEADLOCK: (
        "statement",
        lambda: psycopg.errors.DeadlockDetected("deadlock detected"),
    ),
    Fault.DISK_FULL: (
        "statement",
        lambda: psycopg.errors.DiskFull("could not extend file"),
    ),
    Fault.COMMIT_UNKNOWN: (
        "committed",
        lambda: psycopg.OperationalError("connection lost at commit"),
    ),
}


@dataclass
class Trouble:
    """One failure of the server at the n-th point of its kind, or an absence."""

    now: Callable[[], datetime]
    happened: Counter[Fault]
    fault: Fault | None = None
    left: int = 0
    away_until: datetime | None = None

    def arm(self, fault: Fault, left: int) -> None:
        self.fault, self.left = fault, left

    def go_away(self, span: timedelta) -> None:
        self.away_until = self.now() + span

    def clear(self) -> None:
        self.fault, self.away_until = None, None

    def strike(self, point: str) -> None:
        """Fail here, if it is the time."""
        if self.away_until and self.now() < self.away_until:
            self.happened[Fault.FAILOVER] += 1
            raise psycopg.OperationalError("the server is starting up")
        if self.fault is None or _ERRORS[self.fault][0] != point:
            return
        self.left -= 1
        if self.left <= 0:
            fault, self.fault = self.fault, None
            self.happened[fault] += 1
            raise _make(fault)


def _make(fault: Fault) -> psycopg.Error:
    return _ERRORS[fault][1]()


class MortalConnection(psycopg.AsyncConnection[DictRow]):
    """Every statement may fail as the server's do; nobody else moves while one runs."""

    trouble: Trouble | None = None

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        if self.trouble is not None:
            self.trouble.strike("statement")
        return await super().execute(*args, **kwargs)

    async def wait(
        self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None
    ) -> Any:
        """In virtual time nothing else can happen meanwhile: the loop need not turn."""
        del timeout
        return waiting.wait(gen, self.pgconn.socket, interval)

    def end(self, how: str) -> None:
        """Commit or roll back; the next transaction begins in the same round trip."""
        result = self.pgconn.exec_(f"{how} AND CHAIN".encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)


@dataclass
class Dangers:
    """What threatens a process's transactions."""

    switch: Switch
    trouble: Trouble
    commits: int = 0


_OPTIONS = "-c timezone=UTC -c lock_timeout=5s -c plan_cache_mode=force_generic_plan -c jit=off"

_SIDE_BY_SIDE = 4
"""Transactions at a time, at most: two of a look ahead, and one of whoever comes between."""


class MortalDatabase(Database):
    """Dies before a transaction, before its commit, or right after it.

    Its connections stand in a transaction of which nothing has happened, always, and
    keep every statement prepared: a simulation is made of small statements. None has a
    snapshot while it waits, for what was deleted since would be kept for it.
    """

    dangers: Dangers | None = None

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._idle: list[MortalConnection] = []
        self._outside: MortalConnection | None = None

    async def open(self) -> None:
        """All at once: while one is opened the loop turns, nobody knows how often."""
        self._outside = await self._connect(autocommit=True)
        self._idle = [await self._connect() for _ in range(_SIDE_BY_SIDE)]

    async def close(self) -> None:
        assert self._outside is not None
        for connection in (self._outside, *self._idle):
            await connection.close()

    async def _connect(self, *, autocommit: bool = False) -> MortalConnection:
        connection = await MortalConnection.connect(
            self.url,
            autocommit=autocommit,
            row_factory=dict_row,
            prepare_threshold=0,
            options=_OPTIONS,
        )
        connection.prepared_max = None
        if not autocommit:
            await connection.execute("SELECT")
            connection.end("COMMIT")
        return connection

    async def look(self, statement: str, *values: Any) -> list[DictRow]:
        """From outside, at what is committed; nothing strikes this."""
        assert self._outside is not None
        return await query(self._outside, statement, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        dangers = self.dangers
        if dangers is None:
            async with self._transaction() as connection:
                yield connection
            return
        dangers.switch("begin")
        dangers.trouble.strike("begin")
        async with self._transaction() as connection:
            connection.trouble = dangers.trouble
            try:
                yield connection
            finally:
                connection.trouble = None
            dangers.switch("commit")
        dangers.commits += 1
        dangers.switch("committed")
        dangers.trouble.strike("committed")

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[MortalConnection]:
        connection = self._idle.pop()
        try:
            yield connection
        except BaseException:
            connection.end("ROLLBACK")
            raise
        else:
            connection.end("COMMIT")
        finally:
            self._idle.append(connection)

    @asynccontextmanager
    async def single_statement(self) -> AsyncIterator[Connection]:
        async with self.transaction() as connection:
            yield connection
