"""A day has decided on again what it may change, and nothing else."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import pytest

from model.issues import IssueSnapshot, StatusCategory
from pool import requirements, runs
from pool.database import Database
from pool.due import REDECIDE, Due
from rules.vocabulary import DAILY
from sync.facts import Occasion, gather_facts
from sync.redecide import redecide
from sync.register import register
from sync.tick import tick
from sync.trouble import report_failure
from tests.builders import CLAUSES, Town, open_town
from tests.sync.test_allowances import WISH, give
from tests.sync.test_batches import MORE, another
from tests.sync.test_ruling import sit
from tests.sync.world import START, activate

RULES = """
name: daily
timezone: Asia/Shanghai
kind:
  - {id: broken, when: {issue.title: Broken}, set: defect}
  - {id: any, otherwise: requirement}
scope:
  - {id: room, when: {contract.match.allowance_left: {gte: 4}}, set: in_contract}
  - {id: near, when: {contract.match.score: {gte: 0.3}}, set: daily_change}
  - {id: full, otherwise: out_of_contract}
priority:
  points:
    - {id: fresh, when: {issue.created_at: {within: 1d}}, add: 30}
    - {id: soon, when: {project.days_to_acceptance: {lte: 8}}, add: 20}
    - {id: late, when: {today: {after: 2026-11-23}}, add: 15}
    - {id: seen, when: {requirement.state: triaged}, add: 7}
  levels: {P0: 50, P1: 30, P2: 20, P3: 0}
release:
  - {id: fix, when: {kind: defect}, train: hotfix}
  - {id: main, otherwise: {train: main}}
"""
PLAIN = """
name: plain
timezone: Asia/Shanghai
kind: [{id: any, otherwise: requirement}]
scope:
  - {id: room, when: {contract.match.allowance_left: {gte: 4}}, set: in_contract}
  - {id: full, otherwise: out_of_contract}
priority: {points: [{id: p, when: {kind: task}, add: 1}], levels: {P3: 0}}
release: [{id: held, otherwise: {hold: later}}]
"""
TITLES = (WISH, "付款申请按金额分级审批", "移动端小程序审批", "Broken")
HELD = """
SELECT i.tracker_id, i.kind, i.scope, i.clause, i.priority, i.score, r.name AS release,
    q.state FROM issues i
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
LEFT JOIN releases r ON r.id = i.release_id ORDER BY i.number
"""
DAYS = 7


async def live(url: str, seed: int, *, whole: bool) -> tuple[list[Any], int]:
    """Some days of a town, decided on as a whole each night or not; what held by then."""
    database = Database(url)
    await database.open()
    try:
        async with open_town(database) as town:
            numbers = count(1)
            town.engine = replace(town.engine, ids=lambda: UUID(int=next(numbers)))
            await activate(town.engine, RULES)
            ends = START.date() + timedelta(days=2)
            await give(
                town,
                replace(CLAUSES[1], allowance_days=Decimal(10)),
                replace(CLAUSES[2], valid_until=ends),
                CLAUSES[3],
            )
            for statement in MORE:
                await town.rows(statement)
            return await _pass_days(town, Random(seed), whole)
    finally:
        await database.close()


async def _pass_days(town: Town, random: Random, whole: bool) -> tuple[list[Any], int]:
    known = [_draw(town, random) for _ in range(8)]
    held, decided = list[Any](), 0
    await town.absorb(*known)
    await redecide(town.engine)
    for _ in range(DAYS):
        town.clock.wind(hours=5)
        place = random.randrange(len(known))
        known[place] = _change(town, random, known[place])
        known.append(_draw(town, random))
        await town.absorb(known[place], known[-1])
        town.clock.wind(hours=19)
        if whole:
            await town.rows("UPDATE issues SET due_on = decided_on RETURNING id")
        decided += await redecide(town.engine)
        held.append(await town.rows(HELD))
    return held, decided


def _draw(town: Town, random: Random) -> IssueSnapshot:
    days = random.choice((None, *map(Decimal, "123")))
    return town.snapshot(random.choice(TITLES), estimate_days=days)


def _change(town: Town, random: Random, one: IssueSnapshot) -> IssueSnapshot:
    changes: Sequence[dict[str, Any]] = (
        {"title": random.choice(TITLES)},
        {"estimate_days": Decimal(random.randint(1, 4))},
    )
    return replace(one, **random.choice(changes), updated_at=town.clock())


@pytest.mark.parametrize("seed", range(3))
async def test_what_a_night_leaves_out_would_have_been_decided_the_same(
    seed: int, postgres_url: str, migrated_url: str
) -> None:
    assert migrated_url
    with another(postgres_url) as one, another(postgres_url) as other:
        every, most = await live(one, seed, whole=True)
        few, least = await live(other, seed, whole=False)
    for night, (of_all, of_few) in enumerate(zip(every, few, strict=True)):
        assert of_few == of_all, night
    assert every[0][0]["score"] != every[-1][0]["score"]
    assert least < most


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await activate(town.engine, PLAIN)
        await give(town, replace(CLAUSES[1], allowance_days=Decimal(10)))
        yield town


async def due_of(town: Town) -> dict[str, date | None]:
    rows = await town.rows("SELECT title, due_on FROM issues ORDER BY number")
    return {row["title"]: row["due_on"] for row in rows}


async def run_by(town: Town) -> Sequence[str]:
    return [one.source for one in await tick(town.engine) if one.verb == REDECIDE]


async def test_only_what_others_may_change_is_looked_at_each_day(town: Town) -> None:
    """What was closed had its days of the allowance, whatever is taken later."""
    closed = {"status": "Done", "status_category": StatusCategory.DONE}
    await town.raise_issue(WISH)
    await town.raise_issue("移动端小程序审批")
    await town.absorb(town.snapshot(f"{WISH}。", **closed))
    await redecide(town.engine)
    assert await run_by(town) == []
    town.clock.wind(days=1)
    tomorrow = town.clock().date()
    due = {WISH: tomorrow, "移动端小程序审批": None, f"{WISH}。": None}
    assert await due_of(town) == due
    assert await run_by(town) == ["huaxin-jira"]
    assert await redecide(town.engine, "nordwind-gitlab") == 0
    assert await redecide(town.engine, "huaxin-jira") == 1
    assert await run_by(town) == []


async def test_an_issue_that_waits_for_room_is_looked_at_each_day(town: Town) -> None:
    await activate(town.engine, PLAIN.replace("{hold: later}", "{train: main}"))
    await town.rows("UPDATE releases SET capacity_days = 2 RETURNING id")
    await town.raise_issue("移动端小程序审批", estimate_days=Decimal(2))
    await town.raise_issue("Broken", estimate_days=Decimal(1))
    await redecide(town.engine)
    tomorrow = town.clock().date() + timedelta(days=1)
    assert await due_of(town) == {"移动端小程序审批": None, "Broken": tomorrow}
    await town.rows("UPDATE releases SET capacity_days = 3 RETURNING id")
    town.clock.wind(days=1)
    assert await redecide(town.engine) == 1
    assert [row["release"] for row in await town.rows(HELD)] == ["2026.12", "2026.12"]


async def test_of_two_that_come_at_once_one_gets_the_room(town: Town) -> None:
    await activate(town.engine, PLAIN.replace("{hold: later}", "{train: main}"))
    await town.rows("UPDATE releases SET capacity_days = 3 RETURNING id")
    two = [town.snapshot(it, estimate_days=Decimal(2)) for it in ("Broken", "Another")]
    await town.absorb(*two)
    assert [row["release"] for row in await town.rows(HELD)] == ["2026.12", None]
    town.clock.wind(minutes=1)
    changes: dict[str, Any] = {
        "estimate_days": Decimal(1),
        "updated_at": town.clock(),
    }
    await town.absorb(*(replace(one, **changes) for one in two))
    assert [row["release"] for row in await town.rows(HELD)] == ["2026.12", "2026.12"]


async def test_an_issue_that_comes_to_a_requirement_has_the_others_looked_at(
    town: Town,
) -> None:
    number = await town.raise_issue("移动端小程序审批")
    await redecide(town.engine)
    [row] = await town.rows("SELECT id FROM requirements WHERE number = %s", number)
    async with town.database.transaction() as connection:
        await requirements.note_joined(connection, [row["id"]])
    assert await run_by(town) == ["huaxin-jira"]
    assert await redecide(town.engine) == 1


async def test_a_source_that_is_configured_otherwise_is_decided_anew_once(
    town: Town,
) -> None:
    for title in TITLES:
        await town.raise_issue(title)
    await town.raise_issue("Elsewhere", source="nordwind-gitlab")
    await redecide(town.engine)
    await register(town.engine)
    assert await run_by(town) == []
    source = town.engine.sources["huaxin-jira"]
    config = source.config.model_copy(update={"people": {"lead": "5"}})
    sources = {**town.engine.sources, source.name: replace(source, config=config)}
    town.engine = replace(town.engine, sources=sources)
    await register(town.engine)
    assert await run_by(town) == ["huaxin-jira"]
    assert await redecide(town.engine, "huaxin-jira") == len(TITLES)
    await register(town.engine)
    assert await run_by(town) == []


async def test_a_source_that_fails_comes_last_and_is_still_polled(town: Town) -> None:
    for name in ("huaxin-jira", "nordwind-gitlab"):
        await town.raise_issue(WISH, source=name)
    async with town.database.transaction() as connection:
        await runs.set_aside_all(connection)
    error = RuntimeError("broken")
    await report_failure(town.engine, REDECIDE, "huaxin-jira", error)
    async with town.database.transaction() as connection:
        today = town.clock().date()
        assert await runs.find_waiting(connection, today, {}, 1) == ["nordwind-gitlab"]
    started = await tick(town.engine)
    assert Due("poll", "huaxin-jira") in started
    assert Due(REDECIDE, "huaxin-jira") in started


async def test_another_day_alone_changes_only_the_facts_that_are_of_the_day(
    town: Town,
) -> None:
    await town.raise_issue(WISH, estimate_days=Decimal(2))
    _, issue, setting = await sit(town)
    now, later = (
        gather_facts(Occasion(issue, setting, town.clock().date() + after, None, 1))
        for after in (timedelta(0), timedelta(days=9))
    )
    assert {name for name in now if now[name] != later[name]} == DAILY
    assert now.keys() == later.keys()
