"""Issues are given to people, and fields of ours filled; nothing is taken away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from model.decisions import Section
from pool.database import Database
from sandbox.jira.records import User
from sync.check import check
from sync.overrule import overrule
from sync.register import register
from tests.sync.conftest import JiraDesk, found_catalogue, jira_config
from tests.sync.test_people import requirement_of
from tests.sync.test_round_trip import writes
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

ASSIGNEE = """write_back:
  assignee:
    - {when: {kind: [question, training]}, to: project_manager}
    - {when: {scope: out_of_contract}, to: Sales}
"""
FIELDS = {"Contract clause": "clause", "Pool priority": "priority"}
QUESTION, APP = "How do I export the fund report?", "WeChat mini program for approvals"


@pytest.fixture
async def world(
    database: Database, desk: JiraDesk, clock: Wound, tmp_path: Path
) -> AsyncIterator[World]:
    desk.tracker.site.add_user(User("li.lei", "Li Lei", "li.lei@example.com"))
    ours = {"people": {"Li Lei": "li.lei"}, "write_fields": FIELDS}
    known = jira_config(desk.url)
    config = type(known).model_validate({**known.model_dump(), **ours})
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        text = ruleset_text().replace("write_back:\n", ASSIGNEE)
        await activate(world.engine, text)
        yield world


async def concerns(world: World) -> list[str]:
    found = await world.rows("SELECT code FROM attention WHERE resolved_at IS NULL")
    return [row["code"] for row in found]


async def test_a_question_is_given_to_the_manager_and_taken_back_by_a_person(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(QUESTION)
    await world.settle(polls=True)
    assert made.assignee is not None
    assert made.assignee.id == "li.lei"
    desk.edit(made, assignee={"name": "wang.li"})
    before = writes(desk)
    for _ in "ab":
        world.clock.wind(minutes=2)
        await world.settle(polls=True)
    assert (writes(desk), made.assignee.id) == (before, "wang.li")
    assert await concerns(world) == ["assignee_kept_by_person"]
    [noted] = await world.rows("SELECT base, theirs, ours FROM conflicts")
    assert noted == {"base": "Li Lei", "theirs": "Wang Li", "ours": "Li Lei"}


async def test_b13_who_has_no_account_is_a_finding_and_nobody_is_unassigned(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(APP, assignee={"name": "wang.li"})
    await world.settle(polls=True)
    assert (await world.issue(made.key))["scope"] == "out_of_contract"
    assert made.assignee is desk.client
    assert await concerns(world) == ["person_unmapped"]
    found = [one for one in await check(world.engine) if one.code == "person_unmapped"]
    assert [one.params["person"] for one in found] == ["Sales"]
    assert all(one.hint for one in found)


async def test_fields_show_the_decision_and_follow_it(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue("Export the fund report to Excel")
    await world.settle(polls=True)
    first = made.custom["customfield_10030"]["value"]
    requirement = await requirement_of(world, made)
    scope = (Section.SCOPE, "in_contract", "agreed", "Mei")
    await overrule(world.engine, requirement, *scope, clause="2.3")
    await world.settle()
    assert made.custom["customfield_10020"] == "2.3"
    await overrule(world.engine, requirement, Section.PRIORITY, "P0", "urgent", "Mei")
    await world.settle()
    assert (first, made.custom["customfield_10030"]["value"]) != ("P0", "P0")
    assert made.custom["customfield_10030"]["value"] == "P0"
    before = writes(desk)
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    assert writes(desk) == before
