"""Whoever does not finish a request is let go; the others do not notice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.deadlines import HurriedProtocol
from tests.sync.world import serve
from tests.webhooks.office import BODY, INBOX_LIMIT, Office, sign
from webhooks.bodies import Bodies

HEAD = b"POST /webhooks/acme HTTP/1.1\r\nHost: reqpool\r\nContent-Length: 100\r\n"
BODY_SECONDS = 0.7
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product's deadlines, for people who do not wait."""
    monkeypatch.setattr(HurriedProtocol, "head_seconds", 0.5)
    monkeypatch.setattr(HurriedProtocol, "body_seconds", BODY_SECONDS)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Streams]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def drip(streams: Streams, first: bytes, then: bytes) -> bytes:
    """Send something, then something more now and then; what came until the end."""
    reader, writer = streams
    writer.write(first)

    async def go_on() -> None:
        with suppress(ConnectionError):
            while then:
                await asyncio.sleep(0.05)
                writer.write(then)
                await writer.drain()

    dripping = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        dripping.cancel()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b""),
        (b"POST /webhooks", b""),
        (HEAD, b""),
        (HEAD, b"X-A: b\r\n"),
        (b"", b"\r\n"),
        (HEAD + b"\r\n", b""),
        (HEAD + b"\r\n", b"x"),
        (b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 70_000, b""),
    ],
)
async def test_an_unfinished_request_is_cut_off_unanswered(
    office: Office, first: bytes, then: bytes
) -> None:
    async with connected(office.url) as streams:
        assert await drip(streams, first, then) == b""
    assert await office.inbox() == []


async def ask(streams: Streams) -> bytes:
    reader, writer = streams
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(httpx.Headers(_headers(head))["content-length"])
    await reader.readexactly(length)
    return head.split(b"\r\n")[0]


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    lines = [line.split(b": ", 1) for line in head.strip().split(b"\r\n")[1:]]
    return [(name, value) for name, value in lines]


async def test_a_connection_may_rest_between_two_requests(office: Office) -> None:
    async with connected(office.url) as streams:
        assert await ask(streams) == b"HTTP/1.1 200 OK"
        await asyncio.sleep(1.5 * BODY_SECONDS)
        assert await ask(streams) == b"HTTP/1.1 200 OK"


async def test_the_next_request_on_a_connection_has_its_deadline_too(
    office: Office,
) -> None:
    async with connected(office.url) as streams:
        await ask(streams)
        assert await drip(streams, b"GET /heal", b"t") == b""


async def test_a_slow_answer_is_not_cut_off() -> None:
    async def slow(_: Scope, __: Receive, send: Send) -> None:
        await asyncio.sleep(1.5 * BODY_SECONDS)
        head = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b""})

    async with serve(slow) as url, connected(url) as streams:
        assert await ask(streams) == b"HTTP/1.1 200 OK"


async def test_a_hundred_that_drip_do_not_keep_the_others_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HurriedProtocol, "head_seconds", 2)
    monkeypatch.setattr(HurriedProtocol, "body_seconds", 2)

    async def loris() -> bytes:
        async with connected(office.url) as streams:
            return await drip(streams, HEAD, b"X-A: b\r\n")

    lorises = [asyncio.create_task(loris()) for _ in range(100)]
    await asyncio.sleep(0.1)
    answers = await asyncio.gather(*(_send(office, n) for n in range(INBOX_LIMIT)))
    assert {one.status_code for one in answers} == {202}
    assert set(await asyncio.gather(*lorises)) == {b""}


async def test_strangers_who_send_much_at_once_take_a_bounded_room(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bodies, "room_bytes", 2**20)
    monkeypatch.setattr(HurriedProtocol, "body_seconds", 60)
    large = BODY[:-1] + b" " * 2**18 + b"}"

    async def hoard() -> bytes:
        async with connected(office.url) as (reader, writer):
            head = HEAD.replace(b"100", b"900000") + b"\r\n"
            writer.write(head + b"x" * 800_000)
            return await reader.readuntil(b"\r\n\r\n")

    hoards = [asyncio.create_task(hoard()) for _ in range(5)]
    in_turn = asyncio.as_completed(hoards, timeout=30)
    for refused in [await next(in_turn) for _ in range(4)]:
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 30\r\n" in refused
    assert (await _send(office, 1)).status_code == 202
    [patient] = [one for one in hoards if not one.done()]
    patient.cancel()
    async with asyncio.timeout(30):
        while (await office.send(large, sign(large))).status_code != 202:
            await asyncio.sleep(0.02)


async def _send(office: Office, number: int) -> httpx.Response:
    body = BODY[:-1] + f', "n": {number}}}'.encode()
    return await office.send(body, sign(body))
