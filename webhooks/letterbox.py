"""``POST /webhooks/{source}``: authenticate, keep the raw bytes, answer 202.

Unauthenticated: a constant 401. Authentic: 2xx and the bytes kept, whatever they are;
GitLab disables a hook after four answers of 4xx or 5xx, and Jira Cloud never repeats
what was answered with most of the 4xx.
"""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from model.errors import DeliveryRejected
from model.signs import Received
from pool.database import DatabaseGone
from sync.engine import Engine
from sync.receive import Letter, admit, ask_repoll
from webhooks.slot import NotReadyError, Slot

_LARGEST_READ_BYTES = 25 * 1024 * 1024
_BODY_SECONDS = 30


class TooLargeError(Exception):
    """More than any tracker sends."""


class EncodedError(Exception):
    """Compressed bodies are never inflated."""


_REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    DeliveryRejected: (401, "unauthorized"),
    TooLargeError: (413, "too large"),
    EncodedError: (415, "content encoding not supported"),
    DatabaseGone: (503, "later"),
    NotReadyError: (503, "later"),
    TimeoutError: (408, "body not finished"),
    ClientDisconnect: (408, "body not finished"),
}
_MISSED = frozenset({413, 415})
"""Answers after which a tracker's event is gone: the source is read again instead."""
_HEADERS = {503: {"Retry-After": "30"}}


def routes(engine: Engine) -> list[Route]:
    """The letterbox, with and without a token in the path."""
    slot = Slot(engine)

    async def post(request: Request) -> Response:
        return await _answer(engine, slot, request)

    return [
        Route("/webhooks/{source}", post, methods=["POST"]),
        Route("/webhooks/{source}/{url_token}", post, methods=["POST"]),
    ]


async def _answer(engine: Engine, slot: Slot, request: Request) -> Response:
    source, kept = request.path_params["source"], None
    try:
        arrival = admit(engine, await _read(request))
        await slot.post(arrival)
        kept = arrival.delivery.id
    except tuple(_REFUSALS) as error:
        status, told = next(
            refusal for kind, refusal in _REFUSALS.items() if isinstance(error, kind)
        )
    else:
        status, told = 202, "accepted"
    if status in _MISSED:
        await ask_repoll(engine, source)
    known = source if source in engine.sources else ""
    engine.tell(Received(known, status, kept))
    return JSONResponse({"status": told}, status, _HEADERS.get(status))


async def _read(request: Request) -> Letter:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise EncodedError
    async with asyncio.timeout(_BODY_SECONDS):
        body = await _read_body(request)
    return Letter(
        source=request.path_params["source"],
        url_token=request.path_params.get("url_token", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_READ_BYTES:
            raise TooLargeError
    return bytes(body)
