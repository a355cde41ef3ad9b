"""Issues that go where their source does not look: let go, and found again."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.plugins import get_connector
from pool.database import Database
from sandbox.github.tracker import GitHubTracker
from sandbox.gitlab.issues import move_issue
from sandbox.gitlab.records import Actor
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sandbox.server import SandboxServer
from sync.register import register
from tests.sync.conftest import SECRET, TOKEN, found_catalogue
from tests.sync.stages import BUILDERS, CLIENT, GitLabPlace, JiraPlace
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

TITLE = "WeChat mini program for approvals"


@dataclass
class Town:
    """A tracker with a place that is configured, and one that is not."""

    server: SandboxServer
    clock: Wound
    config: Callable[[], Mapping[str, Any]]
    wider: Mapping[str, Any]
    move_out: Callable[[], None]
    home: str
    away: str
    move_back: Callable[[], None] | None = None


def build_jira(clock: Wound, kind: str) -> Town:
    place = BUILDERS[kind](clock)
    assert isinstance(place, JiraPlace)
    desk = place.desk
    site, store = desk.tracker.site, desk.tracker.store
    workflow = demo_workflow(EN_STATUSES, resolve=False)
    site.add_project("OPS", "Operations", desk.client, workflow, [])
    issue = desk.raise_issue(TITLE)

    def move(key: str) -> None:
        project = site.projects[key]
        place.server.call(lambda: store.move_issue(desk.client, issue, project))

    return Town(
        server=place.server,
        clock=clock,
        config=place.config,
        wider={"project_keys": ("FIN", "OPS")},
        move_out=lambda: move("OPS"),
        home="FIN-1",
        away="OPS-1",
        move_back=lambda: move("FIN"),
    )


def build_gitlab(clock: Wound, _: str) -> Town:
    place = BUILDERS["gitlab"](clock)
    assert isinstance(place, GitLabPlace)
    home = place.raise_issue(TITLE)

    def move_out() -> None:
        issue, actor = place.project.issues[1], Actor(place.people[CLIENT])
        store = place.tracker.store
        place.server.call(lambda: move_issue(store, issue, place.other, actor))

    return Town(
        server=place.server,
        clock=clock,
        config=lambda: {**place.config(), "projects": (place.project.id,)},
        wider={"projects": (place.project.id, place.other.id)},
        move_out=move_out,
        home=home,
        away="acme/erp/reports#1",
    )


def build_github(clock: Wound, _: str) -> Town:
    tracker = GitHubTracker(clock)
    store, server = tracker.store, SandboxServer({"github": tracker})
    repositories = [store.add_repository(f"acme/{name}") for name in ("erp", "ops")]
    client, bot = store.add_user("wang-li"), store.add_user("reqpool", bot=True)
    for one in repositories:
        one.members |= {client.id: "read", bot.id: "admin"}
    store.add_token(TOKEN, bot)
    issue = store.open_issue(repositories[0], client, {"title": TITLE})

    def move_out() -> None:
        server.call(lambda: store.transfer_issue(issue, repositories[1], client))

    def config() -> Mapping[str, Any]:
        return {
            "kind": "github",
            "base_url": f"{server.urls['github']}/api/v3",
            "repositories": ("acme/erp",),
            "token": TOKEN,
        }

    return Town(
        server=server,
        clock=clock,
        config=config,
        wider={"repositories": ("acme/erp", "acme/ops")},
        move_out=move_out,
        home="acme/erp#1",
        away="acme/ops#1",
    )


TOWNS: Mapping[str, Callable[[Wound, str], Town]] = {
    "jira-dc": build_jira,
    "jira-cloud": build_jira,
    "gitlab": build_gitlab,
    "github": build_github,
}


@pytest.fixture(params=TOWNS)
async def town(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[tuple[Town, World]]:
    town = TOWNS[request.param](Wound(), request.param)
    with town.server:
        async with watching(town, database) as world:
            await found_catalogue(world, tmp_path)
            await register(world.engine)
            await activate(world.engine, ruleset_text())
            await later(world, minutes=1)
            yield town, world


@asynccontextmanager
async def watching(town: Town, database: Database, **more: Any) -> AsyncIterator[World]:
    common = {"project": "acme-finance", "webhook_secrets": (SECRET,)}
    told = {**town.config(), **common, **more}
    config = get_connector(told["kind"]).Config.model_validate(told)
    async with open_world(database, {"acme": config}, town.clock) as world:
        yield world


async def later(world: World, **span: float) -> None:
    world.clock.wind(**span)
    await world.settle(polls=True)


async def test_what_moved_away_is_told_apart_and_found_again(
    town: tuple[Town, World],
) -> None:
    place, world = town
    before = await world.issue(place.home)
    assert before["scope"] == "out_of_contract"
    place.clock.wind(minutes=2)
    place.move_out()
    await later(world, days=1, minutes=1)
    await later(world, minutes=2)
    gone = await world.issue(place.home)
    assert gone["deleted_at"]
    assert gone["content"]["moved_to"] == place.away
    told = await world.rows("SELECT field, after FROM history WHERE origin = 'tracker'")
    assert {"field": "moved_to", "after": place.away} in told
    assert "deleted" not in {row["field"] for row in told}
    assert not await world.rows("SELECT FROM outbox WHERE state IN ('pending', 'dead')")
    async with watching(place, world.engine.database, **place.wider) as wider:
        await register(wider.engine)
        await later(wider, minutes=2)
        found = await wider.issue(place.away)
    assert found["deleted_at"] is None
    assert found["requirement"] == before["requirement"]
    standing = await world.rows("SELECT id FROM requirements WHERE merged_into IS NULL")
    assert len(standing) == 1


async def test_what_came_back_stands_again(
    town: tuple[Town, World],
) -> None:
    place, world = town
    if place.move_back is None:
        pytest.skip("elsewhere it would be a new issue once more")
    before = await world.issue(place.home)
    place.clock.wind(minutes=2)
    place.move_out()
    await later(world, days=1, minutes=1)
    assert (await world.issue(place.home))["deleted_at"]
    place.clock.wind(minutes=2)
    place.move_back()
    await later(world, minutes=2)
    [row] = await world.rows("SELECT key, deleted_at, number FROM issues")
    assert row["deleted_at"] is None
    assert row["number"] == before["number"]
