"""The guarded clients: one request after the other under the source's rules."""

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
)

from connectors.http.budget import Budget, held_scope, scopes_of
from connectors.http.gauge import Gauge, Limits
from connectors.http.refusals import find_refusal, get_failure
from model.clock import Clock
from model.errors import PermanentError, RetriableError


class Outgoing(NamedTuple):
    """A request as it is about to leave.

    Attributes:
        writes: whether it may change anything.
        target: path and query, as sent.
    """

    writes: bool
    target: bytes
    headers: Sequence[tuple[str, str]]
    body: bytes


Scan = Callable[[Outgoing], str]
"""Looks at what leaves; names what must not, empty when all may go."""


def scan_nothing(outgoing: Outgoing) -> str:  # noqa: ARG001 - the shape of a scan
    """Let everything pass: for tests and measurements, and said in so many words."""
    return ""


class Origin(NamedTuple):
    """Scheme, host and port; the only place that a source's bytes may go to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL | str) -> "Origin":
        """Take it from a URL, with the scheme's own port when none is written."""
        url = url if isinstance(url, httpx.URL) else httpx.URL(url)
        return cls(url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0))

    def __str__(self) -> str:
        """``https://host:port``."""
        return f"{self.scheme}://{self.host}:{self.port}"


_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Patience:
    """How reads are repeated (Atlassian's advice: 2 s, doubled, jitter, 4 tries).

    A wait that the tracker asks for and that is longer than ``longest_seconds`` is not
    slept: the error goes to the engine, which has other things to do meanwhile.
    """

    tries: int = 4
    start_seconds: float = 2
    longest_seconds: float = 30
    sleep: Callable[[float], None] = time.sleep
    async_sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = lambda: random.SystemRandom().uniform(0.7, 1.3)

    def wait_seconds(self, state: RetryCallState) -> float:
        """Never shorter than what the tracker asked for."""
        asked = _asked_seconds(state.outcome.exception() if state.outcome else None)
        if asked is not None:
            return asked * max(self.jitter(), 1.0)
        doubled: float = self.start_seconds * 2 ** (state.attempt_number - 1)
        return doubled * self.jitter()

    def covers(self, error: BaseException) -> bool:
        """Whether to wait for it in here."""
        asked = _asked_seconds(error) or 0
        return isinstance(error, RetriableError) and asked <= self.longest_seconds


def _asked_seconds(error: BaseException | None) -> float | None:
    return error.retry_after_seconds if isinstance(error, RetriableError) else None


@cache
def load_certificates() -> ssl.SSLContext:
    """Those of the public authorities; reading them takes longer than many a request."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Door:
    """What may leave for one source, and how.

    Attributes:
        base_url: of the tracker.
        budget: the source's; one for all of its clients.
        scan: the leak scan.
        verify: certificates; a context of one's own for a private authority.
        proxy: where a company makes everything go through; the environment is not read.
        connections: at the same time.
    """

    base_url: str
    clock: Clock
    budget: Budget
    scan: Scan
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    verify: ssl.SSLContext = field(default_factory=load_certificates)
    proxy: str | None = None
    connections: int = 8


def open_client(door: Door) -> httpx.Client:
    """Build the guarded client of one source."""
    pool = httpx.Limits(max_connections=door.connections)
    wire = httpx.HTTPTransport(
        verify=door.verify, trust_env=False, limits=pool, proxy=door.proxy
    )
    return GuardedClient(GuardedTransport(door, wire))


def open_async_client(door: Door) -> httpx.AsyncClient:
    """Build the same for coroutines (GraphQL)."""
    pool = httpx.Limits(max_connections=door.connections)
    wire = httpx.AsyncHTTPTransport(
        verify=door.verify, trust_env=False, limits=pool, proxy=door.proxy
    )
    return AsyncGuardedClient(AsyncGuardedTransport(door, wire))


class GuardedClient(httpx.Client):
    """Hands each request to the door as it is.

    What httpx does besides is for browsers (cookies, redirects, ways to sign in), and it
    ties an answer to itself, so that bodies would stay until the next collection.
    """

    def __init__(self, guarded: "GuardedTransport") -> None:
        super().__init__(transport=guarded, trust_env=False)
        self._guarded = guarded

    def send(self, request: httpx.Request, **_: object) -> httpx.Response:
        """See :meth:`GuardedTransport.handle_request`."""
        _check_open(self)
        return self._guarded.handle_request(request)


class AsyncGuardedClient(httpx.AsyncClient):
    """The same for coroutines."""

    def __init__(self, guarded: "AsyncGuardedTransport") -> None:
        super().__init__(transport=guarded, trust_env=False)
        self._guarded = guarded

    async def send(self, request: httpx.Request, **_: object) -> httpx.Response:
        """See :meth:`GuardedTransport.handle_request`."""
        _check_open(self)
        return await self._guarded.handle_async_request(request)


def _check_open(client: httpx.Client | httpx.AsyncClient) -> None:
    if client.is_closed:
        message = "the source was closed"
        raise RuntimeError(message)


class GuardedTransport(httpx.BaseTransport):
    """Sends one request under the door's rules."""

    def __init__(self, door: Door, wire: httpx.BaseTransport) -> None:
        self._door = door
        self._wire = wire
        self._retrying = _retrying(door.patience)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, again when it is a read that failed for now.

        Raises:
            RetriableError: it may succeed later.
            Conflict: 409.
            PermanentError: refused, by the tracker or by the door.
        """
        request.read()
        if not _is_read(request):
            return self._send(request)
        return self._retrying(self._send, request)

    def _send(self, request: httpx.Request) -> httpx.Response:
        _admit(self._door, request)
        pause = self._door.budget.take_turn()
        if pause:
            self._door.patience.sleep(pause)
        try:
            answer = self._wire.handle_request(request)
            try:
                body = b"".join(self._pieces(answer))
            finally:
                answer.close()
        except httpx.TransportError as error:
            raise get_failure(error, request) from error
        return _judge(self._door, request, answer, body)

    def _pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        gauge = Gauge(self._door.limits, self._door.clock, answer)
        for piece in answer.iter_raw():
            yield from gauge.inflate(piece)
        gauge.finish()

    def close(self) -> None:
        """Let the connections go."""
        self._wire.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """The same for coroutines."""

    def __init__(self, door: Door, wire: httpx.AsyncBaseTransport) -> None:
        self._door = door
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See :meth:`GuardedTransport.handle_request`."""
        await request.aread()
        if not _is_read(request):
            return await self._send(request)
        return await _async_retrying(self._door.patience)(self._send, request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        _admit(self._door, request)
        pause = self._door.budget.take_turn()
        if pause:
            await self._door.patience.async_sleep(pause)
        try:
            answer = await self._wire.handle_async_request(request)
            try:
                body = b"".join([piece async for piece in self._pieces(answer)])
            finally:
                await answer.aclose()
        except httpx.TransportError as error:
            raise get_failure(error, request) from error
        return _judge(self._door, request, answer, body)

    async def _pieces(self, answer: httpx.Response) -> AsyncIterator[bytes]:
        gauge = Gauge(self._door.limits, self._door.clock, answer)
        async for piece in answer.aiter_raw():
            for inflated in gauge.inflate(piece):
                yield inflated
        gauge.finish()

    async def aclose(self) -> None:
        """Let the connections go."""
        await self._wire.aclose()


def _retrying(patience: Patience) -> Retrying:
    return Retrying(
        stop=stop_after_attempt(patience.tries),
        wait=patience.wait_seconds,
        retry=retry_if_exception(patience.covers),
        sleep=patience.sleep,
        reraise=True,
    )


def _async_retrying(patience: Patience) -> AsyncRetrying:
    return AsyncRetrying(
        stop=stop_after_attempt(patience.tries),
        wait=patience.wait_seconds,
        retry=retry_if_exception(patience.covers),
        sleep=patience.async_sleep,
        reraise=True,
    )


def _is_read(request: httpx.Request) -> bool:
    marked = request.extensions.get("idempotent") is True
    return request.method in {"GET", "HEAD"} or marked


def _admit(door: Door, request: httpx.Request) -> None:
    """Refuse before a byte leaves."""
    origin = Origin.of(request.url)
    if origin != _find_origin(door.base_url) or request.url.userinfo:
        raise PermanentError("foreign_origin", {"origin": str(origin)})
    wait = door.budget.get_wait_seconds(scopes_of(request.method, request.url.path))
    if wait > 0:
        raise RetriableError("rate_limited", {"path": request.url.path}, wait)
    found = _scan(door.scan, request)
    if found:
        raise PermanentError("leak_blocked", {"what": found, "method": request.method})
    request.headers["accept-encoding"] = "gzip"
    request.extensions["timeout"] = door.limits.timeout.as_dict()


_find_origin = lru_cache(Origin.of)
"""The sources' own; read from their URLs once."""


def _scan(scan: Scan, request: httpx.Request) -> str:
    outgoing = Outgoing(
        writes=not _is_read(request),
        target=request.url.raw_path,
        headers=request.headers.multi_items(),
        body=request.content,
    )
    try:
        return scan(outgoing)
    except Exception as error:  # noqa: BLE001 - what could not be looked at stays here
        return f"scan_failed: {type(error).__name__}"


def _judge(
    door: Door, request: httpx.Request, answer: httpx.Response, body: bytes
) -> httpx.Response:
    """Make the answer whole, note its limits, and raise what it means."""
    door.budget.record(answer.headers)
    whole = _whole(answer, request, body)
    refusal = find_refusal(whole, door.clock)
    if refusal is None:
        return whole
    _note_wait(door, request, whole, refusal)
    raise refusal


def _whole(
    answer: httpx.Response, request: httpx.Request, body: bytes
) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in answer.headers.raw
        if name.lower() not in _OF_THE_WIRE
    ]
    return httpx.Response(
        answer.status_code,
        headers=headers,
        content=body,
        request=request,
        extensions=answer.extensions,
    )


def _note_wait(
    door: Door, request: httpx.Request, whole: httpx.Response, refusal: Exception
) -> None:
    """What one request was told to wait, the others of its scope wait too."""
    asked = _asked_seconds(refusal)
    if asked is not None:
        scopes = scopes_of(request.method, request.url.path)
        limited = whole.status_code == httpx.codes.TOO_MANY_REQUESTS
        scope = held_scope(whole.headers, scopes) if limited else scopes[0]
        door.budget.hold(asked, scope)


_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
"""Headers that no longer hold once the body is inflated."""
