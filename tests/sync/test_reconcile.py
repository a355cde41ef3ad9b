"""The pool and a tracker are compared, and what differs is put right."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from model.changes import Base
from model.issues import Comment, Visibility
from model.signs import Decided, Sign
from pool import reconciliations, sources
from pool.database import Database
from pool.due import Due
from pool.reconciliations import Example, Reconciliation
from sandbox.faults import Fault
from sandbox.jira import talk
from sandbox.jira.records import Issue
from sync.differ import differ
from sync.pause import pause
from sync.reconcile import reconcile
from tests.sync.conftest import JiraDesk
from tests.sync.stages import CLIENT, open_stage
from tests.sync.test_plan import snapshot, stored
from tests.sync.world import START, World

WISH = "WeChat mini program for approvals"


@pytest.fixture
async def mirrored(world: World, desk: JiraDesk) -> list[Issue]:
    made = [desk.raise_issue(f"{WISH} {number}") for number in range(4)]
    store = desk.tracker.store
    for issue in made:
        say = partial(talk.add_comment, store, desk.client, issue)
        desk.server.call(partial(say, f"Please look at {issue.key}"))
    await world.settle(polls=True)
    world.clock.wind(minutes=30)
    await world.settle(polls=True)
    return made


def counts(done: Reconciliation) -> dict[str, tuple[int, int]]:
    return {kind: (it.count, it.repaired) for kind, it in done.found.items()}


def test_each_difference_is_told_from_both_sides() -> None:
    """Of what was ours only what nobody took away on purpose; comments where told."""

    def comment(tracker_id: str, body: str) -> Comment:
        return Comment(tracker_id, None, body, Visibility.PUBLIC, START, START)

    known = [comment("1", "first"), comment("2", "second"), comment("3", "third")]
    held = stored(snapshot(labels=frozenset({"ui", "pool::a"})), read=1)
    base = Base(labels=frozenset({"pool::b", "pool::a"}), comment_id="9")
    seen = snapshot(
        title="Export!",
        labels=frozenset({"urgent"}),
        comments=(comment("1", "first"), comment("2", "other"), comment("4", "new")),
        updated_at=START + timedelta(days=1),
    )
    told = [
        ("title", "Export", "Export!"),
        ("labels", "ui", "urgent"),
        ("comment", "second", "other"),
        ("comment", "third", ""),
        ("comment", "", "new"),
        ("ours:labels", "pool::a, pool::b", ""),
        ("ours:comment", "9", ""),
    ]
    assert list(differ(replace(held, base=base), known, seen)) == told
    kept = replace(base, kept={"labels": "urgent"})
    alone = replace(seen, comments=None)
    assert list(differ(replace(held, base=kept), known, alone)) == told[:2]


async def spoil(world: World, statement: str, *values: Any) -> None:
    assert await world.rows(f"{statement} RETURNING 1", *values)


@pytest.mark.parametrize("kind", ["jira-dc", "jira-cloud", "gitlab"])
async def test_a_pool_that_is_right_has_no_differences(
    kind: str, database: Database, tmp_path: Path
) -> None:
    async with open_stage(kind, database, tmp_path) as stage:
        for number in range(3):
            key = await stage.mirror(f"{WISH} {number}")
            stage.say(key, f"See *this* and {key}.", CLIENT)
        stage.world.clock.wind(minutes=30)
        await stage.settle()
        done = await reconcile(stage.world.engine, "acme", "Mei", repair=True)
        assert (done.compared, done.remaining, counts(done)) == (3, 0, {})
        assert done.ended_at is not None
        [entry] = await stage.rows("SELECT * FROM audit WHERE action = 'reconcile'")
        assert entry["after"] == {"compared": 3, "remaining": 0, "found": {}}


async def test_every_kind_of_difference_is_reported_and_repaired(
    world: World, desk: JiraDesk, mirrored: list[Issue]
) -> None:
    first, second, third, fourth = mirrored
    await spoil(
        world,
        "UPDATE issues SET content = jsonb_set(content, '{title}', '\"lost\"')"
        " WHERE key = %s",
        first.key,
    )
    await spoil(
        world,
        "UPDATE comments SET body = 'changed' WHERE body LIKE %s",
        f"%{first.key}%",
    )
    await spoil(
        world,
        "UPDATE issues SET deleted_at = now() WHERE key = %s",
        second.key,
    )
    desk.server.call(third.labels.clear)
    desk.server.call(third.comments.pop)
    await spoil(
        world,
        "UPDATE issues SET tracker_id = '424242',"
        " content = jsonb_set(content, '{ref,tracker_id}', '\"424242\"')"
        " WHERE key = %s",
        fourth.key,
    )
    found = await reconcile(world.engine, "acme", "Mei")
    expected = {
        "title": 1,
        "comment": 2,
        "ours:labels": 1,
        "ours:comment": 1,
        "not_in_pool": 2,
        "not_in_tracker": 1,
    }
    assert {kind: it.count for kind, it in found.found.items()} == expected
    assert found.remaining == sum(expected.values())
    told = {kind: it.examples[0] for kind, it in found.found.items()}
    assert (told["title"].issue, told["title"].pool) == (first.key, "lost")
    assert (told["not_in_tracker"], told["not_in_pool"]) == (
        Example(fourth.key, fourth.summary, ""),
        Example(second.key, "", second.summary),
    )
    assert (await world.issue(first.key))["title"] != "lost"  # the column was whole

    done, again = await repair(world)
    assert counts(done) == {kind: (n, n) for kind, n in expected.items()}
    assert again == {third.id}, "what is theirs was absorbed, as a poll does"
    await world.settle()
    world.clock.wind(minutes=2)
    await world.settle()
    assert "pool-scope::out-of-contract" in third.labels
    assert any(one.author == desk.bot for one in third.comments)
    mended = await reconcile(world.engine, "acme", "Mei")
    assert counts(mended) == {}


async def repair(world: World) -> tuple[Reconciliation, set[str]]:
    """With the issues that were decided on for it."""
    signs = list[Sign]()
    watched = replace(world.engine, tell=signs.append)
    world.woken.clear()
    done = await reconcile(watched, "acme", "Mei", repair=True)
    assert done.remaining == 0
    assert world.woken[-2:] == [Due("fetch", "acme"), Due("deliver", "acme")]
    decided = [it for it in signs if isinstance(it, Decided)]
    return done, {it.issue for it in decided if it.cause == "reconcile"}


async def test_what_changed_since_the_last_poll_is_no_difference(
    world: World, desk: JiraDesk, mirrored: list[Issue]
) -> None:
    desk.edit(mirrored[0], summary="Something else")
    desk.raise_issue(WISH)
    done = await reconcile(world.engine, "acme", "Mei")
    assert (counts(done), done.underway) == ({}, 2)
    [entry] = await world.rows("SELECT * FROM audit WHERE action = 'reconcile'")
    assert (entry["actor"], entry["subject"], entry["cause"]) == (
        *("Mei", "source acme", ""),
    )


async def test_older_issues_are_left_out_on_request(
    world: World, desk: JiraDesk, mirrored: list[Issue]
) -> None:
    world.clock.wind(days=1)
    desk.edit(mirrored[0], summary="Something else")
    await world.settle(polls=True)
    since = world.clock()
    asked = desk.tracker.bench.journal.total
    done = await reconcile(world.engine, "acme", "Mei", since=since)
    entries = desk.tracker.bench.journal.since(asked)
    searches = [unquote_plus(it.query) for it in entries if it.path.endswith("/search")]
    assert searches
    assert all("updated >=" in query for query in searches)
    assert done.compared == 1


async def test_an_interrupted_one_goes_on_where_it_was(
    world: World, desk: JiraDesk, mirrored: list[Issue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.reconcile._BATCH", 1)
    await spoil(
        world, "UPDATE issues SET content = jsonb_set(content, '{url}', '\"x\"')"
    )
    fetch = world.engine.sources["acme"].connector.fetch
    asked = list[str]()

    async def fail_at_third(ids: list[str]) -> Any:
        asked.extend(ids)
        if len(asked) == 3:
            fault = Fault(status=503, times=1)
            bench = desk.tracker.bench
            desk.server.call(lambda: bench.faults.fail_next.append(fault))
        return await fetch(ids)

    monkeypatch.setattr(world.engine.sources["acme"].connector, "fetch", fail_at_third)
    first = await reconcile(world.engine, "acme", "Mei")
    assert (first.ended_at, first.compared, first.remaining) == (None, 2, 2)
    still = await reconcile(world.engine, "acme", "Mei")
    assert (still.id, still.ended_at) == (first.id, None), "told to wait"
    world.clock.wind(minutes=1)
    done = await reconcile(world.engine, "acme", "Mei")
    assert (done.id, done.compared, done.remaining) == (first.id, 4, 4)
    assert len(asked) == len(mirrored) + 1


@pytest.mark.usefixtures("mirrored")
async def test_a_paused_source_is_not_asked(world: World) -> None:
    await pause(world.engine, "acme", "Mei")
    done = await reconcile(world.engine, "acme", "Mei")
    assert (done.ended_at, done.compared) == (None, 0)
    async with world.engine.database.transaction() as connection:
        row = await sources.find(connection, "acme")
        assert row
        await reconciliations.drop_open(connection, row.id, world.clock())
        assert await reconciliations.find_open(connection, row.id) is None
    with pytest.raises(LookupError):
        await reconcile(world.engine, "nobody", "Mei")
