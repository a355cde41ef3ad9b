"""A wording is ended by the version that words it anew, never overwritten."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

from app.bootstrap import new_id
from model.contracts import Amendment, Clause, Contract
from pool import contracts
from pool.contract_detail import ContractDetail, find_contract_detail
from pool.contracts import Making
from pool.database import Database, query_one

FIRST = (Clause("1", "M", "one"), Clause("2", "M", "two"), Clause("3", "M", "three"))
MADE = Making(datetime(2026, 9, 1, tzinfo=UTC), "Mei", "clauses.csv")


async def keep(database: Database, *clauses: Clause, **fields: object) -> bool:
    text = repr((clauses, fields))
    fingerprint = sha256(text.encode()).hexdigest()
    contract = Contract("c", "C", "acme", clauses, fingerprint=fingerprint)
    contract = replace(contract, **fields)  # type: ignore[arg-type] # any field
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO clients (id, slug, name, language)"
            " VALUES (%s, 'acme', 'Acme', 'en') ON CONFLICT DO NOTHING",
            (new_id(),),
        )
        return await contracts.keep(connection, new_id, contract, text, MADE)


async def detail(database: Database) -> ContractDetail:
    async with database.transaction() as connection:
        row = await query_one(connection, "SELECT id FROM contracts")
        assert row
        found = await find_contract_detail(connection, row["id"])
    assert found
    return found


async def test_a_first_version_adds_every_clause(database: Database) -> None:
    assert await keep(database, *FIRST)
    [version] = (await detail(database)).versions
    assert (version.version, version.added, version.made_by) == (1, 3, "Mei")


async def test_the_same_again_is_no_version(database: Database) -> None:
    await keep(database, *FIRST)
    assert not await keep(database, *FIRST)
    assert len((await detail(database)).versions) == 1


async def test_a_version_counts_what_it_added_reworded_and_took_out(
    database: Database,
) -> None:
    await keep(database, *FIRST)
    await keep(database, replace(FIRST[0], text="uno"), FIRST[1], Clause("4", "M", "4"))
    found = await detail(database)
    newest = found.versions[0]
    assert (newest.added, newest.changed, newest.ended) == (1, 1, 1)
    assert [one.clause.id for one in found.ended] == ["3"]
    texts = [wording.clause.text for wording in found.clauses[0].wordings]
    assert texts == ["uno", "one"]


async def test_a_clause_that_comes_back_is_new_and_its_past_is_kept(
    database: Database,
) -> None:
    await keep(database, *FIRST)
    await keep(database, *FIRST[:2])
    await keep(database, *FIRST)
    found = await detail(database)
    spans = [(one.since, one.until) for one in found.clauses[2].wordings]
    assert spans == [(3, None), (1, 2)]
    assert [one.added for one in found.versions] == [1, 0, 3]


async def test_clauses_stand_in_the_order_of_the_newest_version(
    database: Database,
) -> None:
    await keep(database, *FIRST)
    await keep(database, *reversed(FIRST))
    found = await detail(database)
    assert [one.clause.id for one in found.clauses] == ["3", "2", "1"]
    assert len(found.clauses[0].wordings) == 1


async def test_amendments_come_and_go_with_their_version(database: Database) -> None:
    amendment = Amendment("A1", "First", date(2026, 7, 1), ("3",), ("1",))
    await keep(database, *FIRST, amendments=(amendment,))
    found = await detail(database)
    assert found.amendments == (amendment,)
    assert [list(one.amendments) for one in found.clauses] == [["A1"], [], ["A1"]]
    await keep(database, *FIRST)
    assert (await detail(database)).amendments == ()
