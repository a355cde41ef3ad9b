"""A project of a group that cannot be seen any more: a person has to say what it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pool.database import Database
from sandbox.gitlab.issues import open_issue
from sandbox.gitlab.records import OWNER, Actor
from sync.reconcile import reconcile
from sync.register import register
from tests.sync.conftest import found_catalogue
from tests.sync.stages import BUILDERS, CLIENT, GitLabPlace
from tests.sync.test_moved_away import Town, later, watching
from tests.sync.world import World, Wound, activate, ruleset_text

OPEN = "SELECT code, params FROM attention WHERE resolved_at IS NULL"
GONE = "SELECT key FROM issues WHERE deleted_at IS NOT NULL ORDER BY key"


@pytest.fixture
async def seen(
    database: Database, tmp_path: Path
) -> AsyncIterator[tuple[GitLabPlace, World]]:
    """A group of two projects, of which one can be hidden."""
    clock = Wound()
    place = BUILDERS["gitlab"](clock)
    assert isinstance(place, GitLabPlace)
    group = place.tracker.store.find_group("acme/erp")
    assert group
    bot = next(
        iter(place.project.members.keys() - {it.id for it in place.people.values()})
    )
    group.members[bot] = OWNER
    town = Town(
        place.server,
        clock,
        lambda: {**place.config(), "projects": (), "group": "acme"},
        {},
        lambda: None,
        home="",
        away="",
    )
    with place.server:
        async with watching(town, database) as world:
            await found_catalogue(world, tmp_path)
            await register(world.engine)
            await activate(world.engine, ruleset_text())
            yield place, world


async def test_a_hidden_project_is_a_concern_and_its_issues_stay_until_a_person_says_more(
    seen: tuple[GitLabPlace, World],
) -> None:
    place, world = seen
    store, client = place.tracker.store, Actor(place.people[CLIENT])
    place.raise_issue("stays")
    for title in ("hidden", "hidden too"):
        open_issue(store, place.other, client, {"title": title})
    await later(world, minutes=1)
    members, group = dict(place.other.members), place.other.group
    place.other.members.clear()
    place.other.group = None
    for _ in range(3):
        await later(world, days=1, minutes=2)
    [concern] = await world.rows(OPEN)
    told = {"place": "acme/erp/reports", "source": "acme"}
    assert concern == {"code": "place_hidden", "params": told}
    assert await world.rows(GONE) == []

    done = await reconcile(world.engine, "acme", "Mei", repair=True)
    assert done.remaining == 0
    for _ in range(2):
        await later(world, minutes=2)
    gone = ["acme/erp/reports#1", "acme/erp/reports#2"]
    assert [row["key"] for row in await world.rows(GONE)] == gone

    place.other.members |= members
    place.other.group = group
    await later(world, days=1, minutes=2)
    assert await world.rows(OPEN) == []
