"""Approved work consumes what the contract grants, and only that."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from model.contracts import Clause, Contract
from model.decisions import PoolState, Section
from pool import contracts, issues
from pool.allowances import find_consumption
from pool.contracts import Making
from pool.database import Database
from pool.runs import set_aside_contracts
from sync.advance import advance
from sync.decide import decide
from sync.overrule import UnknownValue, overrule
from sync.redecide import redecide
from sync.sitting import open_sitting
from tests.builders import CLAUSES, Town, open_town
from tests.sync.world import activate

WISH = "资金日报按公司汇总查询"
DAILY = replace(CLAUSES[1], allowance_days=Decimal(10))
RULES = """
name: budgeted
timezone: Asia/Shanghai
kind: [{id: any, otherwise: requirement}]
scope:
  - {id: room, when: {contract.match.allowance_left: {gte: 4}}, set: in_contract}
  - {id: full, otherwise: out_of_contract}
priority: {points: [{id: p, when: {kind: task}, add: 1}], levels: {P3: 0}}
release: [{id: main, otherwise: {train: main}}]
"""


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await activate(town.engine, RULES)
        await give(town, DAILY, *CLAUSES[2:])
        yield town


async def give(town: Town, *clauses: Clause) -> None:
    text = repr(clauses)
    fingerprint = sha256(text.encode()).hexdigest()
    contract = Contract("huaxin-2026", "C", "huaxin", clauses, fingerprint=fingerprint)
    async with town.database.transaction() as connection:
        made = Making(town.clock(), "test")
        await contracts.keep(connection, town.engine.ids, contract, text, made)
        await set_aside_contracts(connection, [contract.slug])


async def consumption(town: Town) -> dict[int, tuple[str, Decimal | None]]:
    async with town.database.transaction() as connection:
        found = await find_consumption(connection, "huaxin-2026")
    return {it.number: (it.clause, it.days) for it in found}


async def issues_of(town: Town) -> list[dict[str, Any]]:
    return await town.rows(
        "SELECT i.key, i.scope, i.clause, i.decision_id,"
        " d.facts->>'contract.match.allowance_left' AS left"
        " FROM issues i JOIN decisions d ON d.id = i.decision_id ORDER BY i.number"
    )


async def requirement_of(town: Town, number: int) -> UUID:
    [row] = await town.rows("SELECT id FROM requirements WHERE number = %s", number)
    found: UUID = row["id"]
    return found


async def test_work_in_the_contract_consumes_the_clause_that_it_is_about(
    town: Town,
) -> None:
    first = await town.raise_issue(WISH, estimate_days=Decimal("6.5"))
    second = await town.raise_issue(WISH, estimate_days=Decimal(5))
    assert await consumption(town) == {first: ("3.2", Decimal("6.5"))}
    left = [Decimal(issue["left"]) for issue in await issues_of(town)]
    assert left == [Decimal(10), Decimal("3.5")]
    assert second not in await consumption(town)


async def test_two_who_approve_at_once_do_not_spend_it_twice(town: Town) -> None:
    """The second waits until the first has committed, and sees what it took."""
    for days in (7, 6):
        await town.raise_issue("Something else", estimate_days=Decimal(days))
    ids = [
        row["id"] for row in await town.rows("SELECT id FROM issues ORDER BY number")
    ]
    approved, may_commit = asyncio.Event(), asyncio.Event()

    async def approve(issue: UUID, *, waits: bool) -> None:
        async with town.database.transaction() as connection:
            [stored] = await issues.lock(connection, [issue])
            wished = replace(stored.snapshot, title=WISH)
            sitting = await open_sitting(town.engine, connection)
            assert sitting
            await decide(sitting, [replace(stored, snapshot=wished)], "poll")
            if waits:
                approved.set()
                await may_commit.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(approve(ids[0], waits=True))
        await approved.wait()
        second = group.create_task(approve(ids[1], waits=False))
        await asyncio.sleep(0.3)
        assert not second.done()
        may_commit.set()
    taken = [days for _, days in (await consumption(town)).values()]
    assert taken == [Decimal(7)]


async def test_deciding_again_comes_to_the_same(town: Town) -> None:
    for days in (6, 5, 3, 4):
        await town.raise_issue(WISH, estimate_days=Decimal(days))
    town.clock.wind(days=1)
    first = await issues_of(town)
    assert await redecide(town.engine) == 4
    once = await issues_of(town)
    assert [one["scope"] for one in once] == [one["scope"] for one in first]
    town.clock.wind(days=1)
    assert await redecide(town.engine) == 4
    assert await issues_of(town) == once


async def test_declined_and_deleted_work_consumes_nothing(town: Town) -> None:
    number = await town.raise_issue(WISH, estimate_days=Decimal(6))
    await town.raise_issue(WISH, estimate_days=Decimal(4))
    requirement = await requirement_of(town, number)
    await advance(town.engine, requirement, PoolState.DECLINED, "no", "Mei")
    assert number not in await consumption(town)
    await town.delete_issue("FIN-2")
    assert await consumption(town) == {}


async def test_a_requirement_counts_once_however_many_issues_ask_for_it(
    town: Town,
) -> None:
    number = await town.raise_issue(WISH, estimate_days=Decimal(3))
    await town.raise_issue(WISH, estimate_days=Decimal(4))
    await town.link("FIN-2", number)
    assert await consumption(town) == {number: ("3.2", Decimal(4))}


async def test_an_estimate_that_changes_counts_as_it_is_now(town: Town) -> None:
    first = town.snapshot(WISH, estimate_days=Decimal(3))
    await town.absorb(first)
    later = first.updated_at + timedelta(minutes=5)
    await town.absorb(replace(first, estimate_days=Decimal(8), updated_at=later))
    assert list((await consumption(town)).values()) == [("3.2", Decimal(8))]


async def test_a_clause_without_a_limit_leaves_the_fact_out(town: Town) -> None:
    await town.raise_issue("付款申请按金额分级审批", estimate_days=Decimal(3))
    [issue] = await issues_of(town)
    assert issue["left"] is None


async def test_a_person_names_the_clause_and_it_stays(town: Town) -> None:
    number = await town.raise_issue("付款申请按金额分级审批", estimate_days=Decimal(3))
    requirement = await requirement_of(town, number)
    said = (requirement, Section.SCOPE, "in_contract", "agreed", "Mei")
    await overrule(town.engine, *said)
    assert await consumption(town) == {number: ("4.1", Decimal(3))}
    await overrule(town.engine, *said, clause="3.2")
    town.clock.wind(days=1)
    await redecide(town.engine)
    assert await consumption(town) == {number: ("3.2", Decimal(3))}


@pytest.mark.parametrize(
    ("value", "clause"), [("daily_change", "3.2"), ("in_contract", "9.1")]
)
async def test_only_what_is_in_the_contract_counts_against_a_granting_clause(
    town: Town, value: str, clause: str
) -> None:
    number = await town.raise_issue(WISH)
    requirement = await requirement_of(town, number)
    with pytest.raises(UnknownValue):
        await overrule(
            town.engine, requirement, Section.SCOPE, value, "x", "Mei", clause=clause
        )


async def test_a_new_version_has_only_its_own_projects_decided_on_again(
    town: Town,
) -> None:
    await town.raise_issue(WISH, estimate_days=Decimal(6))
    await town.raise_issue("Export fails", source="nordwind-gitlab")
    await give(town, replace(DAILY, allowance_days=Decimal(2)))
    assert await redecide(town.engine) == 1
    issue, *_ = await issues_of(town)
    assert (issue["scope"], issue["left"]) == ("out_of_contract", "2")


async def test_a_decision_keeps_the_wording_that_it_was_taken_on(town: Town) -> None:
    await town.raise_issue(WISH)
    await give(town, replace(DAILY, text="资金日报按公司汇总。"))
    await redecide(town.engine)
    rows = await town.rows(
        "SELECT t.body, d.evidence->0->>'text' AS text FROM decisions d"
        " JOIN texts t ON t.hash = d.contract ORDER BY d.decided_at, d.id"
    )
    assert [row["text"] for row in rows] == [DAILY.text, "资金日报按公司汇总。"]
    assert all(row["text"] in row["body"] for row in rows)
