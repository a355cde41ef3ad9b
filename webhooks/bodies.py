"""The bodies of letters: whoever sends them, they take a bounded room."""

from typing import ClassVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from model.errors import ReqpoolError


class TooLargeError(ReqpoolError):
    """More than any tracker sends."""


class CrowdedError(ReqpoolError):
    """Too many large bodies come in at once: the sender tries later."""


class Bodies:
    """Reads bodies whole: their signature is over all of it, so anybody may send one.

    Attributes:
        largest_bytes: of a body; GitLab sends up to 25 MB.
        small_bytes: what everybody is granted, however crowded it is.
        room_bytes: for all larger ones together that are not authenticated yet.
    """

    largest_bytes: ClassVar[int] = 25 * 2**20
    small_bytes: ClassVar[int] = 64 * 2**10
    room_bytes: ClassVar[int] = 128 * 2**20

    def __init__(self) -> None:
        self._held = 0

    async def read(self, receive: Receive) -> bytes:
        """Return the body of a request.

        Raises:
            ClientDisconnect: it was not finished.
            TooLargeError: at most ``largest_bytes`` and a piece were read.
            CrowdedError: there is no room for it now.
        """
        body, more, held = bytearray(), True, 0
        try:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > self.small_bytes:
                    self._take(len(body) - held)
                    held = len(body)
                if held > self.largest_bytes:
                    raise TooLargeError
        finally:
            self._held -= held
        return bytes(body)

    def _take(self, count: int) -> None:
        if self._held + count > self.room_bytes:
            raise CrowdedError
        self._held += count
