"""What cannot be kept is found out alone."""

from collections.abc import Sequence

import pytest

from pool.database import Connection, Database, DatabaseGone
from sync.single_out import single_out

TOO_MUCH = "SELECT array_fill(0, ARRAY[1073741824])"
GONE = "SELECT pg_terminate_backend(pg_backend_pid())"


async def kept_of(database: Database, statements: list[str]) -> list[str]:
    kept, given_up = list[str](), list[str]()
    async with database.transaction() as connection:

        async def act(some: Sequence[str]) -> None:
            await run(connection, some)
            kept.extend(some)

        async def give_up(one: str, _: Exception) -> None:
            given_up.append(one)

        await single_out(connection, statements, act, give_up)
    assert sorted(kept + given_up) == sorted(statements)
    return kept


async def run(connection: Connection, statements: Sequence[str]) -> None:
    for one in statements:
        await connection.execute(one.encode())


async def test_what_is_too_much_for_postgresql_does_not_hold_up_the_others(
    database: Database,
) -> None:
    some = ["SELECT 1", TOO_MUCH, "SELECT 2", "SELECT 3"]
    assert await kept_of(database, some) == ["SELECT 1", "SELECT 2", "SELECT 3"]


async def test_a_database_that_is_gone_is_nobodys_fault(database: Database) -> None:
    with pytest.raises(DatabaseGone):
        await kept_of(database, ["SELECT 1", GONE])
