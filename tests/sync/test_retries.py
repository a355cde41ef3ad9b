"""Nothing before Retry-After, twelve attempts at most, and then a dead letter."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest

from model.signs import Observed, Sign, Written
from pool import outbox, sources
from pool.due import Due
from sandbox.clock import utc_now
from sandbox.faults import Fault
from sync.absorb import Absorbed, Cause
from sync.deliver import deliver
from sync.fetch import fetch
from sync.poll import poll
from sync.trouble import MOST_ATTEMPTS
from tests.sync.conftest import JiraDesk
from tests.sync.world import World

WISH = "WeChat mini program for approvals"


def fail(desk: JiraDesk, path: str, times: int = 10_000, **how: Any) -> None:
    fault = Fault(path_contains=path, times=times, **how)
    desk.server.call(lambda: desk.tracker.bench.faults.fail_next.append(fault))


def sent(desk: JiraDesk, method: str = "", path: str = "") -> int:
    entries = desk.server.call(lambda: list(desk.tracker.bench.journal.entries))
    return sum(method in {"", it.method} and path in it.path for it in entries)


async def wait_for_one(world: World, desk: JiraDesk) -> None:
    """An issue whose labels and comment wait to be written."""
    desk.raise_issue(WISH)
    await poll(world.engine, "acme")


async def test_a_write_is_tried_twelve_times_and_then_waits_for_a_person(
    world: World, desk: JiraDesk
) -> None:
    fail(desk, "/comment", method="POST", status=503)
    await wait_for_one(world, desk)
    waits = list[timedelta]()
    for _ in range(MOST_ATTEMPTS + 5):
        await world.settle(polls=True)
        [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
        waits.append(row["not_before"] - world.clock())
        world.clock.wind(minutes=20)
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert (row["state"], row["attempts"]) == ("dead", MOST_ATTEMPTS)
    assert sent(desk, "POST", "/comment") == MOST_ATTEMPTS
    later = waits[: MOST_ATTEMPTS - 1]
    assert all(last < then for last, then in pairwise(later[:9]))
    assert max(later) <= timedelta(minutes=10) * 1.3
    [concern] = await world.rows("SELECT * FROM attention WHERE resolved_at IS NULL")
    assert concern["code"] == "unavailable"
    world.clock.wind(days=60)
    await world.settle(polls=True)
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert row["state"] == "dead"


@pytest.mark.parametrize(
    ("form", "early_seconds"), [("seconds", 2), ("date", 100)], ids=["seconds", "date"]
)
async def test_nothing_at_all_is_sent_before_the_tracker_said(
    world: World, desk: JiraDesk, form: str, early_seconds: int
) -> None:
    """A date is told by the tracker's own clock, which goes on until it answers."""
    await wait_for_one(world, desk)
    until = format_datetime(utc_now() + timedelta(seconds=3000), usegmt=True)
    asked = {"Retry-After": "3000" if form == "seconds" else until}
    fail(desk, "/issue/", 1, method="PUT", status=429, headers=asked)
    await deliver(world.engine, "acme")
    before = sent(desk)
    world.clock.wind(seconds=3000 - early_seconds)
    await world.settle(polls=True)
    assert sent(desk) == before
    world.clock.wind(seconds=early_seconds + 3)
    for verb, amiss in ((fetch, 1), (deliver, 0)):
        await verb(world.engine, "acme")
        told = await world.rows("SELECT FROM sources WHERE last_error IS NOT NULL")
        assert len(told) == amiss
    assert sent(desk) > before
    await world.settle(polls=True)
    assert await world.rows("SELECT FROM outbox WHERE state <> 'sent'") == []


async def test_a_failure_elsewhere_does_not_shorten_the_wait(world: World) -> None:
    async with world.engine.database.transaction() as connection:
        row = await sources.find(connection, "acme")
        assert row
        far, near = (world.clock() + timedelta(minutes=it) for it in (10, 1))
        await sources.note_error(connection, row.id, {"code": "rate_limited"}, far)
        await sources.note_error(connection, row.id, {"code": "unavailable"}, near)
        kept = await sources.find(connection, "acme")
    assert kept
    assert kept.not_before == far


async def test_a_write_on_which_the_process_dies_each_time_is_given_up_too(
    world: World, desk: JiraDesk
) -> None:
    await wait_for_one(world, desk)
    lease = timedelta(seconds=120)
    async with world.engine.database.transaction() as connection:
        row = await sources.find(connection, "acme")
    assert row
    for _ in range(MOST_ATTEMPTS):
        async with world.engine.database.transaction() as connection:
            now = world.clock()
            assert await outbox.claim(connection, row.id, now, lease, 50)
        world.clock.wind(minutes=3)
        fail(desk, "/", 10_000, status=429, headers={"Retry-After": "1"})
        await deliver(world.engine, "acme")
        desk.server.call(desk.tracker.bench.faults.clear)
        await world.rows("DELETE FROM fetches RETURNING tracker_id")
        world.clock.wind(minutes=20)
    states = await world.rows("SELECT state, attempts FROM outbox")
    assert {(row["state"], row["attempts"]) for row in states} == {
        ("dead", MOST_ATTEMPTS)
    }


async def test_a_limit_of_the_tracker_uses_up_no_attempt(
    world: World, desk: JiraDesk
) -> None:
    limit = {"Retry-After": "60"}
    fail(desk, "/comment", method="POST", status=429, headers=limit)
    await wait_for_one(world, desk)
    for _ in range(MOST_ATTEMPTS + 3):
        await world.settle(polls=True)
        world.clock.wind(minutes=20)
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert sent(desk, "POST", "/comment") > MOST_ATTEMPTS
    world.clock.wind(days=1)
    await world.settle(polls=True)
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert row["attempts"] == 1
    desk.server.call(desk.tracker.bench.faults.clear)
    world.clock.wind(minutes=20)
    await world.settle(polls=True)
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert row["state"] == "sent"


async def test_what_we_wrote_is_read_back_as_such(world: World, desk: JiraDesk) -> None:
    told = list[Sign]()
    engine = replace(world.engine, tell=told.append)
    await wait_for_one(world, desk)
    await deliver(engine, "acme")
    await fetch(engine, "acme")
    causes = [sign.cause for sign in told if isinstance(sign, Observed)]
    assert causes == [Cause.READ_BACK]


async def test_what_was_written_before_its_receipt_is_looked_at_after_it(
    world: World, desk: JiraDesk
) -> None:
    """What was decided meanwhile did not know that the comment is ours."""
    fail(desk, "/comment", 1, method="POST", status=0, apply_first=True)
    await wait_for_one(world, desk)
    await deliver(world.engine, "acme")
    await fetch(world.engine, "acme")
    world.clock.wind(minutes=20)
    assert await deliver(world.engine, "acme") == 1
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert (row["state"], row["receipt"]["written"]) == ("sent", False)
    assert await world.rows("SELECT cause FROM fetches") == [{"cause": "read_back"}]
    assert sent(desk, "POST", "/comment") == 1


async def test_a_write_that_may_have_had_its_effect_is_told_and_its_issue_read(
    world: World, desk: JiraDesk
) -> None:
    told = list[Sign]()
    engine = replace(world.engine, tell=told.append)
    fail(desk, "/comment", 1, method="POST", status=503)
    made = desk.raise_issue(WISH)
    assert await poll(engine, "acme") == Absorbed(new=1, writes=2)
    world.woken.clear()
    assert await deliver(engine, "acme") == 1
    assert world.woken == [Due("fetch", "acme")]
    writes = [it for it in told if isinstance(it, Written)]
    assert {
        (it.source, it.issue, it.field, it.outcome, it.reason) for it in writes
    } == {
        ("acme", made.id, "labels", "written", ""),
        ("acme", made.id, "comment", "postponed", "unavailable"),
    }
    [row] = await world.rows("SELECT * FROM outbox WHERE field = 'comment'")
    assert (row["state"], row["attempts"], row["error"]["code"]) == (
        *("pending", 1, "unavailable"),
    )
    assert row["not_before"] > world.clock()
    [entry] = await world.rows("SELECT * FROM audit WHERE action = 'write comment'")
    assert entry["after"] == {
        "decision": str(row["decision_id"]),
        "change": row["change"],
        "outcome": "unknown",
    }
    assert (entry["actor"], entry["subject"]) == ("reqpool", f"acme:{made.id}")
    [issue] = await world.rows("SELECT write_read > read AS is_later FROM issues")
    assert issue["is_later"], "what was asked for before shows no write"
