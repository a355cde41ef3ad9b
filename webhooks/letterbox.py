"""``POST /webhooks/{source}``: authenticate, keep the raw bytes, answer 202.

Unauthenticated: a constant 401. Authentic: 2xx and the bytes kept, whatever they are;
GitLab disables a hook after four answers of 4xx or 5xx, and Jira Cloud never repeats
what was answered with most of the 4xx.
"""

import json
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from model.errors import DeliveryRejected
from model.signs import Received
from pool.database import DatabaseGone
from sync.engine import Engine
from sync.receive import Letter, admit
from webhooks.bodies import Bodies, CrowdedError, TooLargeError
from webhooks.repolls import Repolls
from webhooks.room import INBOX_LIMIT, InboxFullError, Room
from webhooks.slot import NotReadyError, Slot

PREFIX = "/webhooks/"


class EncodedError(Exception):
    """Compressed bodies are never inflated."""


class NotPostedError(Exception):
    """Another method than POST."""


_REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    DeliveryRejected: (401, "unauthorized"),
    NotPostedError: (405, "method not allowed"),
    ClientDisconnect: (408, "body not finished"),
    TooLargeError: (413, "too large"),
    EncodedError: (415, "content encoding not supported"),
    CrowdedError: (503, "later"),
    DatabaseGone: (503, "later"),
    InboxFullError: (503, "later"),
    NotReadyError: (503, "later"),
    TimeoutError: (503, "later"),
}
_MISSED = frozenset({413, 415, 503})
"""Answers after which a tracker's event may be gone: the source is read again."""
_HEADERS = {405: (b"allow", b"POST"), 503: (b"retry-after", b"30")}


class Letterbox:
    """The ASGI application of every address under ``/webhooks/``."""

    def __init__(self, engine: Engine, inbox_limit: int = INBOX_LIMIT) -> None:
        self.repolls = Repolls(engine)
        self._engine = engine
        self._bodies = Bodies()
        self._room = Room(engine, inbox_limit)
        self._slot = Slot(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        source, _, url_token = scope["path"].removeprefix(PREFIX).partition("/")
        kept = None
        try:
            headers = _read_headers(scope)
            body = await self._bodies.read(receive)
            letter = Letter(source, url_token, headers, body)
            arrival = admit(self._engine, letter)
            self._room.check(source)
            await self._slot.post(arrival)
            kept = arrival.delivery.id
            status, told = 202, ""
        except tuple(_REFUSALS) as error:
            status, told = _refusal(error)
        if status in _MISSED:
            self.repolls.owe(source)
        known = source if source in self._engine.sources else ""
        self._engine.tell(Received(known, status, kept))
        await _answer(send, status, told)


def _refusal(error: Exception) -> tuple[int, str]:
    return next(told for kind, told in _REFUSALS.items() if isinstance(error, kind))


def _read_headers(scope: Scope) -> dict[str, str]:
    """By lower-case names, of a request whose body is worth reading."""
    if scope["method"] != "POST":
        raise NotPostedError
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
    }
    if headers.get("content-encoding", "identity") != "identity":
        raise EncodedError
    return headers


async def _answer(send: Send, status: int, told: str) -> None:
    """Without a body where nothing is told: each part is a system call of its own."""
    body = json.dumps({"status": told}).encode() if told else b""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if status in _HEADERS:
        headers.append(_HEADERS[status])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
