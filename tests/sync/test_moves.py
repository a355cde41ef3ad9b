"""Issues that move within GitLab, and issues that are gone."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.plugins import get_connector
from model.decisions import Section
from pool.database import Database
from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.issues import delete_issue, move_issue, open_issue, update_issue
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import MAINTAINER, REPORTER, Actor, Issue, Project, User
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.server import SandboxServer
from sync.overrule import overrule
from sync.reconcile import reconcile
from sync.register import register
from sync.sweep import sweep
from tests.sync.conftest import SECRET, TOKEN, found_catalogue
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

CANARY = "CANARY-price-floor-4711"


@dataclass
class GitLabDesk:
    tracker: GitLabTracker
    server: SandboxServer
    home: Project
    away: Project
    client: User

    def raise_issue(self, title: str) -> Issue:
        edit: IssueEdit = {"title": title}
        actor = Actor(self.client)
        return self.server.call(
            lambda: open_issue(self.tracker.store, self.home, actor, edit)
        )

    def move(self, issue: Issue) -> Issue:
        actor = Actor(self.client)
        self.server.call(
            lambda: move_issue(self.tracker.store, issue, self.away, actor)
        )
        assert issue.moved_to
        return issue.moved_to

    def reopen(self, issue: Issue) -> None:
        edit: IssueEdit = {"state_event": "reopen"}
        actor = Actor(self.client)
        self.server.call(lambda: update_issue(self.tracker.store, issue, actor, edit))

    def delete(self, issue: Issue) -> None:
        self.server.call(lambda: delete_issue(self.tracker.store, issue))

    def note(self, issue: Issue, text: str, *, internal: bool) -> None:
        comment, actor = Comment(text, internal), Actor(self.client)
        self.server.call(lambda: write_note(self.tracker.store, issue, actor, comment))

    @property
    def writes(self) -> int:
        return self.tracker.bench.journal.writes


@pytest.fixture
def desk(clock: Wound) -> Iterator[GitLabDesk]:
    tracker = GitLabTracker(clock)
    store = tracker.store
    home, away = (
        store.add_project("acme/finance", "F"),
        store.add_project("acme/erp", "E"),
    )
    client = store.add_user("wang.li", "Wang Li")
    bot = store.add_bot(home, TOKEN)
    for project in (home, away):
        project.members |= {client.id: REPORTER, bot.id: MAINTAINER}
    with SandboxServer({"gitlab": tracker}) as server:
        yield GitLabDesk(tracker, server, home, away, client)


@pytest.fixture(params=[("acme/finance", "acme/erp"), ("acme/erp", "acme/finance")])
async def world(
    request: pytest.FixtureRequest,
    database: Database,
    desk: GitLabDesk,
    clock: Wound,
    tmp_path: Path,
) -> AsyncIterator[World]:
    """Both projects in one source, so that either is read first."""
    config = get_connector("gitlab").Config.model_validate(
        {
            "kind": "gitlab",
            "project": "acme-finance",
            "base_url": desk.tracker.base_url,
            "projects": request.param,
            "token": TOKEN,
            "webhook_secrets": (SECRET,),
        }
    )
    async with open_world(database, {"acme": config}, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        yield world


async def pin(world: World, requirement: UUID) -> None:
    await overrule(
        world.engine, requirement, Section.SCOPE, "in_contract", "agreed", "Mei"
    )
    await world.settle()


async def later(world: World) -> None:
    world.clock.wind(minutes=2)
    await world.settle(polls=True)


async def test_d15_a_moved_issue_keeps_its_requirement_and_makes_no_twin(
    world: World, desk: GitLabDesk
) -> None:
    made = desk.raise_issue("WeChat mini program for approvals")
    await world.settle(polls=True)
    before = await world.issue("acme/finance#1")
    requirement = (await world.rows("SELECT id FROM requirements"))[0]["id"]
    await pin(world, requirement)
    world.clock.wind(minutes=10)
    desk.move(made)
    await later(world)
    await later(world)
    old, new = await world.issue("acme/finance#1"), await world.issue("acme/erp#1")
    assert old["deleted_at"]
    assert new["deleted_at"] is None
    assert new["requirement"] == old["requirement"] == before["requirement"]
    assert new["scope"] == "in_contract"
    standing = await world.rows("SELECT id FROM requirements WHERE merged_into IS NULL")
    assert len(standing) == 1


async def test_the_old_issue_is_not_written_to_after_the_move(
    world: World, desk: GitLabDesk
) -> None:
    made = desk.raise_issue("WeChat mini program for approvals")
    await world.settle(polls=True)
    world.clock.wind(minutes=10)
    desk.move(made)
    before, labels = made.updated_at, list(made.labels)
    for _ in range(3):
        await later(world)
    assert (made.updated_at, made.labels) == (before, labels)
    writes = desk.writes
    await later(world)
    assert desk.writes == writes


async def test_d15_what_went_into_a_deleted_issue_is_gone_until_it_is_reopened(
    world: World, desk: GitLabDesk
) -> None:
    """GitLab forgets the move: what is left looks closed, as if it was delivered."""
    made = desk.raise_issue("WeChat mini program for approvals")
    await world.settle(polls=True)
    world.clock.wind(minutes=10)
    new = desk.move(made)
    await later(world)
    before = await told(world)
    requirement = before["acme/finance#1"]["requirement"]
    await pin(world, requirement)
    desk.delete(new)
    world.clock.wind(days=1)
    await later(world)
    await later(world)
    assert all(one["gone"] for one in (await told(world)).values())

    assert (await reconcile(world.engine, "acme", "Mei", repair=True)).found == {}
    desk.note(made, "why was this closed?", internal=False)
    await later(world)
    assert all(one["gone"] for one in (await told(world)).values())

    desk.reopen(made)
    await later(world)
    after = await told(world)
    state = {"requirement": requirement, "state": before["acme/erp#1"]["state"]}
    assert after["acme/erp#1"].items() >= {**state, "gone": True}.items()
    old = {**state, "gone": False, "scope": "in_contract"}
    assert after["acme/finance#1"] == old


async def told(world: World) -> dict[str, dict[str, Any]]:
    """What is said of each issue and its requirement."""
    rows = await world.rows(
        "SELECT i.key, i.deleted_at IS NOT NULL AS gone, i.scope, q.state,"
        " q.id AS requirement FROM issues i JOIN requirement_issues l"
        " ON l.issue_id = i.id AND l.unlinked_at IS NULL"
        " JOIN requirements q ON q.id = l.requirement_id"
    )
    return {row.pop("key"): row for row in rows}


async def test_c8_a_deletion_is_found_by_the_sweep_and_confirmed_by_a_second_look(
    world: World, desk: GitLabDesk
) -> None:
    made, kept = desk.raise_issue("gone"), desk.raise_issue("kept")
    await world.settle(polls=True)
    desk.delete(made)
    world.clock.wind(days=1, minutes=1)
    await world.settle()
    assert (await world.issue("acme/finance#1"))["deleted_at"] is None
    world.clock.wind(minutes=2)
    await world.settle()
    assert (await world.issue("acme/finance#1"))["deleted_at"]
    assert (await world.issue(f"acme/finance#{kept.iid}"))["deleted_at"] is None


async def test_a_round_of_the_sweep_takes_one_request_for_a_hundred_issues(
    world: World, desk: GitLabDesk
) -> None:
    for number in range(8):
        desk.raise_issue(f"issue {number}")
    await world.settle(polls=True)
    await sweep(world.engine, "acme")
    before = desk.tracker.bench.journal.total
    await sweep(world.engine, "acme")
    assert desk.tracker.bench.journal.total - before == 1


async def test_lost_permission_deletes_nothing(world: World, desk: GitLabDesk) -> None:
    for number in range(8):
        desk.raise_issue(f"issue {number}")
    await world.settle(polls=True)
    desk.home.members.clear()
    for _ in range(4):
        world.clock.wind(days=1, minutes=1)
        await world.settle()
    assert not await world.rows("SELECT id FROM issues WHERE deleted_at IS NOT NULL")


async def test_most_issues_missing_at_once_is_for_a_person(
    world: World, desk: GitLabDesk
) -> None:
    made = [desk.raise_issue(f"issue {number}") for number in range(8)]
    await world.settle(polls=True)
    for issue in made[:7]:
        desk.delete(issue)
    world.clock.wind(days=1, minutes=1)
    await world.settle()
    world.clock.wind(minutes=2)
    await world.settle()
    assert not await world.rows("SELECT id FROM issues WHERE deleted_at IS NOT NULL")
    concerns = await world.rows("SELECT code FROM attention WHERE resolved_at IS NULL")
    assert "many_issues_missing" in {row["code"] for row in concerns}


async def test_a10_what_is_said_internally_never_leaves_again(
    world: World, desk: GitLabDesk
) -> None:
    made = desk.raise_issue("WeChat mini program for approvals")
    desk.note(made, f"do not go below {CANARY}", internal=True)
    await world.settle(polls=True)
    await later(world)
    comments = await world.rows("SELECT visibility, body FROM comments")
    kept = [row["visibility"] for row in comments if CANARY in row["body"]]
    assert kept == ["internal"]
    wanted = await world.rows("SELECT change::text AS change FROM outbox")
    assert wanted
    assert not [row for row in wanted if CANARY in row["change"]]
    assert sum(CANARY in note.body for note in made.notes) == 1
