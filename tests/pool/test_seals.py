"""What was sealed in the audit cannot be changed, added to or taken away unnoticed."""

from datetime import UTC, datetime

import psycopg
import pytest

from pool import audit, seals
from pool.database import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def write(database: Database, *subjects: str) -> None:
    async with database.transaction() as connection:
        for subject in subjects:
            entry = audit.Entry(NOW, "reqpool", "apply", subject, "because", after=[1])
            await audit.append(connection, entry)


async def add_seal(database: Database) -> str | None:
    async with database.transaction() as connection:
        newest = await seals.find_newest(connection)
        return await seals.add_seal(connection, newest or 0, NOW)


async def verify(database: Database, expected: str | None = None) -> seals.AuditReport:
    async with database.transaction() as connection:
        return await seals.verify_audit(connection, expected)


def tamper(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


async def test_an_untouched_audit_is_whole_and_its_seal_is_found_again(
    database: Database,
) -> None:
    await write(database, "A-1", "A-2")
    first = await add_seal(database)
    await write(database, "A-3")
    assert (await verify(database)).unsealed == 1
    last = await add_seal(database)
    assert await add_seal(database) is None
    report = await verify(database, first)
    assert (report.sealed, report.unsealed, report.last_seal) == (3, 0, last)
    assert (report.broken, report.expected_found) == ((), True)
    assert not (await verify(database, "00" * 32)).expected_found


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET after = '[2]' WHERE subject = 'A-2'", 2),
        ("UPDATE audit SET at = at + interval '1 us' WHERE subject = 'A-2'", 2),
        ("UPDATE audit SET actor = 'action', action = 'actor' WHERE seq = 1", 2),
        ("DELETE FROM audit WHERE subject = 'A-1'", 1),
    ],
)
async def test_a_sealed_row_that_was_changed_is_named(
    database: Database, database_url: str, statement: str, found: int
) -> None:
    await write(database, "A-1", "A-2")
    await add_seal(database)
    await write(database, "A-3")
    await add_seal(database)
    tamper(database_url, statement)
    (broken,) = (await verify(database)).broken
    assert broken == seals.BrokenSeal(1, 2, sealed=2, found=found)


async def test_a_seal_made_anew_breaks_the_one_behind_it(
    database: Database, database_url: str
) -> None:
    for subject in ("A-1", "A-2"):
        await write(database, subject)
        await add_seal(database)
    noted = (await verify(database)).last_seal
    tamper(database_url, "UPDATE audit SET cause = 'x' WHERE seq = 1")
    tamper(database_url, "DELETE FROM audit_seals")
    await add_seal(database)
    forged = await verify(database, noted)
    assert (forged.broken, forged.expected_found) == ((), False)


async def test_the_horizon_waits_for_a_row_that_is_not_committed_yet(
    database: Database,
) -> None:
    async with database.transaction() as slow:
        await audit.append(slow, audit.Entry(NOW, "a", "b", "first number", "d"))
        await write(database, "second number")
        async with database.transaction() as connection:
            horizon = await seals.draw_horizon(connection)
            assert not await seals.is_past(connection, horizon)
    async with database.transaction() as connection:
        assert await seals.is_past(connection, horizon)
    await add_seal(database)
    report = await verify(database)
    assert (report.sealed, report.broken) == (2, ())


async def test_the_seals_are_append_only(database: Database, database_url: str) -> None:
    await write(database, "A-1")
    await add_seal(database)
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute("UPDATE audit_seals SET rows = 0")
