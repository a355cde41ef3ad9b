"""Deadlines for what clients send: uvicorn waits for ever for a request to be finished."""

import asyncio
from typing import Any, ClassVar, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LARGEST_HEAD_BYTES = 64 * 2**10


class HurriedProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose connections are closed when a request takes too long to arrive.

    However steadily it drips (the attack is called slowloris): a head counts from its
    first byte, or from the connection's beginning; a body from the end of its head.

    Attributes:
        head_seconds: until the headers are complete.
        body_seconds: until the body is.
    """

    head_seconds: ClassVar[float] = 10
    body_seconds: ClassVar[float] = 30

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._awaited: Literal["head", "body"] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Wait for the first request's head."""
        super().connection_made(transport)
        self._awaited = "head"
        self._hurry()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a head or of a body; what came whole needs no deadline."""
        before = self._awaited
        super().data_received(data)
        is_head = before == self._awaited == "head"
        self._head_bytes = self._head_bytes + len(data) if is_head else 0
        if self._head_bytes > _LARGEST_HEAD_BYTES:
            self.transport.close()
        self._hurry()

    def on_message_begin(self) -> None:
        """Wait for the rest of the head."""
        self._awaited = "head"
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Wait for the body."""
        self._relax()
        self._awaited = "body"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Nothing more is awaited."""
        self._relax()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._relax()
        super().connection_lost(exc)

    def _hurry(self) -> None:
        if self._awaited is None or self._deadline is not None:
            return
        seconds = self.head_seconds if self._awaited == "head" else self.body_seconds
        self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _relax(self) -> None:
        self._awaited = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
