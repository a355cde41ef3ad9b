"""Age takes away bodies and overtaken writes that are settled, and nothing else."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from app.bootstrap import new_id
from app.metrics import metrics_route
from app.telemetry import Telemetry
from model.deliveries import Delivery
from pool import clearings, inbox
from pool.clearings import Clearable
from pool.database import Database
from pool.inbox import Arrival, Settled
from pool.quarantine import BodyGone, find_letter
from pool.states import InboxState
from sync.clear import clear
from sync.discard_delivery import discard_delivery
from sync.engine import Retention
from sync.replay_delivery import replay_delivery
from tests.builders import Town, open_town

STATES = (
    InboxState.APPLIED,
    InboxState.PENDING,
    InboxState.IGNORED,
    InboxState.QUARANTINED,
    InboxState.SUPERSEDED,
)


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        yield town


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.clear._BATCH", 2)


def arrival(town: Town, name: str) -> Arrival:
    body = name.encode()
    delivery = Delivery(
        id=new_id(),
        source="huaxin-jira",
        delivery_id=name,
        headers={},
        body=body,
        sha256=sha256(body).hexdigest(),
        received_at=town.clock(),
    )
    return Arrival(delivery, inbox.pack(body))


async def receive(town: Town, name: str, state: InboxState) -> UUID:
    arrived = arrival(town, name)
    async with town.database.transaction() as connection:
        await inbox.keep(connection, [arrived])
        if state is not InboxState.PENDING:
            settled = Settled(arrived.delivery.id, state, {"reason": "test"})
            await inbox.settle(connection, [settled], town.clock())
    return arrived.delivery.id


async def kept(town: Town) -> Sequence[str]:
    rows = await town.rows(
        "SELECT i.delivery FROM inbox_bodies b JOIN inbox i ON i.id = b.inbox_id"
        " ORDER BY i.id"
    )
    return [row["delivery"] for row in rows]


async def test_only_bodies_that_were_settled_long_ago_are_dropped(town: Town) -> None:
    ids = {state: await receive(town, f"old {state}", state) for state in STATES}
    town.clock.wind(days=29)
    await receive(town, "young", InboxState.APPLIED)
    assert await clear(town.engine) == 0
    town.clock.wind(days=2)
    assert await clear(town.engine) == 3
    assert await kept(town) == ["old pending", "old quarantined", "young"]
    await _come_again(town, "old applied")
    assert await kept(town) == ["old pending", "old quarantined", "young"]
    for act in (replay_delivery, discard_delivery):
        with pytest.raises(BodyGone, match="reqpool backfill huaxin-jira"):
            await act(town.engine, ids[InboxState.APPLIED], "Mei", "test")
    async with town.database.transaction() as connection:
        letter = await find_letter(connection, ids[InboxState.QUARANTINED])
        assert letter
        assert letter.text == "old quarantined"
        [found] = [
            one
            for one in await clearings.find_all(connection)
            if one.what is Clearable.BODIES
        ]
    assert (found.dropped, found.cleared_at) == (3, town.clock())
    await replay_delivery(town.engine, ids[InboxState.QUARANTINED], "Mei", "test")


async def _come_again(town: Town, name: str) -> None:
    """It is known by its key, and has no second effect."""
    [before] = await town.rows("SELECT count(*) AS n FROM inbox")
    async with town.database.transaction() as connection:
        known = await inbox.keep(connection, [arrival(town, name)])
    assert known == {"huaxin-jira"}
    assert await town.rows("SELECT count(*) AS n FROM inbox") == [before]


WRITE = """
INSERT INTO outbox (id, client_id, source_id, issue_id, field, audience, change, state,
    not_before, created_at, settled_at)
SELECT gen_random_uuid(), client_id, source_id, id, %s, 'client', '{}', %s, %s, %s, %s
FROM issues RETURNING id
"""


NEVER_DROPPED = """
SELECT (SELECT count(*) FROM history) AS history, (SELECT count(*) FROM audit) AS audit,
    (SELECT count(*) FROM decisions) AS decisions
"""


async def write(town: Town, at: datetime, *fields_and_states: str) -> None:
    for told in fields_and_states:
        field, state = told.split()
        settled = None if state == "pending" else at
        await town.rows(WRITE, field, state, at, at, settled)


async def writes_of(town: Town) -> Sequence[str]:
    rows = await town.rows("SELECT field, state FROM outbox ORDER BY seq")
    return [f"{row['field']} {row['state']}" for row in rows]


async def test_a_write_is_dropped_once_another_of_its_field_came_after(
    town: Town,
) -> None:
    await town.raise_issue("导出报错")
    await town.rows("DELETE FROM outbox RETURNING id")
    before = await town.rows(NEVER_DROPPED)
    started = town.clock()
    old = ("labels sent", "labels dead", "labels cancelled", "labels discarded")
    await write(town, started, *old, "comment sent", "labels sent")
    town.clock.wind(days=91)
    await write(town, town.clock() - timedelta(days=1), "status sent", "status pending")
    assert await clear(town.engine) == 2
    assert await writes_of(town) == [
        "labels dead",
        "labels discarded",
        "comment sent",
        "labels sent",
        "status sent",
        "status pending",
    ]
    assert await town.rows(NEVER_DROPPED) == before


async def test_what_is_kept_for_good_is_not_even_looked_for(town: Town) -> None:
    await receive(town, "old", InboxState.APPLIED)
    town.clock.wind(days=4000)
    town.engine = replace(town.engine, retention=Retention(0, 0))
    assert await clear(town.engine) == 0
    assert await kept(town) == ["old"]
    assert await town.rows("SELECT FROM clearings") == []


async def test_monitoring_is_told_what_was_dropped_and_when(town: Town) -> None:
    await receive(town, "old", InboxState.APPLIED)
    town.clock.wind(days=31)
    await clear(town.engine)
    town.clock.wind(minutes=2)
    app = Starlette(routes=[metrics_route(town.engine, Telemetry())])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1"
    ) as client:
        told = (await client.get("/metrics")).text.splitlines()
    assert 'reqpool_cleared_rows{what="bodies"} 1.0' in told
    assert 'reqpool_cleared_age_seconds{what="bodies"} 120.0' in told
