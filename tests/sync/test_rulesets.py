"""Rulesets are activated, taken along, rolled back; decisions keep their own."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest

from model.decisions import Section
from model.errors import RulesetError
from pool import decisions, issues, rulesets, runs
from pool.database import Database
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.activate import Outdated, activate
from sync.decide import decide
from sync.draft import UnknownProject, examine_text
from sync.explain import Explanation, NotDecided, explain
from sync.overrule import overrule
from sync.redecide import redecide
from sync.retire import retire
from sync.rollback import NothingBefore, rollback
from sync.sitting import open_sitting
from tests.builders import Town, open_town

BASE = """
name: base
kind:
  - {id: bug, when: {issue.type: Bug}, set: defect}
  - {id: rest, otherwise: requirement}
"""
OWN = """
name: huaxin
extends: base
kind:
  - {id: story, when: {issue.type: Story}, set: task}
"""


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await activate(town.engine, load(BASE), "Mei")
        yield town


def load(text: str, bases: Mapping[str, str] | None = None) -> Ruleset:
    known = {"base": BASE} if bases is None else bases
    ruleset, problems = load_ruleset(text, file="x.yaml", load_base=known.__getitem__)
    assert ruleset, problems
    return ruleset


async def kinds(town: Town) -> dict[str, str]:
    await redecide(town.engine)
    rows = await town.rows("SELECT key, kind FROM issues ORDER BY key")
    return {row["key"]: row["kind"] for row in rows}


async def active(town: Town) -> dict[str, str]:
    rows = await town.rows(
        "SELECT COALESCE(p.slug, '') AS slug, r.name FROM rulesets r"
        " LEFT JOIN projects p ON p.id = r.project_id WHERE r.deactivated_at IS NULL"
    )
    return {row["slug"]: row["name"] for row in rows}


async def raise_two(town: Town) -> None:
    await town.raise_issue("导出报错")
    await town.raise_issue("Export fails", source="nordwind-gitlab")


async def test_a_projects_own_ruleset_decides_for_its_issues_alone(town: Town) -> None:
    await raise_two(town)
    await activate(town.engine, load(OWN), "Mei", project="huaxin-finance")
    assert await kinds(town) == {"FIN-1": "task", "delivery/erp#2": "requirement"}
    new = await town.raise_issue("新的")
    [row] = await town.rows("SELECT kind FROM requirements WHERE number = %s", new)
    assert row["kind"] == "task"


async def test_activating_one_sets_only_its_own_issues_aside(town: Town) -> None:
    await raise_two(town)
    await redecide(town.engine)
    await activate(town.engine, load(OWN), "Mei", project="huaxin-finance")
    async with town.database.transaction() as connection:
        progress = await runs.find_progress(connection)
    assert (progress.done, progress.total) == (1, 2)


async def test_a_retired_one_leaves_its_project_to_the_general_ruleset(
    town: Town,
) -> None:
    await raise_two(town)
    await activate(town.engine, load(OWN), "Mei", project="huaxin-finance")
    assert await retire(town.engine, "huaxin-finance", "Mei")
    assert not await retire(town.engine, "huaxin-finance", "Mei")
    assert await kinds(town) == {
        "FIN-1": "requirement",
        "delivery/erp#2": "requirement",
    }


async def test_what_extends_the_general_ruleset_is_taken_along(town: Town) -> None:
    await raise_two(town)
    await activate(town.engine, load(OWN), "Mei", project="huaxin-finance")
    newer = BASE.replace("issue.type: Bug", "issue.type: [Bug, Story]")
    number = await activate(town.engine, load(newer), "Mei")
    assert await active(town) == {"": "base", "huaxin-finance": "huaxin"}
    async with town.database.transaction() as connection:
        along, general, *_ = await rulesets.find_history(connection)
    assert (along.reason, general.number) == (f"№ {number}", number)
    await retire(town.engine, "huaxin-finance", "Mei")
    assert await kinds(town) == {"FIN-1": "defect", "delivery/erp#2": "defect"}


async def test_a_general_ruleset_that_breaks_a_projects_is_refused(town: Town) -> None:
    own = OWN + "  - {id: bug, when: {issue.type: Fault}, set: defect}\noff: [rest]\n"
    await activate(town.engine, load(own), "Mei", project="huaxin-finance")
    without = BASE.replace("{id: rest, otherwise", "{id: other, otherwise")
    with pytest.raises(RulesetError) as refused:
        await activate(town.engine, load(without), "Mei")
    [problem] = refused.value.problems
    assert (problem.file, problem.code) == ("huaxin", "E_REF")
    assert await active(town) == {"": "base", "huaxin-finance": "huaxin"}
    [row] = await town.rows(
        "SELECT fingerprint FROM rulesets WHERE deactivated_at IS NULL"
        " AND project_id IS NULL"
    )
    assert row["fingerprint"] == load(BASE).fingerprint


async def test_a_ruleset_whose_example_fails_is_refused(town: Town) -> None:
    failing = BASE + (
        "examples: [{id: e, given: {issue.type: Bug}, expect: {kind: task}}]\n"
    )
    with pytest.raises(RulesetError, match="E_EXAMPLE"):
        await activate(town.engine, load(failing), "Mei")
    assert await active(town) == {"": "base"}


async def test_whoever_began_with_an_older_one_is_told(town: Town) -> None:
    async with town.database.transaction() as connection:
        running = await rulesets.find_active(connection)
    assert running
    newer = load(BASE.replace("Bug", "Fault"))
    await activate(town.engine, newer, "Mei", based_on=running.number)
    with pytest.raises(Outdated):
        await activate(town.engine, load(BASE), "Bo", based_on=running.number)


async def test_rolling_back_is_a_new_activation_of_the_earlier_text(town: Town) -> None:
    await raise_two(town)
    changed = load(BASE.replace("otherwise: requirement", "otherwise: task"))
    await activate(town.engine, changed, "Mei")
    assert set((await kinds(town)).values()) == {"task"}
    number = await rollback(town.engine, "Mei", reason="too many")
    assert set((await kinds(town)).values()) == {"requirement"}
    async with town.database.transaction() as connection:
        newest, left, *_ = await rulesets.find_history(connection)
    assert (newest.number, newest.reason, newest.before) == (
        number,
        "too many",
        left.number,
    )
    with pytest.raises(NothingBefore, match="999"):
        await rollback(town.engine, "Mei", number=999)


async def test_overrides_stay_whatever_is_activated(town: Town) -> None:
    number = await town.raise_issue("导出报错")
    [row] = await town.rows("SELECT id FROM requirements WHERE number = %s", number)
    await overrule(town.engine, row["id"], Section.KIND, "training", "asked", "Mei")
    await activate(town.engine, load(BASE.replace("requirement", "task")), "Mei")
    assert await kinds(town) == {"FIN-1": "training"}


async def test_a_project_that_is_not_there_has_no_ruleset(town: Town) -> None:
    with pytest.raises(UnknownProject):
        await activate(town.engine, load(OWN), "Mei", project="nobody")


async def test_a_draft_of_a_project_builds_on_the_general_ruleset(town: Town) -> None:
    async with town.database.transaction() as connection:
        identity = (await town.rows("SELECT id FROM projects LIMIT 1"))[0]["id"]
        good = await examine_text(connection, OWN, identity)
        bad = await examine_text(connection, OWN.replace("base", "bsae"), identity)
    assert good.ruleset
    assert good.ruleset.texts["base"] == load(BASE).texts["base"]
    assert [problem.code for problem in bad.problems] == ["E_REF"]


async def test_setting_a_pool_aside_touches_no_issue(town: Town) -> None:
    """However many there are: an activation must not wait for them, nor they for it."""
    await raise_two(town)
    rows = "SELECT xmin::text FROM issues ORDER BY id"
    before = await town.rows(rows)
    await activate(town.engine, load(BASE + "timezone: Asia/Tokyo\n"), "Mei")
    assert await town.rows(rows) == before
    async with town.database.transaction() as connection:
        assert await runs.is_running(connection)
        assert (await runs.find_progress(connection)).left == 2
    assert await redecide(town.engine) == 2
    assert await redecide(town.engine) == 0


async def test_what_was_decided_meanwhile_by_the_old_ruleset_is_not_missed(
    town: Town,
) -> None:
    """A worker has read the rulesets when another one is activated, and commits later."""
    await raise_two(town)
    async with town.database.transaction() as connection:
        sitting = await open_sitting(town.engine, connection)
        assert sitting
        [row] = await town.rows("SELECT id FROM issues ORDER BY number LIMIT 1")
        [issue] = await issues.lock(connection, [row["id"]])
        await activate(town.engine, load(BASE + "timezone: Asia/Tokyo\n"), "Mei")
        await decide(sitting, [issue], "poll")
    assert await redecide(town.engine) == 2


async def test_days_are_counted_in_each_rulesets_time_zone(town: Town) -> None:
    await raise_two(town)
    ahead = OWN + "timezone: Pacific/Kiritimati\n"
    ahead = ahead.replace("issue.type: Story", "today: {after: 2026-11-20}")
    await activate(town.engine, load(ahead), "Mei", project="huaxin-finance")
    await redecide(town.engine)
    rows = await town.rows("SELECT key, decided_on FROM issues")
    days = {row["key"]: row["decided_on"] for row in rows}
    today = town.clock().date()
    assert days == {"FIN-1": date(2026, 11, 20), "delivery/erp#2": today}
    town.clock.wind(hours=3)
    assert await redecide(town.engine) == 1
    assert await redecide(town.engine) == 0


async def explained(town: Town, which: Any = None) -> Explanation:
    [row] = await town.rows("SELECT id FROM issues LIMIT 1")
    async with town.database.transaction() as connection:
        return await explain(connection, row["id"], which)


async def test_last_months_verdict_is_explained_by_last_months_ruleset(
    town: Town,
) -> None:
    await town.raise_issue("导出报错")
    town.clock.wind(days=40)
    changed = load(
        BASE.replace("{id: rest, otherwise: requirement}", "{id: all, otherwise: task}")
    )
    await activate(town.engine, changed, "Mei")
    await redecide(town.engine)
    now, then = await explained(town), await explained(town, date(2026, 11, 20))
    assert [rule.rule for rule in now.sections[0].rules] == ["bug", "all"]
    assert [rule.rule for rule in then.sections[0].rules] == ["bug", "rest"]
    assert (then.number, then.of, now.number) == (1, 2, 2)
    assert (then.ruleset.number, then.agrees, now.agrees) == (2, True, True)
    by_id = await explained(town, then.stored.id)
    assert by_id == then == await explained(town, 1)


async def test_an_explanation_shows_what_a_person_had_overruled_then(
    town: Town,
) -> None:
    number = await town.raise_issue("导出报错")
    [row] = await town.rows("SELECT id FROM requirements WHERE number = %s", number)
    await overrule(town.engine, row["id"], Section.KIND, "question", "asked", "Mei")
    first, second = await explained(town, 1), await explained(town, 2)
    assert (first.sections[0].verdict, first.sections[0].effective) == (
        "requirement",
        "requirement",
    )
    assert (second.sections[0].verdict, second.sections[0].effective) == (
        "requirement",
        "question",
    )
    assert not second.sections[1].decided


async def test_there_is_nothing_to_explain_before_the_first_decision(
    town: Town,
) -> None:
    await town.raise_issue("导出报错")
    for which in (0, 2, date(2026, 1, 1)):
        with pytest.raises(NotDecided):
            await explained(town, which)


async def test_an_issue_that_cannot_be_decided_on_does_not_hold_up_the_others(
    town: Town,
) -> None:
    await raise_two(town)
    await activate(town.engine, load(BASE.replace("requirement", "task")), "Mei")
    await town.rows(
        "UPDATE issues SET content = jsonb_set(content, '{ref,source}', '\"gone\"')"
        " WHERE key = 'FIN-1' RETURNING id"
    )
    assert await kinds(town) == {"FIN-1": "requirement", "delivery/erp#2": "task"}
    [concern] = await town.rows("SELECT code, params FROM attention")
    assert concern["code"] == "issue_not_decided"
    assert concern["params"]["key"] == "FIN-1"
    async with town.database.transaction() as connection:
        [row] = await town.rows("SELECT id FROM issues WHERE key = 'FIN-1'")
        assert len(await decisions.find_of_issue(connection, row["id"])) == 1
