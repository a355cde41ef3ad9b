"""The edge of a stand-in: journal, rate limit, latency and faults around its API."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.bench import Bench
from sandbox.faults import Fault
from sandbox.limits import Refusal

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Edge:
    """What the wire must know of a tracker.

    `identify` names the caller from the request's headers (for journal and
    limits), `reads_by_post` tells searches that arrive as POST from writes,
    `refuse` writes the tracker's own 429.
    """

    api_prefix: str
    identify: Callable[[Mapping[str, str]], str]
    refuse: Callable[[Refusal], Response]
    reads_by_post: Callable[[str], bool] = lambda _path: False


class Wire:
    """ASGI middleware; outermost, so that it can cut the very connection."""

    def __init__(self, app: ASGIApp, bench: Bench, edge: Edge) -> None:
        self._app, self._bench, self._edge = app, bench, edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith(
            self._edge.api_prefix
        )
        if not is_api:
            await self._app(scope, receive, send)
            return
        await self._answer(scope, receive, _Noting(send, self._recorder(scope)))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        bench = self._bench
        if bench.faults.latency_ms:
            await asyncio.sleep(bench.faults.latency_ms / 1000)
        refusal = bench.limits.take(self._caller(scope))
        fault = None if refusal else bench.faults.take(scope["method"], scope["path"])
        if refusal:
            await self._edge.refuse(refusal)(scope, receive, send)
        elif fault:
            await self._fail(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _fail(
        self, fault: Fault, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.apply_first:
            await self._app(scope, receive, _swallow)
        if fault.status == 0:
            await send({"type": "sandbox.cut"})
            await _cut(receive)
            return
        headers = {"Content-Type": "text/html", **fault.headers}
        await Response(fault.body, fault.status, headers)(scope, receive, send)

    def _caller(self, scope: Scope) -> str:
        return self._edge.identify(Headers(scope=scope))

    def _recorder(self, scope: Scope) -> Callable[[int], None]:
        method, path = scope["method"], scope["path"]
        query = scope["query_string"].decode("latin-1")
        write = method not in READS and not self._edge.reads_by_post(path)
        user = self._caller(scope)

        def record(status: int) -> None:
            self._bench.journal.record(
                self._bench.now(),
                (method, path, query),
                status,
                user=user,
                write=write,
            )

        return record


class _Noting:
    """Tells the journal the status before the answer leaves."""

    def __init__(self, send: Send, record: Callable[[int], None]) -> None:
        self._send, self._record = send, record

    async def __call__(self, message: Message) -> None:
        if message["type"] == "sandbox.cut":
            self._record(0)
            return
        if message["type"] == "http.response.start":
            self._record(message["status"])
        await self._send(message)


async def _swallow(_message: Message) -> None:
    return


async def _cut(receive: Receive) -> None:
    # ASGI has no word for hanging up; uvicorn's receive is bound to the object
    # that holds the socket's transport.
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
