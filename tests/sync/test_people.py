"""People overrule, move states and act in their own tracker."""

from uuid import UUID

import pytest

from model.decisions import PoolState, Section
from pool import decisions, fetches
from sandbox.jira.records import Issue
from sync.advance import advance
from sync.overrule import UnknownValue, overrule
from sync.poll import poll
from tests.sync.conftest import JiraDesk
from tests.sync.test_round_trip import writes
from tests.sync.world import World


async def requirement_of(world: World, made: Issue) -> UUID:
    [row] = await world.rows(
        "SELECT requirement_id AS id FROM requirement_issues l"
        " JOIN issues i ON i.id = l.issue_id WHERE i.key = %s",
        made.key,
    )
    found: UUID = row["id"]
    return found


async def mirror(world: World, desk: JiraDesk, summary: str) -> Issue:
    made = desk.raise_issue(summary)
    await world.settle(polls=True)
    return made


@pytest.fixture
async def report(world: World, desk: JiraDesk) -> Issue:
    """A wish that the contract names, planned."""
    return await mirror(world, desk, "Export the fund report to Excel")


@pytest.fixture
async def app(world: World, desk: JiraDesk) -> Issue:
    """A wish that the contract excludes."""
    return await mirror(world, desk, "WeChat mini program for approvals")


async def overrule_one(
    world: World, made: Issue, section: Section, value: str | None, reason: str = "x"
) -> None:
    requirement = await requirement_of(world, made)
    await overrule(world.engine, requirement, section, value, reason, "Mei")


async def develop(world: World, made: Issue) -> None:
    requirement = await requirement_of(world, made)
    await advance(world.engine, requirement, PoolState.IN_DEVELOPMENT, "", "Mei")
    await world.settle()


async def move_later(world: World, desk: JiraDesk, made: Issue, status: str) -> None:
    world.clock.wind(minutes=3)
    desk.move(made, status)
    await world.settle(polls=True)


async def test_an_override_of_the_scope_shows_in_the_tracker(
    world: World, app: Issue
) -> None:
    await overrule_one(world, app, Section.SCOPE, "in_contract")
    await world.settle()
    assert "pool-scope::in-contract" in app.labels
    assert "pool-scope::out-of-contract" not in app.labels
    assert (await world.issue(app.key))["scope"] == "in_contract"


async def test_the_rules_do_not_overwrite_an_override_and_their_verdict_is_kept(
    world: World, desk: JiraDesk, app: Issue
) -> None:
    await overrule_one(world, app, Section.SCOPE, "in_contract")
    world.clock.wind(minutes=5)
    desk.edit(app, summary="WeChat mini program for all approvals")
    await world.settle(polls=True)
    issue = await world.issue(app.key)
    assert issue["scope"] == "in_contract"
    async with world.engine.database.transaction() as connection:
        stored = await decisions.find(connection, issue["decision_id"])
    assert stored is not None
    assert stored.decision.verdict[Section.SCOPE] == "out_of_contract"


async def test_a_revoked_override_lets_the_rules_decide_again(
    world: World, app: Issue
) -> None:
    for value in ("in_contract", None):
        await overrule_one(world, app, Section.SCOPE, value)
    await world.settle()
    assert (await world.issue(app.key))["scope"] == "out_of_contract"
    assert "pool-scope::out-of-contract" in app.labels


async def test_what_is_closed_stays_in_the_release_that_it_was_in(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    await move_later(world, desk, report, "Done")
    assert (await world.issue(report.key))["release"] == "2026.12"
    assert [version.name for version in report.fix_versions] == ["2026.12"]


async def test_what_is_opened_again_goes_at_once_where_it_belongs_by_now(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    await move_later(world, desk, report, "Done")
    await overrule_one(world, report, Section.SCOPE, "daily_change")
    await world.settle()
    assert (await world.issue(report.key))["release"] == "2026.12"
    world.clock.wind(minutes=3)
    desk.move(report, "To Do")
    await poll(world.engine, "acme")
    assert (await world.issue(report.key))["release"] == "2027.02"


async def test_an_overridden_release_becomes_the_fix_version(
    world: World, report: Issue
) -> None:
    assert (await world.issue(report.key))["release"] == "2026.12"
    assert [version.name for version in report.fix_versions] == ["2026.12"]
    await overrule_one(world, report, Section.RELEASE, "2027.02")
    await world.settle()
    assert [version.name for version in report.fix_versions] == ["2027.02"]


@pytest.mark.parametrize(
    ("section", "value"),
    [
        (Section.SCOPE, "outside"),
        (Section.KIND, "bug"),
        (Section.PRIORITY, "P9"),
        (Section.RELEASE, "2099.01"),
    ],
)
async def test_a_value_that_a_section_cannot_have_is_refused(
    world: World, report: Issue, section: Section, value: str
) -> None:
    with pytest.raises(UnknownValue):
        await overrule_one(world, report, section, value)


async def test_an_override_without_a_reason_is_refused(
    world: World, report: Issue
) -> None:
    with pytest.raises(UnknownValue):
        await overrule_one(world, report, Section.KIND, "defect", reason=" ")


async def test_a_requirement_in_development_is_in_progress_in_the_tracker(
    world: World, report: Issue
) -> None:
    await develop(world, report)
    assert report.status.name == "In Progress"


async def test_a_status_that_a_person_moves_on_is_left_and_told(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    await develop(world, report)
    before = writes(desk)
    await move_later(world, desk, report, "In Review")
    assert report.status.name == "In Review"
    assert writes(desk) == before
    concerns = await world.rows("SELECT code FROM attention WHERE resolved_at IS NULL")
    assert {row["code"] for row in concerns} == {"status_kept_by_person"}


async def test_a_raised_priority_moves_the_score(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    before = await world.issue(report.key)
    world.clock.wind(minutes=3)
    desk.edit(report, priority={"name": "Highest"})
    await world.settle(polls=True)
    after = await world.issue(report.key)
    assert after["score"] > before["score"]
    assert after["priority_raised_at"] is not None


async def test_an_issue_closed_by_the_client_is_answered_or_delivered(
    world: World, desk: JiraDesk
) -> None:
    made = await mirror(world, desk, "How do I export the fund report?")
    await move_later(world, desk, made, "Done")
    assert (await world.issue(made.key))["state"] == "answered"


async def test_what_was_closed_before_we_came_is_mirrored_and_not_written_to(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue("Export the fund report to Excel")
    desk.move(made, "Done")
    before = writes(desk)
    await world.settle(polls=True)
    issue = await world.issue(made.key)
    assert issue["state"] == "delivered"
    assert issue["release"] is None
    assert writes(desk) == before


async def test_a_deleted_issue_leaves_a_tombstone_after_a_second_look(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    desk.delete(report)
    async with world.engine.database.transaction() as connection:
        [source] = [row["id"] for row in await world.rows("SELECT id FROM sources")]
        await fetches.ask(connection, source, [report.id], world.clock(), "test")
    await world.settle()
    assert (await world.issue(report.key))["deleted_at"] is None
    world.clock.wind(seconds=61)
    await world.settle()
    assert (await world.issue(report.key))["deleted_at"] is not None


async def test_an_issue_is_decided_again_on_the_day_that_concerns_it_and_on_no_other(
    world: World, desk: JiraDesk
) -> None:
    """Two weeks before its project is accepted, what is in the contract is more urgent."""
    made = await mirror(world, desk, "Export of every fund report to Excel and PDF")
    before = writes(desk)
    world.clock.wind(days=1)
    ran = await world.settle()
    assert "redecide" not in {one.verb for one in ran}
    assert writes(desk) == before
    world.clock.wind(days=26)
    await world.settle()
    issue = await world.issue(made.key)
    assert issue["decided_on"].isoformat() == "2026-12-17"
    assert issue["score"] == 25
    world.clock.wind(days=1)
    ran = await world.settle()
    assert "redecide" not in {one.verb for one in ran}


async def test_the_audit_tells_of_each_write_who_wanted_it_and_what_stood_there(
    world: World, desk: JiraDesk, report: Issue
) -> None:
    """Also of those that age took out of the outbox."""
    await develop(world, report)
    await overrule_one(world, report, Section.SCOPE, "daily_change")
    await world.settle()
    [ours] = [one for one in report.comments if one.author is desk.bot]
    await world.rows("DELETE FROM outbox RETURNING id")
    told = await world.rows(
        "SELECT action, before FROM audit JOIN decisions d"
        " ON d.id::text = after->>'decision' AND d.ruleset <> ''"
        " WHERE action LIKE 'write %%' ORDER BY seq"
    )
    assert [tuple(row.values()) for row in told] == [
        ("write labels", []),
        ("write release", ""),
        ("write comment", None),
        ("write status", "To Do"),
        ("write labels", ["pool-scope::in-contract"]),
        ("write release", "2026.12"),
        ("write comment", ours.id),
    ]
