"""A run that would write to too many issues of a source waits for a person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from model.decisions import Section
from pool import runs
from pool.database import Database
from rules.load_ruleset import load_ruleset
from sandbox.jira.records import Issue
from sync.activate import activate
from sync.engine import Engine
from sync.overrule import overrule
from sync.redecide import redecide
from sync.register import register
from sync.resume import Resumed, resume
from sync.rollback import rollback
from tests.sync.conftest import JiraDesk, found_catalogue, jira_config
from tests.sync.test_people import requirement_of
from tests.sync.test_round_trip import writes
from tests.sync.world import World, Wound, open_world, ruleset_text

OTHER = ruleset_text().replace(
    "pool-scope::out-of-contract", "pool-scope::to-be-quoted"
)
WISH = "WeChat mini program for approvals"
REPORT = "Export the fund report to Excel"


@pytest.fixture
async def world(
    database: Database, desk: JiraDesk, clock: Wound, tmp_path: Path
) -> AsyncIterator[World]:
    """One source that asks from three issues on, or from half of them."""
    settings = {"mass_change_issues": 3, "mass_change_share": 0.5}
    config = jira_config(desk.url).model_copy(update=settings)
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await put_in_force(world.engine, ruleset_text())
        yield world


async def put_in_force(engine: Engine, text: str, project: str = "") -> int:
    ruleset, problems = load_ruleset(text, file="rules.yaml")
    assert ruleset, problems
    return await activate(engine, ruleset, "Mei", project=project)


async def mirror(world: World, desk: JiraDesk, *summaries: str) -> list[Issue]:
    made = [desk.raise_issue(summary) for summary in summaries]
    await world.settle(polls=True)
    return made


async def held(world: World) -> int:
    [row] = await world.rows("SELECT count(*) AS n FROM outbox WHERE state = 'held'")
    return int(row["n"])


async def questions(world: World) -> list[dict[str, object]]:
    found = await world.rows(
        "SELECT params FROM attention WHERE code = 'mass_change' AND resolved_at IS NULL"
    )
    return [row["params"] for row in found]


async def test_the_first_import_asks_nobody(world: World, desk: JiraDesk) -> None:
    made = await mirror(world, desk, WISH, WISH, WISH, WISH)
    assert all("pool-scope::out-of-contract" in issue.labels for issue in made)
    assert await questions(world) == []


async def test_a_small_change_goes_out_by_itself(world: World, desk: JiraDesk) -> None:
    made = await mirror(world, desk, WISH, WISH, REPORT, REPORT, REPORT)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    assert "pool-scope::to-be-quoted" in made[0].labels
    assert (await questions(world), await held(world)) == ([], 0)


async def test_a_mass_change_writes_nothing_and_asks_with_numbers(
    world: World, desk: JiraDesk
) -> None:
    await mirror(world, desk, WISH, WISH, WISH, REPORT)
    before = writes(desk)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    assert writes(desk) == before
    assert await questions(world) == [{"source": "acme", "changed": 3, "written": 4}]


async def test_confirming_it_lets_everything_out(world: World, desk: JiraDesk) -> None:
    made = await mirror(world, desk, WISH, WISH, WISH)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    assert (await resume(world.engine, "acme", "Mei")).issues == 3
    await world.settle()
    assert all("pool-scope::to-be-quoted" in issue.labels for issue in made)
    assert (await questions(world), await held(world)) == ([], 0)
    with pytest.raises(LookupError):
        await resume(world.engine, "acme", "Mei")


async def test_rolling_back_writes_nothing_at_all(world: World, desk: JiraDesk) -> None:
    await mirror(world, desk, WISH, WISH, WISH)
    before = writes(desk)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    await rollback(world.engine, "Mei")
    await world.settle()
    assert writes(desk) == before
    assert (await questions(world), await held(world)) == ([], 0)


async def test_an_edit_of_a_client_does_not_let_the_change_out(
    world: World, desk: JiraDesk
) -> None:
    made, *_ = await mirror(world, desk, WISH, WISH, WISH)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    before = writes(desk)
    world.clock.wind(minutes=5)
    desk.edit(made, summary="WeChat mini program for all approvals")
    await world.settle(polls=True)
    assert writes(desk) == before


async def test_new_issues_are_answered_meanwhile(world: World, desk: JiraDesk) -> None:
    await mirror(world, desk, WISH, WISH, WISH)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    world.clock.wind(minutes=5)
    [late] = await mirror(world, desk, WISH)
    assert "pool-scope::to-be-quoted" in late.labels


async def test_what_a_person_decides_goes_out_meanwhile(
    world: World, desk: JiraDesk
) -> None:
    made, *others = await mirror(world, desk, WISH, WISH, WISH)
    await put_in_force(world.engine, OTHER)
    await world.settle()
    requirement = await requirement_of(world, made)
    value = "in_contract"
    await overrule(world.engine, requirement, Section.SCOPE, value, "agreed", "Mei")
    await world.settle()
    assert "pool-scope::in-contract" in made.labels
    assert all("pool-scope::out-of-contract" in issue.labels for issue in others)


async def test_an_issue_that_is_read_during_the_run_is_part_of_it(
    world: World, desk: JiraDesk
) -> None:
    made, *_ = await mirror(world, desk, WISH, WISH, WISH)
    before = writes(desk)
    await put_in_force(world.engine, OTHER)
    world.clock.wind(minutes=5)
    desk.edit(made, summary="WeChat mini program for all approvals")
    world.woken.clear()
    await world.settle(polls=True)
    assert writes(desk) == before
    assert [asked["changed"] for asked in await questions(world)] == [3]


async def test_a_killed_run_goes_on_and_is_weighed_as_a_whole(
    world: World, desk: JiraDesk
) -> None:
    await mirror(world, desk, WISH, WISH, WISH, REPORT)
    before = writes(desk)
    await put_in_force(world.engine, OTHER)
    with pytest.raises(KeyboardInterrupt):
        await redecide(world.engine, progress=_die)
    async with world.engine.database.transaction() as connection:
        assert (await runs.find_progress(connection)).left == 0
    assert await questions(world) == []
    await world.settle()
    assert writes(desk) == before
    assert [asked["changed"] for asked in await questions(world)] == [3]


def _die(done: int, total: int | None) -> None:
    raise KeyboardInterrupt(done, total)


async def test_a_source_may_ask_before_its_first_import(
    database: Database, desk: JiraDesk, clock: Wound, tmp_path: Path
) -> None:
    settings = {"mass_change_issues": 2, "mass_change_first": True}
    config = jira_config(desk.url).model_copy(update=settings)
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await put_in_force(world.engine, ruleset_text())
        made = await mirror(world, desk, WISH, WISH)
        assert writes(desk) == 0
        assert await questions(world) == [
            {"source": "acme", "changed": 2, "written": 2}
        ]
        await world.rows("UPDATE attention SET resolved_at = now() RETURNING id")
        for polled_at in (None, world.clock()):
            polled = (
                "UPDATE sources SET last_poll_at = %s, stopped_at = NULL RETURNING id"
            )
            await world.rows(polled, polled_at)
            await redecide(world.engine, "acme")
            is_over = polled_at is not None
            assert bool(await questions(world)) is is_over, "the import goes on"
        done = await resume(world.engine, "acme", "Mei")
        assert done == Resumed(was_paused=False, issues=2)
        await world.settle()
        assert all("pool-scope::out-of-contract" in issue.labels for issue in made)
