"""The letterbox's answers over real HTTP, each with what is kept."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from pool.database import TRUSTED_SECONDS, Database
from pool.inbox import unpack
from sync.receive import Letter, admit, keep
from tests.sync.conftest import SECRET
from tests.webhooks.office import (
    BODY,
    INBOX_LIMIT,
    OLD_SECRET,
    SIGNING_KEY,
    Office,
    kill_connections,
    locked_out,
    sign,
)
from webhooks.slot import Slot

UNAUTHORIZED = (401, {"status": "unauthorized"})
ISSUE = b'{"object_kind": "issue", "x": 1}'


async def until_repolled(office: Office, source: str) -> None:
    async with asyncio.timeout(30):
        while source not in await office.repolls():
            await asyncio.sleep(0.02)


async def distrust() -> None:
    """Wait until no connection is taken to be alive unasked any more."""
    await asyncio.sleep(1.1 * TRUSTED_SECONDS)


# -- authentic and kept --------------------------------------------------------------


async def test_an_authentic_delivery_is_kept_byte_for_byte_before_202(
    office: Office,
) -> None:
    assert (await office.send()).status_code == 202
    [kept] = await office.world.rows("SELECT body, size FROM inbox_bodies")
    assert unpack(kept["body"], kept["size"]) == BODY


async def test_a2_the_same_delivery_again_is_202_and_absorbed(office: Office) -> None:
    headers = sign(BODY) | {"X-Atlassian-Webhook-Identifier": "42"}
    for _ in range(3):
        assert (await office.send(BODY, headers)).status_code == 202
    assert await office.inbox() == [("pending", "42")]


async def test_the_same_body_under_another_id_is_another_delivery(
    office: Office,
) -> None:
    for number in ("1", "2"):
        await office.send(BODY, sign(BODY) | {"X-Atlassian-Webhook-Identifier": number})
    assert await office.inbox() == [("pending", "1"), ("pending", "2")]


async def test_c9_hooks_of_a_project_and_its_group_have_an_issue_read_once(
    office: Office,
) -> None:
    opened = {"iid": 3, "project_id": 7, "action": "open"}
    project = {"id": 7, "path_with_namespace": "acme/erp"}
    told = {"object_kind": "issue", "project": project, "object_attributes": opened}
    body = json.dumps(told).encode()
    for hook in ("msg_project", "msg_group"):
        await office.send(
            body, gitlab_signed(body, office, message=hook), "acme-gitlab"
        )
    await office.world.settle()
    assert len(await office.inbox()) == 2
    assert len(await office.world.rows("SELECT tracker_id FROM fetches")) == 1


async def test_both_secrets_hold_while_they_are_changed(office: Office) -> None:
    for secret in (SECRET, OLD_SECRET):
        assert (await office.send(BODY, sign(BODY, secret))).status_code == 202


async def test_a3_a_hook_that_cannot_sign_has_a_secret_segment(office: Office) -> None:
    right = await office.send(BODY, {}, to=f"acme-url/{SECRET}")
    assert right.status_code == 202
    for wrong in ("acme-url", "acme-url/", "acme-url/guess", f"acme-url/{SECRET}/x"):
        answer = await office.send(BODY, {}, to=wrong)
        assert (answer.status_code, answer.json()) == UNAUTHORIZED, wrong


async def test_an_id_too_long_for_an_index_loses_nothing(office: Office) -> None:
    headers = gitlab_signed(ISSUE, office, message="x" * 4000)
    assert (await office.send(ISSUE, headers, to="acme-gitlab")).status_code == 202
    assert await office.inbox() == [("pending", "")]


# -- not authentic -------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": "sha256=zz"},
        {"X-Hub-Signature": "md5=0123"},
        {"X-Hub-Signature": "sha256=" + "0" * 64},
        {"X-Hub-Signature": "sha256=" + "é" * 64},
        sign(BODY, "another secret"),
        sign(BODY, ""),
        sign(BODY + b" "),
    ],
)
@pytest.mark.parametrize("source", ["acme", "acme-silent", "nobody", "..", "%00"])
async def test_what_is_not_authentic_gets_one_constant_401_and_leaves_no_row(
    office: Office, headers: dict[str, str], source: str
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    url = f"{office.url}/webhooks/{source}" if source != ".." else office.url
    url = url if source != ".." else f"{url}/webhooks/%2e%2e"
    answer = await office.post.post(url, content=BODY, headers=raw)
    assert (answer.status_code, answer.json()) == UNAUTHORIZED
    assert await office.inbox() == []


@pytest.mark.parametrize("secret", [SECRET, "", "x"])
async def test_a_source_without_a_secret_takes_nothing(
    office: Office, secret: str
) -> None:
    answer = await office.send(BODY, sign(BODY, secret), to="acme-silent")
    assert (answer.status_code, answer.json()) == UNAUTHORIZED


@pytest.mark.parametrize(
    "signature",
    ["v1", "v1,", "v1,not base64!", "no comma", ",", "v1,aGk= v1,é", "v2,aGk=", ""],
)
async def test_a_malformed_standard_webhook_is_401_and_no_error(
    office: Office, signature: str
) -> None:
    headers = gitlab_signed(b"\xff\xfe", office) | {"webhook-signature": signature}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await office.post.post(
        "/webhooks/acme-gitlab", content=b"\xff\xfe", headers=raw
    )
    assert (answer.status_code, answer.json()) == UNAUTHORIZED


async def test_answers_are_counted_by_source_and_status(office: Office) -> None:
    before = (await office.post.get("/metrics")).text
    await office.send(BODY, {}, to="acme")
    await office.send(BODY, {}, to="a-strangers-invention")
    after = (await office.post.get("/metrics")).text
    refused = 'reqpool_webhooks_total{source="acme",status="401"}'
    assert count(after, refused) == count(before, refused) + 1
    assert "a-strangers-invention" not in after


def count(metrics: str, name: str) -> float:
    found = [line.split()[-1] for line in metrics.splitlines() if line.startswith(name)]
    return float(found[0]) if found else 0.0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_405(office: Office, method: str) -> None:
    answer = await office.post.request(method, "/webhooks/acme")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


# -- authentic and odd ---------------------------------------------------------------


def gitlab_signed(
    body: bytes, office: Office, minutes: float = 0, message: str = "msg_1"
) -> dict[str, str]:
    at = office.world.clock() + timedelta(minutes=minutes)
    stamp = str(int(at.timestamp()))
    signed = f"{message}.{stamp}.".encode() + body
    digest = hmac.digest(SIGNING_KEY, signed, "sha256")
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(0, "pending"), (-4.9, "pending"), (-5.1, "quarantined"), (5.1, "quarantined")],
)
async def test_a_stale_signature_is_202_quarantined_and_the_source_is_read_again(
    office: Office, minutes: float, state: str
) -> None:
    headers = gitlab_signed(ISSUE, office, minutes)
    assert (await office.send(ISSUE, headers, to="acme-gitlab")).status_code == 202
    assert [state for state, _ in await office.inbox()] == [state]
    assert await office.repolls() == (["acme-gitlab"] if state != "pending" else [])
    concerns = await office.world.rows("SELECT params FROM attention")
    stale = [{"params": {"reason": "stale"}}]
    assert concerns == (stale if state != "pending" else [])


async def test_stale_deliveries_that_come_together_are_one_concern_that_counts_them(
    office: Office,
) -> None:
    bodies = [b'{"object_kind": "issue", "x": %d}' % number for number in range(9)]
    letters = [
        Letter("acme-gitlab", "", gitlab_signed(body, office, minutes=6), body)
        for body in bodies
    ]
    engine = office.world.engine
    await keep(engine, [admit(engine, letter) for letter in letters])
    concerns = await office.world.rows("SELECT count FROM attention")
    assert concerns == [{"count": len(bodies)}]


async def test_a_body_over_5_mib_is_202_and_only_its_digest_is_kept(
    office: Office,
) -> None:
    body = b'{"x": "' + b"a" * (5 * 1024 * 1024) + b'"}'
    assert (await office.send(body)).status_code == 202
    assert await office.inbox() == [("quarantined", "")]
    [kept] = await office.world.rows(
        "SELECT octet_length(body) AS size, sha256, outcome FROM inbox"
        " JOIN inbox_bodies ON inbox_id = id"
    )
    assert kept["size"] == 0
    assert kept["sha256"] == hashlib.sha256(body).hexdigest()
    assert kept["outcome"] == {"reason": "too_large"}
    assert await office.repolls() == ["acme"]


async def test_c5_a_body_over_25_mib_is_413_and_the_source_is_read_again(
    office: Office,
) -> None:
    body = b"a" * (25 * 1024 * 1024 + 1)
    assert (await office.send(body)).status_code == 413
    assert await office.inbox() == []
    await until_repolled(office, "acme")


async def test_an_encoded_body_is_415_and_the_source_is_read_again(
    office: Office,
) -> None:
    answer = await office.send(BODY, sign(BODY) | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert await office.inbox() == []
    await until_repolled(office, "acme")


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
    office: Office, body: bytes
) -> None:
    assert (await office.send(body)).status_code == 202
    await office.world.settle()
    assert [state for state, _ in await office.inbox()] == ["quarantined"]
    concerns = await office.world.rows("SELECT code FROM attention")
    assert "quarantined" in [row["code"] for row in concerns]
    asked = await office.world.rows("SELECT tracker_id FROM fetches")
    assert asked or await office.repolls() == ["acme"]


async def test_strange_deliveries_are_one_concern_that_counts_them(
    office: Office,
) -> None:
    for number in range(3):
        await office.send(b"%d" % number)
    await office.world.settle()
    concerns = await office.world.rows(
        "SELECT count FROM attention WHERE code = 'quarantined'"
    )
    assert concerns == [{"count": 3}]


async def test_a_wrong_content_type_is_202_quarantined(office: Office) -> None:
    headers = gitlab_signed(ISSUE, office) | {"content-type": "text/plain"}
    assert (await office.send(ISSUE, headers, to="acme-gitlab")).status_code == 202
    await office.world.settle()
    assert [state for state, _ in await office.inbox()] == ["quarantined"]


async def test_a1_an_unknown_event_is_202_ignored(office: Office) -> None:
    assert (
        await office.send(b'{"webhookEvent": "jira:moon_risen"}')
    ).status_code == 202
    await office.world.settle()
    assert [state for state, _ in await office.inbox()] == ["ignored"]


async def test_no_secret_reaches_the_stored_headers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = type(office.world.engine.sources["acme"].connector)
    told = replace(kind.capabilities, secret_headers=frozenset({"x-own-token"}))
    monkeypatch.setattr(kind, "capabilities", told)
    headers = sign(BODY) | {"X-Own-Token": "hush", "Authorization": "Bearer hush"}
    await office.send(BODY, headers)
    [kept] = await office.world.rows("SELECT headers FROM inbox_bodies")
    assert "hush" not in json.dumps(kept["headers"])


# -- not now -------------------------------------------------------------------------


def is_later(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_a_source_whose_project_is_not_applied_is_503(office: Office) -> None:
    assert is_later(await office.send(to="acme-unmapped"))
    assert await office.inbox() == []


async def told_in_time(office: Office, body: bytes, status: int) -> httpx.Response:
    """That answer: once a second the inbox is looked at, and nobody waits for it."""
    async with asyncio.timeout(30):
        while True:
            office.world.clock.wind(seconds=2)
            answer = await office.send(body)
            if answer.status_code == status:
                return answer
            await asyncio.sleep(0.02)


async def test_a_full_inbox_is_503_until_there_is_room_and_then_read_again(
    office: Office,
) -> None:
    for number in range(INBOX_LIMIT):
        assert (await office.send(b"%d" % number)).status_code == 202
    assert is_later(await told_in_time(office, b"one too many", 503))
    assert (
        await office.send(ISSUE, gitlab_signed(ISSUE, office), to="acme-gitlab")
    ).status_code == 202
    await until_repolled(office, "acme")
    await office.world.settle()
    await told_in_time(office, b"the next", 202)


async def test_an_inbox_that_was_full_long_ago_is_not_taken_for_full(
    office: Office,
) -> None:
    for number in range(INBOX_LIMIT):
        await office.send(b"%d" % number)
    assert is_later(await told_in_time(office, b"one too many", 503))
    await until_repolled(office, "acme")
    await office.world.settle()
    office.world.clock.wind(minutes=1)
    assert (await office.send(b"the next")).status_code == 202


async def test_a4_a_database_that_is_away_is_503_and_the_source_is_read_again(
    office: Office,
    own_database: str,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with locked_out(postgres_url, own_database), monkeypatch.context() as hurried:
        hurried.setattr(Slot, "patience_seconds", 0.5)
        assert is_later(await office.send())
        assert is_later(await office.send(b"another"))
    await distrust()
    await until_repolled(office, "acme")
    assert (await office.send()).status_code == 202
    assert await office.inbox() == [("pending", "")]


async def probe(office: Office) -> list[tuple[int, bool]]:
    """Each status, and whether the pool's numbers came along."""
    answers = [
        await office.post.get(f"/{it}") for it in ("healthz", "readyz", "metrics")
    ]
    return [(it.status_code, "reqpool_inbox_pending" in it.text) for it in answers]


async def test_whoever_monitors_is_told_soon_that_the_database_does_not_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await probe(office) == [(200, False), (200, False), (200, True)]
    monkeypatch.setattr(Database, "probe_seconds", 0.1)
    async with AsyncExitStack() as everybody:
        for _ in range(10):
            await everybody.enter_async_context(
                office.world.engine.database.transaction()
            )
        assert await probe(office) == [(200, False), (503, False), (503, False)]


async def test_deliveries_that_wait_at_the_same_time_are_committed_together(
    office: Office,
) -> None:
    """Group commit: at a thousand a second each would wait for the disk."""
    engine, slot = office.world.engine, Slot(office.world.engine)
    bodies = [b"%d" % number for number in range(100)]
    letters = [Letter("acme", "", lower(sign(body)), body) for body in bodies]
    async with asyncio.TaskGroup() as group:
        for letter in letters:
            group.create_task(slot.post(admit(engine, letter)))
    kept = await office.world.rows("SELECT DISTINCT xmin::text FROM inbox")
    assert len(await office.inbox()) == len(letters)
    assert len(kept) <= 2


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def test_a_database_that_does_not_answer_is_503_and_keeps_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slot, "patience_seconds", 0.5)
    async with office.world.engine.database.transaction() as connection:
        await connection.execute("LOCK TABLE inbox IN SHARE MODE")
        assert is_later(await office.send())
    await until_repolled(office, "acme")
    assert await office.inbox() == []


async def test_a_worker_at_work_on_the_source_keeps_no_delivery_waiting(
    office: Office,
) -> None:
    async with office.world.engine.database.transaction() as connection:
        await connection.execute("UPDATE sources SET failures = failures")
        answer = await office.send()
    assert answer.status_code == 202


async def test_an_unexpected_end_of_the_transaction_is_503_and_keeps_nothing(
    office: Office, postgres_url: str, own_database: str
) -> None:
    await office.send(b"warm")
    ended = kill_connections(postgres_url, own_database)
    assert ended > 0
    answers = [await office.send(b"%d" % number) for number in range(3)]
    await distrust()
    kept = len(await office.inbox())
    assert kept == 1 + [one.status_code for one in answers].count(202)
    assert {one.status_code for one in answers} <= {202, 503}
