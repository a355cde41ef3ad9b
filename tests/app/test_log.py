"""What strangers send to the server writes no line of the log."""

import asyncio
import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from app.config import LogConfig
from app.log import configure_log
from tests.sync.world import serve

_UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"


@pytest.fixture
def configured() -> Iterator[None]:
    root, chatty = logging.getLogger(), logging.getLogger("uvicorn.error")
    before = (root.handlers, root.level, chatty.level)
    configure_log(LogConfig())
    yield
    root.handlers, level, chatty_level = before
    root.setLevel(level)
    chatty.setLevel(chatty_level)


async def _nothing(_: Scope, __: Receive, send: Send) -> None:
    head = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 401, "headers": head})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"no request\r\n\r\n", b"400"),
        (b"POST /webhooks/\xff HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET /webhooks/a HTTP/1.1\r\nHost: a\r\n" + _UPGRADE + b"\r\n", b"401"),
    ],
)
async def test_a_malformed_request_is_answered_and_writes_no_line(
    request_: bytes, status: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve(_nothing) as url:
        capsys.readouterr()
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request_)
        line = await reader.readline()
        writer.close()
        assert line.split()[1] == status
        assert capsys.readouterr().err == ""
