"""People command in the comments of their own tracker."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from connectors.base import SourceConfig
from model.commands import Verb
from model.decisions import Section
from model.issues import Person
from pool import fetches
from pool.database import Database
from pool.inbox import unpack
from rules.load_ruleset import load_ruleset
from sandbox.jira import talk
from sync.activate import activate
from sync.backfill import backfill
from sync.overrule import overrule
from tests.sync.conftest import SECRET
from tests.sync.stages import CLIENT, GitLabPlace, JiraPlace, Stage, open_stage
from tests.sync.world import ruleset_text

TRACKERS = ("jira-dc", "jira-cloud", "gitlab")
OUTSIDE = "WeChat mini program for approvals"
REPORT = "Export the fund report to Excel"


@pytest.fixture(params=TRACKERS)
async def stage(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with open_stage(request.param, database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def jira(database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage("jira-dc", database, tmp_path) as opened:
        yield opened


async def overrides(stage: Stage, key: str) -> list[tuple[str, str, str]]:
    rows = await stage.rows(
        "SELECT section, value, made_by FROM overrides o JOIN issues i"
        " ON i.id = o.issue_id WHERE i.key = %s ORDER BY o.made_at, o.id",
        key,
    )
    return [(row["section"], row["value"], row["made_by"]) for row in rows]


async def test_a_command_becomes_an_override_and_is_answered(stage: Stage) -> None:
    key = await stage.mirror(OUTSIDE)
    assert "pool-scope::out-of-contract" in stage.place.labels(key)
    stage.say(key, "Agreed on the phone.\n/pool scope in 2.3 same report\n")
    await stage.settle()
    assert "pool-scope::in-contract" in stage.place.labels(key)
    assert await overrides(stage, key) == [("scope", "in_contract", "Li Lei (acme)")]
    [made] = await stage.rows("SELECT clause, reason FROM overrides")
    assert made == {"clause": "2.3", "reason": "same report"}
    said = "As Li Lei asked, the scope is now: in contract (clause 2.3)."
    assert said in stage.sticky(key)
    assert "same report" not in stage.sticky(key)


async def test_the_person_is_in_history_and_audit(jira: Stage) -> None:
    key = await jira.mirror(REPORT)
    jira.say(key, "/pool urgent payroll stands still")
    await jira.settle()
    assert (await jira.world.issue(key))["priority"] == "P0"
    [event] = await jira.rows(
        "SELECT actor, note FROM history WHERE field = 'priority' AND origin = 'person'"
    )
    assert event == {"actor": "Li Lei (acme)", "note": "payroll stands still"}
    [entry] = await jira.rows("SELECT actor FROM audit WHERE action LIKE 'overrule%%'")
    assert entry["actor"] == "Li Lei (acme)"


async def test_who_is_not_listed_is_refused_politely_and_once(stage: Stage) -> None:
    key = await stage.mirror(OUTSIDE)
    stage.say(key, "/pool scope in 2.3\n/pool urgent now\n/pool dance", CLIENT)
    await stage.settle()
    assert await overrides(stage, key) == []
    assert stage.sticky(key).count("Sorry, Wang Li, you may not use this command") == 1
    assert "no such command" not in stage.sticky(key)
    assert "pool-scope::out-of-contract" in stage.place.labels(key)


async def test_rights_are_by_command(database: Database, tmp_path: Path) -> None:
    rights = ("explain", "kind")
    async with open_stage("jira-dc", database, tmp_path, rights=rights) as stage:
        key = await stage.mirror(REPORT)
        stage.say(key, "/pool scope out\n/pool kind question")
        await stage.settle()
        assert [made[:2] for made in await overrides(stage, key)] == [
            ("kind", "question")
        ]
        assert "you may not use this command" in stage.sticky(key)


async def test_replayed_webhooks_carry_out_nothing_twice(stage: Stage) -> None:
    stage.place.hook(f"{stage.world.url}/webhooks/acme")
    key = await stage.mirror(OUTSIDE)
    stage.say(key, "/pool scope daily")
    await stage.quiet()
    await stage.world.settle()
    await stage.quiet()
    await stage.world.settle()
    assert "the scope is now: daily change" in stage.sticky(key)
    before, made = stage.writes(), await overrides(stage, key)
    for row in await stage.rows("SELECT headers, body, size FROM inbox_bodies"):
        answer = await asyncio.to_thread(
            httpx.post,
            f"{stage.world.url}/webhooks/acme",
            headers={**row["headers"], "x-gitlab-token": SECRET},
            content=unpack(row["body"], row["size"]),
            trust_env=False,
        )
        assert answer.status_code == 202
    [issue] = await stage.rows("SELECT source_id, tracker_id FROM issues")
    async with stage.world.engine.database.transaction() as connection:
        at = stage.world.clock()
        await fetches.ask(
            connection, issue["source_id"], [issue["tracker_id"]], at, "x"
        )
    await stage.settle()
    assert stage.writes() == before
    assert await overrides(stage, key) == made
    assert len(await stage.rows("SELECT id FROM commands")) == 1


async def test_an_edit_carries_out_nothing_and_says_so(stage: Stage) -> None:
    key = await stage.mirror(OUTSIDE)
    comment = stage.say(key, "/pool scope daily")
    await stage.settle()
    stage.edit(key, comment, "/pool scope in 2.3")
    await stage.settle()
    assert [made[:2] for made in await overrides(stage, key)] == [
        ("scope", "daily_change")
    ]
    assert "please write a new comment" in stage.sticky(key)
    before = stage.writes()
    stage.edit(key, comment, "/pool scope out")
    await stage.settle()
    assert stage.writes() == before


async def test_what_is_added_around_a_command_is_no_edit_of_it(jira: Stage) -> None:
    key = await jira.mirror(OUTSIDE)
    comment = jira.say(key, "/pool scope daily")
    await jira.settle()
    before = jira.writes()
    jira.edit(key, comment, "As agreed.\n/pool scope daily\nThank you!")
    await jira.settle()
    assert jira.writes() == before


async def test_a_command_put_into_an_old_comment_is_not_carried_out(
    stage: Stage,
) -> None:
    """A tracker lets others edit a comment while its author stays."""
    key = await stage.mirror(OUTSIDE)
    comment = stage.say(key, "Looks fine to me.")
    await stage.settle()
    stage.edit(key, comment, "/pool scope in 2.3", CLIENT)
    await stage.settle()
    assert await overrides(stage, key) == []
    assert "please write a new comment" in stage.sticky(key)


async def test_comments_from_before_the_first_look_command_nothing(
    stage: Stage,
) -> None:
    key = stage.place.raise_issue(OUTSIDE)
    stage.say(key, "/pool scope in 2.3")
    await stage.settle()
    before = stage.writes()
    stage.world.clock.wind(hours=1)
    await backfill(stage.world.engine, "acme", lambda _done, _all: None, restart=True)
    await stage.settle()
    assert await overrides(stage, key) == []
    assert stage.writes() == before


async def test_a_backfill_that_starts_again_repeats_nothing(stage: Stage) -> None:
    key = await stage.mirror(OUTSIDE)
    stage.say(key, "/pool scope daily")
    await stage.settle()
    before = stage.writes()
    for _ in range(2):
        stage.world.clock.wind(hours=1)
        await backfill(stage.world.engine, "acme", lambda *_: None, restart=True)
        await stage.settle()
    assert stage.writes() == before
    assert len(await overrides(stage, key)) == 1


async def test_a_command_on_an_issue_that_is_seen_first_with_it_counts(
    stage: Stage,
) -> None:
    await stage.mirror(REPORT)
    key = stage.place.raise_issue(OUTSIDE)
    stage.say(key, "/pool scope daily")
    await stage.settle()
    assert [made[:2] for made in await overrides(stage, key)] == [
        ("scope", "daily_change")
    ]


async def test_our_own_comment_commands_nothing(stage: Stage) -> None:
    """It is known by its mark, so a lost receipt makes no difference."""
    key = await stage.mirror(REPORT)
    ours = stage.sticky(key)
    before = stage.writes()
    stage.say(key, f"/pool urgent x\n\n{ours}")
    await stage.settle()
    assert await overrides(stage, key) == []
    assert stage.writes() == before


@pytest.mark.parametrize(
    "text",
    [
        "> /pool urgent now",
        "```\n/pool urgent now\n```",
        "{quote}\n/pool urgent now\n{quote}",
        "I would write /pool urgent now",
    ],
)
async def test_quoted_commands_are_not_carried_out(jira: Stage, text: str) -> None:
    key = await jira.mirror(REPORT)
    before = jira.writes()
    jira.say(key, text)
    await jira.settle()
    assert await overrides(jira, key) == []
    assert jira.writes() == before


async def test_several_commands_in_one_comment_are_carried_out_in_order(
    stage: Stage,
) -> None:
    key = await stage.mirror(OUTSIDE)
    stage.say(key, "/pool scope daily\n/pool scope in 2.3\n/pool estimate 3d")
    await stage.settle()
    made = [(section, value) for section, value, _ in await overrides(stage, key)]
    assert made == [("scope", "daily_change"), ("scope", "in_contract")]
    sticky = stage.sticky(key)
    assert sticky.index("daily change") < sticky.index("clause 2.3")
    assert "the estimate is now 3 person-days" in sticky


async def merge(stage: Stage, key: str, into: str) -> None:
    """Link an issue to the requirement of another one."""
    async with stage.world.engine.database.transaction() as connection:
        await connection.execute(
            "UPDATE requirement_issues SET requirement_id = (SELECT requirement_id"
            " FROM requirement_issues l JOIN issues i ON i.id = l.issue_id"
            " WHERE i.key = %s) WHERE issue_id = (SELECT id FROM issues WHERE key = %s)",
            (into, key),
        )


async def test_an_estimate_is_a_fact_of_every_issue_of_the_requirement(
    jira: Stage,
) -> None:
    key = await jira.mirror("Please add a wider column")
    other = await jira.mirror("We wish for a broader column")
    await merge(jira, other, into=key)
    assert (await jira.world.issue(key))["scope"] != "daily_change"
    jira.say(key, "/pool estimate 0.5d as we talked")
    await jira.settle()
    [row] = await jira.rows(
        "SELECT estimate_days, estimated_by FROM requirements"
        " WHERE estimated_by IS NOT NULL"
    )
    assert row == {"estimate_days": Decimal("0.5"), "estimated_by": "Li Lei (acme)"}
    for each in (key, other):
        issue = await jira.world.issue(each)
        assert issue["scope"] == "daily_change"
        assert issue["estimate_days"] == Decimal("0.5")


async def test_a_person_s_estimate_outlives_the_tracker_s(jira: Stage) -> None:
    key = await jira.mirror(REPORT)
    jira.say(key, "/pool estimate 2.5d")
    await jira.settle()
    jira.say(key, "Thank you.", CLIENT)
    await jira.settle()
    assert (await jira.world.issue(key))["estimate_days"] == Decimal("2.5")


async def test_an_override_holds_for_the_issue_it_was_asked_for_in(
    jira: Stage,
) -> None:
    """Other issues of the requirement may be other clients'."""
    key = await jira.mirror(OUTSIDE)
    other = await jira.mirror("A WeChat mini program to approve")
    await merge(jira, other, into=key)
    jira.say(key, "/pool scope daily")
    await jira.settle()
    assert len(await overrides(jira, key)) == 1
    assert await overrides(jira, other) == []


async def test_an_unknown_command_is_answered_with_the_nearest(stage: Stage) -> None:
    key = await stage.mirror(REPORT)
    stage.say(key, "/pool expain <b>please</b>")
    await stage.settle()
    sticky = stage.sticky(key)
    assert "there is no such command. Possible: /pool explain" in sticky
    assert "expain" not in sticky
    assert "please" not in sticky


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/pool urgent", "please say why: /pool urgent REASON"),
        ("/pool scope in 77", "the contract has no such clause"),
        ("/pool scope in 9.1", "clause 9.1 of the contract excludes"),
        ("/pool estimate soon", "The form is: /pool estimate 3d"),
        ("/pool approve Q-2026-1", "there is no such quote; nothing was approved"),
        ("/pool link FIN-999", "there is no such issue"),
    ],
)
async def test_what_cannot_be_done_is_said(
    jira: Stage, command: str, said: str
) -> None:
    key = await jira.mirror(REPORT)
    jira.say(key, command)
    await jira.settle()
    assert said in jira.sticky(key)
    assert await overrides(jira, key) == []


async def test_an_explanation_follows_the_decision(stage: Stage) -> None:
    key = await stage.mirror(REPORT)
    stage.say(key, "/pool explain")
    await stage.settle()
    said = "kind: requirement; scope: in contract; nearest clauses of the contract: 2.3"
    assert said in stage.sticky(key)
    stage.say(key, "/pool scope daily")
    await stage.settle()
    assert "kind: requirement; scope: daily change" in stage.sticky(key)


async def test_a_link_is_noted_for_the_product_manager(stage: Stage) -> None:
    other = await stage.mirror(OUTSIDE)
    key = await stage.mirror(REPORT)
    stage.say(key, f"/pool link {other} same wish")
    await stage.settle()
    assert f"this belongs with {other}" in stage.sticky(key)
    [concern] = await stage.rows(
        "SELECT params FROM attention WHERE code = 'link_asked'"
    )
    assert (concern["params"]["key"], concern["params"]["other"]) == (key, other)


async def test_a_resync_reads_the_issue_again(jira: Stage) -> None:
    key = await jira.mirror(REPORT)
    jira.say(key, "/pool resync")
    jira.world.clock.wind(seconds=70)
    ran = await jira.world.settle(polls=True)
    assert "fetch" in {one.verb for one in ran}
    assert "this issue was read again" in jira.sticky(key)
    assert await jira.rows("SELECT tracker_id FROM fetches") == []


@pytest.mark.parametrize("kind", TRACKERS)
async def test_chinese_commands_are_answered_in_the_client_s_language(
    database: Database, tmp_path: Path, kind: str
) -> None:
    async with open_stage(kind, database, tmp_path, language="zh") as stage:
        key = await stage.mirror("审批用的微信小程序")
        stage.say(
            key, "／pool 范围 合同内 2.3，电话中已同意\n/pool 估算 3天\n/pool 解释"
        )
        await stage.settle()
        sticky = stage.sticky(key)
        assert "已按 Li Lei 的指令将范围改为合同范围内（条款 2.3）。" in sticky
        assert "已按 Li Lei 的指令将估算设为 3 人天。" in sticky
        assert "范围：合同范围内" in sticky
        assert "电话" not in sticky


async def test_a_command_in_an_internal_comment_counts(stage: Stage) -> None:
    key = await stage.mirror(OUTSIDE)
    stage.say(key, "/pool scope daily", hidden=True)
    await stage.settle()
    assert len(await overrides(stage, key)) == 1


async def test_a_later_decision_is_not_undone_by_an_older_command(jira: Stage) -> None:
    key = await jira.mirror(OUTSIDE)
    jira.say(key, "/pool scope daily")
    jira.world.clock.wind(seconds=30)
    [row] = await jira.rows("SELECT requirement_id AS id FROM requirement_issues")
    await overrule(
        jira.world.engine, row["id"], Section.SCOPE, "out_of_contract", "priced", "Mei"
    )
    await jira.settle()
    assert (await jira.world.issue(key))["scope"] == "out_of_contract"
    assert "somebody decided on this later" in jira.sticky(key)


async def test_a_moved_issue_takes_its_commands_along_unheard(
    database: Database, tmp_path: Path
) -> None:
    """GitLab copies the notes of an issue that is moved, with author and time.

    What was pinned by them is handed on; the copies pin nothing again.
    """
    async with open_stage("gitlab", database, tmp_path) as stage:
        key = await stage.mirror(OUTSIDE)
        stage.say(key, "/pool scope daily")
        await stage.settle()
        assert isinstance(stage.place, GitLabPlace)
        pinned = await overrides(stage, key)
        moved = stage.place.move(key)
        await stage.settle()
        assert await overrides(stage, moved) == pinned
        assert await overrides(stage, key) == []
        answers = await stage.rows(
            "SELECT answer->>'code' AS code FROM commands c JOIN issues i"
            " ON i.id = c.issue_id WHERE i.key = %s",
            moved,
        )
        assert [row["code"] for row in answers] == ["copied"]


async def test_only_the_newest_answers_are_shown(jira: Stage) -> None:
    key = await jira.mirror(REPORT)
    for days in range(1, 9):
        jira.say(key, f"/pool estimate {days}d")
    await jira.settle()
    sticky = jira.sticky(key)
    assert "now 8 person-days" in sticky
    assert "now 4 person-days" in sticky
    assert "now 3 person-days" not in sticky


async def test_the_answer_to_an_edit_is_the_newest(jira: Stage) -> None:
    key = await jira.mirror(REPORT)
    lines = "\n".join(f"/pool estimate {days}d" for days in range(1, 8))
    comment = jira.say(key, lines)
    await jira.settle()
    jira.edit(key, comment, f"{lines}\n/pool scope out")
    await jira.settle()
    assert jira.sticky(key).index("7 person-days") < jira.sticky(key).index("edited")


async def test_a_display_name_cannot_smuggle_markup(jira: Stage) -> None:
    assert isinstance(jira.place, JiraPlace)
    jira.place.manager.name = "Li\n/pool urgent x [~wang.li] {anchor:reqpool} @all"
    key = await jira.mirror(REPORT)
    store, issue = jira.place.desk.tracker.store, jira.place.desk.tracker.site
    jira.world.clock.wind(seconds=70)
    manager = jira.place.manager
    jira.place.server.call(
        lambda: talk.add_comment(store, manager, issue.get_issue(key), "/pool explain")
    )
    await jira.settle()
    bodies = [
        one.body for one in issue.get_issue(key).comments if one.author is not manager
    ]
    [ours] = bodies
    assert "Explained for Li pool urgent x wang.li anchor reqpool all" in ours
    before = jira.writes()
    await jira.settle()
    assert jira.writes() == before


def test_rights_go_by_the_tracker_s_id_or_by_the_username_after_an_at() -> None:
    config = SourceConfig.model_validate(
        {
            "kind": "gitlab",
            "project": "p",
            "base_url": "https://gitlab.example",
            "commanders": {"42": ["all"], "@Li.Lei": ["kind"], "wang": ["scope"]},
        }
    )
    assert config.find_rights(Person("42", "x")) == frozenset(Verb)
    assert config.find_rights(Person("7", "42", "42")) == frozenset()
    assert config.find_rights(Person("7", "Li", "li.lei")) == {Verb.KIND}
    assert config.find_rights(Person("8", "wang", "wang")) == frozenset()
    assert config.find_rights(Person("", "")) == frozenset()
    assert config.find_rights(None) == frozenset()


async def test_a_command_is_answered_while_a_mass_change_waits(jira: Stage) -> None:
    engine = jira.world.engine
    config = engine.sources["acme"].config
    config.__dict__.update(mass_change_issues=2, mass_change_share=0.1)
    first, second = [await jira.mirror(OUTSIDE) for _ in range(2)]
    renamed = ruleset_text().replace("::out-of-contract", "::to-be-quoted")
    ruleset, _problems = load_ruleset(renamed, file="rules.yaml")
    assert ruleset
    await activate(engine, ruleset, "Mei")
    await jira.settle()
    jira.say(first, "/pool nonsense", CLIENT)
    await jira.settle()
    assert "pool-scope::out-of-contract" in jira.place.labels(first)
    jira.say(first, "/pool scope daily")
    await jira.settle()
    assert "the scope is now: daily change" in jira.sticky(first)
    assert "pool-scope::daily-change" in jira.place.labels(first)
    assert "pool-scope::out-of-contract" in jira.place.labels(second)
