"""Pages and API for writes, the quarantine and paused sources."""

from typing import Any

import httpx
import pytest

from app.bootstrap import new_id
from model.deliveries import Delivery
from pool import inbox
from pool.inbox import Arrival
from pool.states import InboxState
from sync.clear import clear
from tests.builders import Town

SIGNED = {"by": "Mei", "reason": "agreed"}
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


@pytest.fixture
async def dead(town: Town) -> int:
    """The number of a write that was given up."""
    await town.raise_issue("微信小程序审批")
    [row] = await town.rows(
        "UPDATE outbox SET state = 'dead', attempts = 12,"
        """ error = '{"code": "server_error", "detail": "token=geheim"}'"""
        " WHERE field = 'labels' RETURNING seq"
    )
    return int(row["seq"])


@pytest.fixture
async def strange(town: Town) -> str:
    """The id of a delivery in quarantine."""
    delivery = Delivery(
        id=new_id(),
        source="huaxin-jira",
        delivery_id="d1",
        headers={"user-agent": "Jira"},
        body=b'{"private_token": "geheim", "x": "<script>alert(1)</script>"}',
        sha256="0" * 64,
        received_at=town.clock(),
    )
    arrival = Arrival(delivery, delivery.body, InboxState.QUARANTINED, "stale")
    async with town.database.transaction() as connection:
        await inbox.keep(connection, [arrival])
    return str(delivery.id)


async def shown(site: httpx.AsyncClient, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return (await site.get(answer.headers["location"])).text


async def state_of(town: Town, number: int) -> str:
    [row] = await town.rows("SELECT state FROM outbox WHERE seq = %s", number)
    return str(row["state"])


async def test_health_leads_to_what_was_given_up_and_shows_no_secret(
    site: httpx.AsyncClient, dead: int
) -> None:
    health = (await site.get("/health")).text
    assert "/outbox?source=huaxin-jira&amp;state=dead" in health
    page = (await site.get("/outbox?source=huaxin-jira&state=dead")).text
    assert f"/outbox/{dead}/replay" in page
    assert "geheim" not in page
    assert "重试" in (await site.get("/outbox?lang=zh", follow_redirects=True)).text


async def test_a_write_is_replayed_from_its_page(
    site: httpx.AsyncClient, town: Town, dead: int
) -> None:
    unsigned = await site.post(f"/outbox/{dead}/replay", data={"by": " "})
    assert "a reason and a name are needed" in await shown(site, unsigned)
    form = {"by": "Mei", "source": "huaxin-jira", "state": "dead"}
    answer = await site.post(f"/outbox/{dead}/replay", data=form)
    assert "source=huaxin-jira&state=dead" in answer.headers["location"]
    assert "dealt with again" in await shown(site, answer)
    assert await state_of(town, dead) == "pending"
    assert ("fetch", "huaxin-jira") in town.woken


async def test_a_write_is_discarded_for_a_reason_only_once(
    site: httpx.AsyncClient, town: Town, dead: int
) -> None:
    path = f"/outbox/{dead}/discard"
    unsigned = await site.post(path, data={"by": "Mei"})
    assert "a reason and a name are needed" in await shown(site, unsigned)
    assert "Discarded." in await shown(site, await site.post(path, data=SIGNED))
    assert await state_of(town, dead) == "discarded"
    again = await shown(site, await site.post(path, data=SIGNED))
    assert "it is settled, being sent, or overtaken" in again


async def test_a_delivery_is_shown_without_its_secret_and_replayed(
    site: httpx.AsyncClient, town: Town, strange: str
) -> None:
    assert strange in (await site.get("/quarantine?because=stale")).text
    letter = (await site.get(f"/quarantine/{strange}")).text
    assert "geheim" not in letter
    assert "<script>alert" not in letter
    answer = await site.post(f"/quarantine/{strange}/replay", data=SIGNED)
    assert "dealt with again" in await shown(site, answer)
    [row] = await town.rows("SELECT state FROM inbox")
    assert row["state"] == "pending"
    assert "The quarantine is empty." in (await site.get("/quarantine")).text


async def test_who_asks_for_a_body_that_age_took_away_is_told_so(
    site: httpx.AsyncClient, town: Town, strange: str
) -> None:
    await site.post(f"/quarantine/{strange}/discard", data=SIGNED)
    assert (await site.get(f"/quarantine/{strange}")).status_code == 200
    town.clock.wind(days=31)
    assert await clear(town.engine) == 1
    gone = await site.get(f"/quarantine/{strange}")
    assert gone.status_code == 410
    assert "its body was dropped by age" in gone.text
    told = await site.post(f"/api/v1/quarantine/{strange}/replay", json=SIGNED)
    assert (told.status_code, told.json()["code"]) == (410, "body_gone")
    assert "reqpool backfill huaxin-jira" in told.json()["detail"]
    page = (await site.get("/health")).text
    assert "Bodies of deliveries dropped by age: 1" in page
    kinds = (await site.get("/api/v1/status")).json()["clearings"]
    assert [(one["what"], one["dropped"]) for one in kinds] == [
        ("bodies", 1),
        ("writes", 0),
    ]
    await site.get("/health?lang=zh")
    assert "按保留期限删除的投递原文：1 份" in (await site.get("/health")).text


async def test_a_source_is_paused_and_resumed_from_the_health_page(
    site: httpx.AsyncClient, town: Town
) -> None:
    path = "/sources/huaxin-jira"
    page = await shown(site, await site.post(f"{path}/pause", data=SIGNED))
    assert "The source is paused." in page
    assert "Paused by Mei," in page
    assert "agreed" in page
    page = await shown(site, await site.post(f"{path}/resume", data=SIGNED))
    assert "The source goes on, and catches up." in page
    assert ("poll", "huaxin-jira") in town.woken


@pytest.mark.parametrize(
    "path", ["/outbox/1/replay", "/outbox/1/discard", "/sources/huaxin-jira/pause"]
)
async def test_pages_of_strangers_cannot_act(
    site: httpx.AsyncClient, path: str
) -> None:
    answer = await site.post(path, data=SIGNED, headers=FOREIGN)
    assert answer.status_code == 403


async def test_programs_can_do_the_same(
    site: httpx.AsyncClient, town: Town, dead: int, strange: str
) -> None:
    async def post(path: str) -> tuple[int, Any]:
        answer = await site.post(f"/api/v1/{path}", json=SIGNED)
        return answer.status_code, answer.json() if answer.content else None

    listed = (await site.get("/api/v1/outbox?state=dead&limit=1")).json()
    assert [one["number"] for one in listed["items"]] == [dead]
    assert listed["next"] == dead
    one = (await site.get(f"/api/v1/outbox/{dead}")).json()
    assert (one["field"], one["attempts"]) == ("labels", 12)
    assert (await post(f"outbox/{dead}/discard"))[0] == 204
    assert (await post(f"outbox/{dead}/discard"))[1]["code"] == "settled"
    assert (await post(f"outbox/{dead}/replay"))[0] == 204
    assert (await post("outbox/999999/replay"))[0] == 404
    kept = (await site.get("/api/v1/quarantine?source=huaxin-jira")).json()
    assert [it["id"] for it in kept["items"]] == [strange]
    assert (await post(f"quarantine/{strange}/discard"))[0] == 204
    assert (await post(f"quarantine/{strange}/replay"))[0] == 404
    assert (await post("sources/huaxin-jira/pause"))[0] == 204
    [source, _] = (await site.get("/api/v1/status")).json()["sources"]
    assert (source["paused_by"], source["paused_reason"]) == ("Mei", "agreed")
    assert await post("sources/huaxin-jira/resume") == (
        200,
        {"was_paused": True, "issues": 0, "waits": False},
    )
    assert (await post("sources/nobody/pause"))[0] == 404
    assert await state_of(town, dead) == "pending"
