"""An issue is mirrored, decided on and answered in its own tracker."""

import asyncio
from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from sync.deliver import deliver
from tests.plain import PLAIN
from tests.sync.conftest import SECRET, JiraDesk
from tests.sync.world import VERBS, World


async def register_hook(desk: JiraDesk, world: World) -> None:
    answer = await asyncio.to_thread(
        httpx.post,
        f"{desk.url}/rest/jira-webhook/1.0/webhooks",
        headers={"Authorization": "Bearer demo-token-test"},
        json={
            "name": "reqpool",
            "url": f"{world.url}/webhooks/acme",
            "events": ["jira:issue_created", "jira:issue_updated", "comment_created"],
            "configuration": {"SECRET": SECRET},
        },
        trust_env=False,
        verify=PLAIN,
    )
    assert answer.status_code == 201, answer.text


def writes(desk: JiraDesk) -> int:
    answer = httpx.get(f"{desk.url}/_sandbox/journal", trust_env=False, verify=PLAIN)
    return int(answer.json()["writes"])


async def test_a_poll_mirrors_decides_and_answers(world: World, desk: JiraDesk) -> None:
    made = desk.raise_issue(
        "Please build a WeChat mini program for approvals",
        description="Our managers want to approve on their phones.",
    )
    ran = await world.settle(polls=True)
    assert {one.verb for one in ran} >= {"poll", "deliver", "fetch"}
    issue = await world.issue(made.key)
    assert issue["kind"] == "requirement"
    assert issue["scope"] == "out_of_contract"
    assert "pool-scope::out-of-contract" in made.labels
    [comment] = made.comments
    assert "outside the contract" in comment.body


async def test_a_second_run_writes_nothing(world: World, desk: JiraDesk) -> None:
    desk.raise_issue("Export the fund report to Excel")
    await world.settle(polls=True)
    before = writes(desk)
    assert before > 0
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    assert writes(desk) == before


@pytest.mark.parametrize(("seconds", "times"), [(0, 1), (1, 2)])
async def test_what_a_quick_tracker_answers_is_kept_together(
    world: World, desk: JiraDesk, seconds: int, times: int
) -> None:
    """And what a slow one answers at once."""

    def clock() -> datetime:
        world.clock.wind(seconds=seconds)
        return world.clock()

    for title in ("A mobile app for approvals", "A mobile app for claims"):
        desk.raise_issue(title)
    await VERBS["poll"](world.engine, "acme")
    await deliver(replace(world.engine, clock=clock), "acme")
    rows = await world.rows("SELECT write_read, base FROM issues")
    assert [bool(row["base"]["comment_id"]) for row in rows] == [True, True]
    assert all(row["base"]["labels"] for row in rows)
    assert len({row["write_read"] for row in rows}) == times


async def test_a_webhook_alone_brings_an_issue_in(world: World, desk: JiraDesk) -> None:
    await register_hook(desk, world)
    made = desk.raise_issue("How do I export the fund report?")
    await desk.quiet()
    await world.settle()
    issue = await world.issue(made.key)
    assert issue["kind"] == "question"


async def test_a11_our_own_webhooks_cause_no_write(
    world: World, desk: JiraDesk
) -> None:
    await register_hook(desk, world)
    desk.raise_issue("Export the fund report to Excel")
    await desk.quiet()
    await world.settle()
    before = writes(desk)
    assert before > 0
    await desk.quiet()
    await world.settle()
    await desk.quiet()
    await world.settle()
    assert writes(desk) == before
    settled = await world.rows("SELECT state FROM inbox")
    assert {row["state"] for row in settled} <= {"applied", "ignored"}
