"""What an answer may cost: measured while it comes in."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx

from model.clock import Clock
from model.errors import PermanentError, RetriableError

PIECE_BYTES = 64 * 2**10
_FREE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost.

    Attributes:
        body_bytes: after decompression.
        ratio: decompressed size to what came over the wire, once it is above 1 MiB.
        connect_seconds: to reach the tracker.
        read_seconds: between two pieces of an answer.
        total_seconds: for a whole answer, however steadily it drips.
    """

    body_bytes: int = 64 * 2**20
    ratio: int = 100
    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 120

    @property
    def timeout(self) -> httpx.Timeout:
        """The same in httpx's words."""
        return httpx.Timeout(self.read_seconds, connect=self.connect_seconds)


class Gauge:
    """Inflates one answer piece by piece, and stops it when it costs too much."""

    def __init__(self, limits: Limits, clock: Clock, answer: httpx.Response) -> None:
        self._limits = limits
        self._clock = clock
        self._until = clock() + timedelta(seconds=limits.total_seconds)
        self._zlib = _find_inflater(answer.headers.get("content-encoding", ""))
        self._came = 0
        self._grew = 0

    def inflate(self, piece: bytes) -> Iterator[bytes]:
        """Yield what the piece holds, in pieces of bounded size.

        Raises:
            PermanentError: ``answer_too_large``.
            RetriableError: ``timed_out``, or ``truncated`` when it is no gzip.
        """
        self._came += len(piece)
        if self._clock() > self._until:
            raise RetriableError("timed_out")
        for inflated in self._unpack(piece):
            self._grew += len(inflated)
            self._check_size()
            yield inflated

    def finish(self) -> None:
        """Notice a compressed body that ended too early.

        Raises:
            RetriableError: ``truncated``.
        """
        if self._zlib and self._came and not self._zlib.eof:
            raise RetriableError("truncated")

    def _unpack(self, piece: bytes) -> Iterator[bytes]:
        if self._zlib is None:
            yield piece
            return
        try:
            while piece and not self._zlib.eof:
                yield self._zlib.decompress(piece, PIECE_BYTES)
                piece = self._zlib.unconsumed_tail
        except zlib.error as error:
            raise RetriableError("truncated", {"detail": "not gzip"}) from error

    def _check_size(self) -> None:
        too_dense = self._grew > max(_FREE_BYTES, self._came * self._limits.ratio)
        if self._grew > self._limits.body_bytes or too_dense:
            raise PermanentError("answer_too_large", {"bytes": str(self._grew)})


def _find_inflater(encoding: str) -> "zlib._Decompress | None":
    """Only gzip is asked for; an answer in anything else is not read."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "deflate" | "x-gzip":
            return zlib.decompressobj(wbits=47)
        case other:
            raise PermanentError("unknown_encoding", {"encoding": other})
