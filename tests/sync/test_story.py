"""A story of three issues: all that is kept of it, line by line, to be read as a whole."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from model.decisions import PoolState, Section
from model.signs import Sign
from pool.database import Database
from pool.writes import WriteFilter
from rules.load_ruleset import load_ruleset
from sandbox.jira import talk
from sandbox.jira.records import Issue, User
from sync.activate import activate
from sync.advance import advance
from sync.discard_delivery import discard_delivery
from sync.discard_write import discard_write
from sync.fan_out import Errand, fan_out
from sync.overrule import overrule
from sync.pause import pause
from sync.recheck import recheck
from sync.reconcile import reconcile
from sync.register import register
from sync.replay_write import replay_write
from sync.resume import resume
from sync.rollback import rollback
from tests.sync.conftest import JiraDesk, found_catalogue, jira_config
from tests.sync.test_assignees_and_fields import ASSIGNEE
from tests.sync.test_conflicts import drag_elsewhere
from tests.sync.test_operate import deliver_nonsense, find, refuse
from tests.sync.test_people import requirement_of
from tests.sync.world import World, Wound, open_world, ruleset_text

STORY = Path(__file__).parent / "story.txt"
TABLES = (
    "audit",
    "history",
    "conflicts",
    "attention",
    "overrides",
    "commands",
    "rulesets",
    "outbox",
    "inbox",
    "sources",
    "cursors",
    "issues",
    "requirements",
    "requirement_issues",
    "comments",
    "decisions",
    "raisings",
    "reconciliations",
    "checks",
)
BESIDE = {
    *("id", "seq", "decision_id", "files", "not_before", "text_hash", "sha256"),
    *("read", "write_read", "run", "description_hash", "search", "seal", "resets_at"),
}
"""What a reader does not miss: ids, digests, and what hangs on chance."""

IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CHANCE = re.compile(
    r"\b[0-9a-f]{32,64}\b|127\.0\.0\.1:\d+|\b10\d{3}\b|(?<=vendor-en:)\d+"
    r"|(?<=gloss/)\w+|(?<=named/)\w+"
)

COMMANDS = """
/pool urgent payroll stands still
/pool scope in 2.3 same report
/pool scope in 77
/pool scope in 9.1
/pool estimate 2.5d
/pool link FIN-2
/pool resync
/pool dance
/pool explain
"""


@pytest.fixture
def signs() -> list[Sign]:
    return []


@pytest.fixture
async def world(
    database: Database,
    desk: JiraDesk,
    clock: Wound,
    tmp_path: Path,
    signs: list[Sign],
) -> AsyncIterator[World]:
    desk.tracker.site.add_user(User("li.lei", "Li Lei", "li.lei@example.com"))
    known = jira_config(desk.url)
    ours = {
        "people": {"Li Lei": "li.lei"},
        "write_fields": {"Contract clause": "clause", "Pool priority": "priority"},
        "commanders": {"li.lei": ("all",)},
        "mass_change_issues": 2,
        "mass_change_share": 0.5,
    }
    config = type(known).model_validate({**known.model_dump(), **ours})
    async with open_world(database, {"acme": config}, clock) as world:
        world.engine = replace(world.engine, tell=signs.append)
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await put_in_force(world, ruleset_text().replace("write_back:\n", ASSIGNEE))
        yield world


async def put_in_force(world: World, text: str, reason: str = "") -> None:
    ruleset, problems = load_ruleset(text, file="rules.yaml")
    assert ruleset, problems
    await activate(world.engine, ruleset, "Mei", reason=reason)


async def settle(world: World, **later: float) -> None:
    world.clock.wind(**later or {"minutes": 2})
    await world.settle(polls=True)


def say(world: World, desk: JiraDesk, issue: Issue, who: str, text: str) -> None:
    world.clock.wind(minutes=1)
    store, user = desk.tracker.store, desk.tracker.site.users[who]
    desk.server.call(lambda: talk.add_comment(store, user, issue, text))


async def people_edit(world: World, desk: JiraDesk, made: Issue) -> None:
    """A label of ours is taken away twice, an assignee and the title are changed."""
    for _ in range(2):
        desk.edit(made, labels=["ui"], assignee={"name": "wang.li"})
        await settle(world)
    desk.edit(made, summary="A mini program", priority={"name": "High"})
    desk.edit(made, duedate="2026-12-24", components=[{"name": "Fund reports"}])
    say(world, desk, made, "wang.li", "Please hurry.")
    say(world, desk, made, "li.lei", "/pool estimate 4d more screens")
    await settle(world)


async def move(world: World, desk: JiraDesk, made: Issue) -> None:
    """In the pool, and by hand in the tracker; then in both at once."""
    requirement = await requirement_of(world, made)
    await advance(world.engine, requirement, PoolState.IN_DEVELOPMENT, "begun", "Mei")
    await settle(world)
    await advance(world.engine, requirement, PoolState.PLANNED, "not yet", "Mei")
    drag_elsewhere(desk, made)
    await settle(world)


async def fail(world: World, desk: JiraDesk) -> None:
    """A write that the tracker refuses is sent again, another one discarded."""
    for act in (replay_write, discard_write):
        refuse(desk, "/issue/", method="PUT")
        desk.raise_issue("Export the fund report to Excel")
        await settle(world)
        [dead] = await find(world)
        await act(world.engine, dead.number, "Mei", "their proxy was at fault")
        await settle(world)
    assert await find(world, WriteFilter()) != []


async def overrule_and_run(world: World, made: Issue) -> None:
    requirement = await requirement_of(world, made)
    for value in ("daily_change", None):
        scope = Section.SCOPE
        await overrule(world.engine, requirement, scope, value, "priced", "Mei")
        await settle(world)
    renamed = ruleset_text().replace("pool-scope::", "scope-")
    await put_in_force(world, renamed, "new labels")
    await settle(world)
    await rollback(world.engine, "Mei", reason="too many")
    await settle(world)


async def command(world: World, desk: JiraDesk) -> tuple[Issue, Issue]:
    made = desk.raise_issue("WeChat mini program for approvals")
    other = desk.raise_issue("How do I export the fund report?")
    await settle(world)
    say(world, desk, made, "li.lei", COMMANDS)
    say(world, desk, other, "wang.li", "/pool scope out")
    await settle(world)
    return made, other


async def operate(world: World, requirement: UUID) -> None:
    """Another issue is raised for it; a pause, and a delivery of nonsense."""
    errand = Errand("acme", "Invoices of 2027", "In force **soon**.")
    await fan_out(world.engine, requirement, errand, "law", "Mei")
    await pause(world.engine, "acme", "Mei", "their Jira is upgraded")
    await settle(world)
    await resume(world.engine, "acme", "Mei", "it is done")
    delivery = await deliver_nonsense(world, b"{nonsense")
    await discard_delivery(world.engine, delivery, "Mei", "a test of theirs")
    await settle(world)


async def lose(world: World, desk: JiraDesk, other: Issue) -> None:
    desk.delete(other)
    await settle(world, hours=25)
    await settle(world)
    await reconcile(world.engine, "acme", "Mei", repair=True)
    await recheck(world.engine, "acme")


async def test_what_is_kept_of_a_story_is_what_was_written_down(
    world: World, desk: JiraDesk, tmp_path: Path, signs: list[Sign]
) -> None:
    made, other = await command(world, desk)
    await people_edit(world, desk, made)
    await move(world, desk, made)
    await fail(world, desk)
    await overrule_and_run(world, made)
    await operate(world, await requirement_of(world, other))
    await lose(world, desk, other)
    told = await tell(world, signs)
    (tmp_path / "story.txt").write_text(told, "utf-8")
    same = told == STORY.read_text("utf-8")
    assert same, f"if it should be so: cp {tmp_path}/story.txt {STORY}"


async def tell(world: World, signs: Sequence[Sign]) -> str:
    """Every row of the tables, by its names, and what the engine told of itself."""
    known = await world.rows(
        "SELECT id, slug AS name FROM clients UNION SELECT id, name FROM sources"
        " UNION SELECT id, key FROM issues"
    )
    names = {str(row["id"]): row["name"] for row in known}
    parts = [sorted(await lines_of(world, table, names)) for table in TABLES]
    parts.append(sorted({line_of(one) for one in signs}))
    return "\n".join("".join(part) for part in parts)


def line_of(sign: Sign) -> str:
    shown = {name: str(value) for name, value in asdict(sign).items()}
    return f"{type(sign).__name__} {mask(' '.join(words(shown)), {})}\n"


async def lines_of(world: World, table: str, names: dict[str, str]) -> list[str]:
    rows = await world.rows(f"SELECT to_jsonb(t) AS row FROM {table} t")  # noqa: S608 - one of TABLES
    return [f"{table} {mask(' '.join(words(row['row'])), names)}\n" for row in rows]


def mask(line: str, names: dict[str, str]) -> str:
    line = IDS.sub(lambda found: names.get(found[0], "…"), line)
    return CHANCE.sub("…", line)


def words(row: dict[str, Any]) -> Iterator[str]:
    """Times first, so that what is told is in order."""
    shown = {name: value for name, value in row.items() if name not in BESIDE and value}
    for name in sorted(shown, key=lambda name: (not name.endswith("_at"), name)):
        yield f"{name}={json.dumps(in_order(shown[name]), ensure_ascii=False)}"


def in_order(value: Any) -> Any:
    """Sets were kept in any order; what is empty says nothing."""
    match value:
        case dict():
            return {name: in_order(it) for name, it in sorted(value.items()) if it}
        case [str(), *_]:
            return sorted(value)
        case list():
            return [in_order(it) for it in value]
        case _:
            return value
