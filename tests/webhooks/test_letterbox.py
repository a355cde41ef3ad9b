"""The letterbox's answers over real HTTP, each with what is kept."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from pool.inbox import unpack
from tests.sync.conftest import SECRET, clock, desk, world
from tests.sync.world import World

__all__ = ["clock", "desk", "world"]

BODY = json.dumps(
    {
        "webhookEvent": "jira:issue_updated",
        "timestamp": 1763627400000,
        "issue": {"id": "10001", "key": "FIN-1", "fields": {"summary": "资金报表"}},
    },
    ensure_ascii=False,
).encode()


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature": f"sha256={digest}", "Content-Type": "application/json"}


@pytest.fixture
async def post(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.url, trust_env=False) as client:
        yield client


async def inbox(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("SELECT state, delivery FROM inbox ORDER BY received_at")
    return [(row["state"], row["delivery"]) for row in rows]


async def test_an_authentic_delivery_is_kept_byte_for_byte_before_202(
    world: World, post: httpx.AsyncClient
) -> None:
    answer = await post.post("/webhooks/acme", content=BODY, headers=sign(BODY))
    assert answer.status_code == 202
    [kept] = await world.rows("SELECT body, size FROM inbox_bodies")
    assert unpack(kept["body"], kept["size"]) == BODY


async def test_the_same_delivery_again_is_202_and_absorbed(
    world: World, post: httpx.AsyncClient
) -> None:
    headers = sign(BODY) | {"X-Atlassian-Webhook-Identifier": "42"}
    for _ in range(3):
        answer = await post.post("/webhooks/acme", content=BODY, headers=headers)
        assert answer.status_code == 202
    assert await inbox(world) == [("pending", "42")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": "sha256=zz"},
        {"X-Hub-Signature": "md5=0123"},
        {"X-Hub-Signature": "sha256=" + "0" * 64},
        sign(BODY, "another secret"),
        sign(BODY + b" "),
    ],
)
async def test_what_is_not_authentic_gets_one_constant_401_and_leaves_no_row(
    world: World, post: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await post.post("/webhooks/acme", content=BODY, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"status": "unauthorized"})
    assert await inbox(world) == []


async def test_a_source_that_nobody_configured_answers_like_a_wrong_signature(
    post: httpx.AsyncClient,
) -> None:
    answer = await post.post("/webhooks/nobody", content=BODY, headers=sign(BODY))
    assert (answer.status_code, answer.json()) == (401, {"status": "unauthorized"})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_405(post: httpx.AsyncClient, method: str) -> None:
    assert (await post.request(method, "/webhooks/acme")).status_code == 405


async def test_an_encoded_body_is_415_and_the_source_is_read_again(
    world: World, post: httpx.AsyncClient
) -> None:
    headers = sign(BODY) | {"Content-Encoding": "gzip"}
    answer = await post.post("/webhooks/acme", content=BODY, headers=headers)
    assert answer.status_code == 415
    async with asyncio.timeout(5):
        while not await world.rows("SELECT FROM sources WHERE repoll_at IS NOT NULL"):
            await asyncio.sleep(0.02)


async def test_a_body_over_5_mib_is_202_and_only_its_digest_is_kept(
    world: World, post: httpx.AsyncClient
) -> None:
    body = b'{"x": "' + b"a" * (5 * 1024 * 1024) + b'"}'
    answer = await post.post("/webhooks/acme", content=body, headers=sign(body))
    assert answer.status_code == 202
    assert await inbox(world) == [("quarantined", "")]
    [kept] = await world.rows(
        "SELECT octet_length(body) AS size, sha256, outcome FROM inbox"
        " JOIN inbox_bodies ON inbox_id = id"
    )
    assert kept["size"] == 0
    assert kept["sha256"] == hashlib.sha256(body).hexdigest()
    assert kept["outcome"] == {"reason": "too_large"}


async def test_a_body_over_25_mib_is_413(world: World, post: httpx.AsyncClient) -> None:
    body = b"a" * (25 * 1024 * 1024 + 1)
    answer = await post.post("/webhooks/acme", content=body, headers=sign(body))
    assert answer.status_code == 413
    assert await inbox(world) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe{}",
        b"[]",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"9" * 40 + b"}",
        b"[" * 80 + b"]" * 80,
        b'{"webhookEvent": "jira:issue_updated", "issue": {"id": [7]}}',
        b'{"webhookEvent": "jira:issue_updated"}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
    ],
)
async def test_authentic_nonsense_is_202_quarantined_and_looked_into(
    world: World, post: httpx.AsyncClient, body: bytes
) -> None:
    answer = await post.post("/webhooks/acme", content=body, headers=sign(body))
    assert answer.status_code == 202
    await world.settle()
    assert [state for state, _ in await inbox(world)] == ["quarantined"]
    concerns = await world.rows("SELECT code FROM attention WHERE resolved_at IS NULL")
    assert [row["code"] for row in concerns] == ["quarantined"]


async def test_an_unknown_event_is_202_ignored(
    world: World, post: httpx.AsyncClient
) -> None:
    body = b'{"webhookEvent": "jira:moon_risen"}'
    answer = await post.post("/webhooks/acme", content=body, headers=sign(body))
    assert answer.status_code == 202
    await world.settle()
    assert [state for state, _ in await inbox(world)] == ["ignored"]


async def test_no_secret_reaches_the_stored_headers(
    world: World, post: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = type(world.engine.sources["acme"].connector)
    told = replace(kind.capabilities, secret_headers=frozenset({"x-own-token"}))
    monkeypatch.setattr(kind, "capabilities", told)
    headers = sign(BODY) | {"X-Own-Token": "hush", "Authorization": "Bearer hush"}
    await post.post("/webhooks/acme", content=BODY, headers=headers)
    [kept] = await world.rows("SELECT headers FROM inbox_bodies")
    assert "hush" not in json.dumps(kept["headers"])
