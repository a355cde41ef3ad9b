"""Posts webhooks over kept HTTP/1.1 connections.

The stand-ins send thousands a minute on the same machine as what is measured: a client
for everything would cost more than all else that they do.
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import SplitResult, urlsplit

_CRLF = "\r\n"


class Courier:
    """Sends one POST after the other to each address; many may be on their way."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._idle: dict[tuple[str, str], list[_Line]] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; 0 when there is none in time."""
        to = urlsplit(url)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(to, _write_head(to, body, headers) + body)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            return 0

    async def _send(self, to: SplitResult, request: bytes) -> int:
        idle = self._idle.setdefault((to.scheme, to.netloc), [])
        line = next(_taking(idle), None) or await _Line.open(to)
        try:
            status = await line.ask(request)
        except BaseException:
            line.close()
            raise
        if not line.is_over:
            idle.append(line)
        return status

    def close(self) -> None:
        """Hang up."""
        for line in (line for idle in self._idle.values() for line in idle):
            line.close()


def _taking(idle: "list[_Line]") -> "Iterator[_Line]":
    """Those that the other side has not hung up meanwhile."""
    while idle:
        line = idle.pop()
        if line.is_over:
            line.close()
        else:
            yield line


class _Line:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self._ends = False

    @classmethod
    async def open(cls, to: SplitResult) -> "_Line":
        secure = to.scheme == "https"
        port = to.port or (443 if secure else 80)
        context = _load_certificates() if secure else None
        return cls(*await asyncio.open_connection(to.hostname, port, ssl=context))

    @property
    def is_over(self) -> bool:
        return self._ends or self._reader.at_eof() or self._writer.is_closing()

    async def ask(self, request: bytes) -> int:
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status, *fields = head.split(_CRLF)
        told = {
            name: it.strip() for name, _, it in (one.partition(":") for one in fields)
        }
        if "content-length" in told:
            await self._reader.readexactly(int(told["content-length"]))
        self._ends = not status.startswith("http/1.1") or "content-length" not in told
        self._ends |= told.get("connection") == "close"
        if self._ends:
            self.close()
        return int(status.split()[1])

    def close(self) -> None:
        self._ends = True
        self._writer.close()


@cache
def _load_certificates() -> ssl.SSLContext:
    """Read once: it takes longer than many a delivery."""
    return ssl.create_default_context()


def _write_head(to: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    path = (to.path or "/") + (f"?{to.query}" if to.query else "")
    every = {
        "Host": to.netloc.rpartition("@")[2],
        **headers,
        "Content-Length": str(len(body)),
    }
    fields = (f"{name}: {value}" for name, value in every.items())
    return _CRLF.join((f"POST {path} HTTP/1.1", *fields, _CRLF)).encode("latin-1")
