"""A candidate ruleset, tried on a real pool."""

import json
from datetime import date

import pytest

from app.bootstrap import new_id
from model.decisions import Override, Section
from pool import decisions, standing
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.replay import ACCEPTANCE, bring_up_to
from sync.simulate import AlreadySimulating, simulate
from tests.sync.conftest import JiraDesk
from tests.sync.world import World, ruleset_text


def loaded(text: str) -> Ruleset:
    ruleset, problems = load_ruleset(text, file="candidate.yaml")
    assert ruleset is not None, problems
    return ruleset


CANDIDATE = """
name: candidate
kind:
  - {id: all-tasks, when: {issue.title: {contains: [export]}}, set: task}
  - {id: rest, otherwise: requirement}
scope:
  - {id: phase, when: {project.phase: trial_run, today: {after: 2026-11-01}}, set: in_contract}
  - {id: unsure, otherwise: needs_review}
priority: {levels: {P3: 0}, points: []}
release: [{id: main, otherwise: {train: main}}]
write_back:
  comment: [{when: {issue.type: Story}, text: {en: 'For {release.name}.'}}]
"""


async def settle(world: World, desk: JiraDesk) -> None:
    await desk.quiet()
    await world.settle(polls=True)


async def test_the_ruleset_that_runs_flips_nothing(
    world: World, desk: JiraDesk
) -> None:
    for title in ("Export of the fund report", "How do I export?", "Payment fails"):
        desk.raise_issue(title)
    await settle(world, desk)
    engine = world.engine
    found = await simulate(engine.database, world.clock, loaded(ruleset_text()))
    assert (found.whole.issues, found.whole.flipped, found.comments) == (3, 0, 0)


async def test_a_candidate_is_counted_in_processes_and_changes_nothing(
    world: World, desk: JiraDesk
) -> None:
    for title in ("Export of the fund report", "Payment fails", "Add a WeChat app"):
        desk.raise_issue(title)
    await settle(world, desk)
    issue = (await world.issue("FIN-3"))["id"]
    before = await world.rows("SELECT * FROM issues ORDER BY number")
    client = before[0]["client_id"]
    made = Override(Section.SCOPE, "in_contract", "agreed", "Li Lei", world.clock())
    async with world.engine.database.transaction() as connection:
        await decisions.override(connection, new_id, client, issue, made)
    candidate = loaded(CANDIDATE)
    told: list[tuple[int, int]] = []
    found = await simulate(
        world.engine.database,
        world.clock,
        candidate,
        processes=2,
        tell=lambda done, issues: told.append((done, issues)),
    )
    assert told[-1] == (3, 3)
    flips = {(flip.section, flip.after, flip.rule) for flip in found.flips}
    assert (Section.KIND, "task", "all-tasks") in flips
    assert found.agreement[Section.SCOPE].after == 1
    assert (found.whole.issues, list(found.clients)) == (3, ["acme"])
    assert found.comments == 3
    assert await world.rows("SELECT * FROM issues ORDER BY number") == before
    alone = await simulate(world.engine.database, world.clock, candidate, processes=1)
    assert alone.whole == found.whole


async def test_texts_arrive_as_they_were_stored(world: World, desk: JiraDesk) -> None:
    title = "a\\tb\\\\c \t \\N"
    desk.raise_issue(title)
    desk.raise_issue("plain")
    await settle(world, desk)
    kept = (await world.issue("FIN-1"))["title"]
    candidate = CANDIDATE.replace("{contains: [export]}", json.dumps([kept]))
    found = await simulate(world.engine.database, world.clock, loaded(candidate))
    flips = [flip.samples for flip in found.flips if flip.rule == "all-tasks"]
    assert ("FIN-1",) in flips


async def test_projects_with_a_ruleset_of_their_own_are_asked_for_by_name(
    world: World, desk: JiraDesk
) -> None:
    desk.raise_issue("Export")
    await settle(world, desk)
    project = (await world.issue("FIN-1"))["project_id"]
    await world.rows(
        "INSERT INTO rulesets (id, project_id, name, text_hash, fingerprint, files,"
        " activated_at, activated_by) SELECT gen_random_uuid(), %s, name, text_hash,"
        " fingerprint, files, activated_at, activated_by FROM rulesets RETURNING id",
        project,
    )
    candidate, database = loaded(CANDIDATE), world.engine.database
    general = await simulate(database, world.clock, candidate)
    own = await simulate(database, world.clock, candidate, project=project)
    assert (general.whole.issues, own.whole.issues) == (0, 1)


async def test_an_empty_pool_is_simulated_too(world: World) -> None:
    database = world.engine.database
    found = await simulate(database, world.clock, loaded(CANDIDATE))
    assert (found.whole.issues, found.share, found.flips) == (0, 0.0, ())
    assert found.unmatched == ()


async def test_only_one_simulation_runs_at_a_time(world: World) -> None:
    async with world.engine.database.transaction() as connection:
        assert await standing.take_turn(connection)
        with pytest.raises(AlreadySimulating):
            await simulate(world.engine.database, world.clock, loaded(CANDIDATE))


async def test_facts_that_changed_no_verdict_are_those_of_today(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue("Export of the fund report")
    await settle(world, desk)
    statement = "SELECT id, verdict, reasons FROM decisions"
    decided = await world.rows(statement)
    world.clock.wind(minutes=5)
    desk.edit(made, labels=["board"])
    await settle(world, desk)
    assert await world.rows(statement) == decided
    labelled = CANDIDATE.replace(
        "issue.title: {contains: [export]}", "issue.labels: {any: [board]}"
    )
    found = await simulate(world.engine.database, world.clock, loaded(labelled))
    assert "all-tasks" in {flip.rule for flip in found.flips}


def test_what_counts_days_moves_with_the_day() -> None:
    then = {"today": date(2026, 11, 20), ACCEPTANCE: 5, "issue.type": "Bug"}
    moved = {"today": date(2026, 11, 27), ACCEPTANCE: -2, "issue.type": "Bug"}
    assert bring_up_to(date(2026, 11, 27), then) == moved
