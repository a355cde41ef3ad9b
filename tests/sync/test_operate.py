"""What operators do with writes, deliveries and sources, against a Jira that fails."""

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from pool import quarantine, writes
from pool.states import OutboxState
from pool.writes import SettledError, Write, WriteFilter
from sandbox.faults import Fault
from sandbox.jira.records import Issue
from sync.discard_delivery import discard_delivery
from sync.discard_write import discard_write
from sync.pause import pause
from sync.replay_delivery import replay_delivery
from sync.replay_write import replay_write
from sync.resume import resume
from tests.sync.conftest import SECRET, JiraDesk
from tests.sync.world import World

WISH = "WeChat mini program for approvals"
DEAD = WriteFilter(states=(OutboxState.DEAD,))


def refuse(desk: JiraDesk, path: str, **how: Any) -> None:
    fault = Fault(path_contains=path, **{"status": 400, "times": 1} | how)
    desk.server.call(lambda: desk.tracker.bench.faults.fail_next.append(fault))


async def find(world: World, wanted: WriteFilter = DEAD) -> list[Write]:
    async with world.engine.database.transaction() as connection:
        return list(await writes.find_writes(connection, wanted, None, 50))


async def audited(world: World, action: str) -> list[dict[str, Any]]:
    return await world.rows("SELECT * FROM audit WHERE action = %s", action)


def comments_of(issue: Issue) -> list[str]:
    return [comment.body for comment in issue.comments]


async def test_a_replayed_comment_whose_reply_was_lost_is_not_written_twice(
    world: World, desk: JiraDesk
) -> None:
    refuse(desk, "/comment", method="POST", apply_first=True)
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    [dead] = await find(world)
    assert (dead.field, len(comments_of(made))) == ("comment", 1)
    await replay_write(world.engine, dead.number, "Mei", "their proxy was at fault")
    await world.settle()
    assert await find(world) == []
    assert len(comments_of(made)) == 1
    [entry] = await audited(world, "replay write")
    assert (entry["actor"], entry["cause"]) == ("Mei", "their proxy was at fault")


async def test_a_replayed_write_waits_until_its_issue_was_read(
    world: World, desk: JiraDesk
) -> None:
    refuse(desk, "/issue/", method="PUT")
    desk.raise_issue(WISH)
    await world.settle(polls=True)
    [dead] = await find(world)
    before = desk.server.call(lambda: len(desk.tracker.bench.journal.entries))
    await replay_write(world.engine, dead.number, "Mei")
    await world.settle()
    later = desk.server.call(lambda: desk.tracker.bench.journal.entries[before:])
    methods = [one.method for one in later]
    assert "PUT" in methods
    assert "GET" in methods[: methods.index("PUT")]


async def test_a_discarded_write_is_not_wanted_again_but_another_is(
    world: World, desk: JiraDesk
) -> None:
    refuse(desk, "/issue/", method="PUT")
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    [dead] = await find(world)
    await discard_write(world.engine, dead.number, "Mei", "they do not want labels")
    assert await world.rows("SELECT FROM attention WHERE resolved_at IS NULL") == []
    world.clock.wind(minutes=5)
    desk.edit(made, summary=f"{WISH}, please")
    await world.settle(polls=True)
    assert made.labels == []
    world.clock.wind(minutes=5)
    desk.edit(made, summary="How do I export a fund report?")
    await world.settle(polls=True)
    assert made.labels != []
    assert [entry["cause"] for entry in await audited(world, "discard write")] == [
        "they do not want labels"
    ]


async def test_what_is_sent_or_overtaken_cannot_be_replayed_or_discarded(
    world: World, desk: JiraDesk
) -> None:
    refuse(desk, "/issue/", method="PUT")
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    [dead] = await find(world)
    world.clock.wind(minutes=5)
    desk.edit(made, summary="How do I export a fund report?")
    await world.settle(polls=True)
    [overtaken] = await find(world)
    assert (overtaken.number, overtaken.is_newest) == (dead.number, False)
    with pytest.raises(SettledError):
        await replay_write(world.engine, dead.number, "Mei")
    [sent, *_] = await find(world, WriteFilter(states=(OutboxState.SENT,)))
    for act in (replay_write, discard_write):
        with pytest.raises(SettledError):
            await act(world.engine, sent.number, "Mei", "why not")
        with pytest.raises(LookupError):
            await act(world.engine, 10**9, "Mei", "why not")
        with pytest.raises(ValueError, match="name"):
            await act(world.engine, sent.number, " ", "why not")


async def test_what_an_issue_that_is_gone_was_to_get_is_not_written_any_more(
    world: World, desk: JiraDesk
) -> None:
    refuse(desk, "/issue/", method="PUT")
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    [dead] = await find(world)
    await world.rows("UPDATE issues SET deleted_at = now() RETURNING id")
    with pytest.raises(SettledError):
        await replay_write(world.engine, dead.number, "Mei")
    desk.edit(made, summary=f"{WISH}, please")
    world.clock.wind(minutes=5)
    await world.settle(polls=True)
    await replay_write(world.engine, dead.number, "Mei")
    await world.settle()
    assert made.labels != []


async def test_writes_are_paged_and_filtered(world: World, desk: JiraDesk) -> None:
    first, _ = desk.raise_issue(WISH), desk.raise_issue(WISH)
    await world.settle(polls=True)
    everything = await find(world, WriteFilter())
    async with world.engine.database.transaction() as connection:
        page = await writes.find_writes(connection, WriteFilter(), None, 3)
        rest = await writes.find_writes(connection, WriteFilter(), page[-1].number, 50)
    assert [*page, *rest] == everything
    of_first = await find(world, WriteFilter("acme", first.key))
    assert {one.issue for one in of_first} == {first.key}
    assert await find(world, WriteFilter("nobody")) == []


async def deliver(world: World, body: bytes) -> None:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{world.url}/webhooks/acme",
            content=body,
            headers={"x-hub-signature": f"sha256={signature}"},
        )
    assert answer.status_code == 202


async def deliver_nonsense(world: World, body: bytes) -> UUID:
    await deliver(world, body)
    await world.settle()
    async with world.engine.database.transaction() as connection:
        [found, *_] = await quarantine.find_quarantined(connection)
    return found.id


async def test_a_quarantined_delivery_is_replayed_and_stays_if_still_not_understood(
    world: World,
) -> None:
    delivery = await deliver_nonsense(world, b"{nonsense")
    await replay_delivery(world.engine, delivery, "Mei")
    assert await world.rows("SELECT FROM attention WHERE resolved_at IS NULL") == []
    [row] = await world.rows("SELECT state FROM inbox")
    assert row["state"] == "pending"
    await world.settle()
    [row] = await world.rows("SELECT state FROM inbox")
    assert row["state"] == "quarantined"
    assert await audited(world, "replay delivery")


async def test_a_delivery_without_a_body_has_its_source_read_again(
    world: World,
) -> None:
    delivery = await deliver_nonsense(world, b"{nonsense")
    await world.rows("DELETE FROM inbox_bodies RETURNING inbox_id")
    await world.rows("UPDATE sources SET repoll_at = NULL RETURNING id")
    await replay_delivery(world.engine, delivery, "Mei")
    [row] = await world.rows("SELECT repoll_at FROM sources")
    assert row["repoll_at"] is not None
    [row] = await world.rows("SELECT state FROM inbox")
    assert row["state"] == "ignored"


async def test_a_discarded_delivery_keeps_its_key_and_its_reason(world: World) -> None:
    first = await deliver_nonsense(world, b"{nonsense")
    second = await deliver_nonsense(world, b"{more nonsense")
    await discard_delivery(world.engine, first, "Mei", "a test of theirs")
    assert await world.rows("SELECT FROM attention WHERE resolved_at IS NULL") != []
    await discard_delivery(world.engine, second, "Mei", "a test of theirs")
    assert await world.rows("SELECT FROM attention WHERE resolved_at IS NULL") == []
    rows = await world.rows("SELECT state, outcome FROM inbox")
    assert {row["state"] for row in rows} == {"ignored"}
    assert {row["outcome"]["because"] for row in rows} == {"a test of theirs"}
    with pytest.raises(LookupError):
        await discard_delivery(world.engine, first, "Mei", "twice")


async def test_a_paused_source_keeps_its_webhooks_and_catches_up(
    world: World, desk: JiraDesk
) -> None:
    await world.settle(polls=True)
    await pause(world.engine, "acme", "Mei", "their Jira is being upgraded")
    before = desk.server.call(lambda: len(desk.tracker.bench.journal.entries))
    made = desk.raise_issue(WISH)
    issue = {"id": made.id, "key": made.key}
    body = {"webhookEvent": "jira:issue_created", "issue": issue}
    await deliver(world, json.dumps(body).encode())
    world.clock.wind(hours=1)
    assert {one.verb for one in await world.settle(polls=True)} == {"ingest"}
    assert desk.server.call(lambda: len(desk.tracker.bench.journal.entries)) == before
    [row] = await world.rows("SELECT state FROM inbox")
    assert row["state"] == "pending"
    done = await resume(world.engine, "acme", "Mei")
    assert done.was_paused
    await world.settle(polls=True)
    assert "pool-scope::out-of-contract" in made.labels
    assert [entry["cause"] for entry in await audited(world, "pause")] == [
        "their Jira is being upgraded"
    ]
    with pytest.raises(LookupError):
        await resume(world.engine, "acme", "Mei")
