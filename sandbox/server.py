"""Serves several stand-ins in one process, each on its own local port."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Self, TypeVar

import uvicorn

from sandbox.bench import Tracker

T = TypeVar("T")
LOCAL = "127.0.0.1"
START_SECONDS = 60


class SandboxServer:
    """A background thread with its own loop; `with` and `async with` both do.

    >>> with SandboxServer({"acme": tracker}) as server:
    ...     server.urls["acme"]
    """

    def __init__(
        self,
        trackers: Mapping[str, Tracker],
        ports: Mapping[str, int] | None = None,
    ) -> None:
        self.trackers = dict(trackers)
        self.urls: dict[str, str] = {}
        self._ports = dict(ports or {})
        self._started = threading.Event()
        self._stop: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> dict[str, str]:
        """Bind, serve, and return the address of each tracker by its name."""
        sockets = {name: self._bind(name) for name in self.trackers}
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(sockets)), daemon=True
        )
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            msg = "the sandbox did not start"
            raise RuntimeError(msg)
        return self.urls

    def stop(self) -> None:
        self._stop()
        if self._thread is not None:
            self._thread.join(START_SECONDS)

    def call(self, work: Callable[[], T]) -> T:
        """Run a store call in the serving thread, where nothing interleaves."""
        if self._loop is None:
            return work()

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def wait_idle(self, timeout_seconds: float = 30) -> bool:
        """Wait until no webhook of any tracker is on its way."""
        return all(
            tracker.bench.deliveries.wait_idle(timeout_seconds)
            for tracker in self.trackers.values()
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def _bind(self, name: str) -> socket.socket:
        # asyncio sends small answers at once only where the socket says TCP: without
        # it every one of them waits 40 ms for the client's delayed acknowledgement.
        bound = socket.socket(proto=socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOCAL, self._ports.get(name, 0)))
        url = f"http://{LOCAL}:{bound.getsockname()[1]}"
        self.urls[name] = self.trackers[name].base_url = url
        return bound

    async def _serve(self, sockets: Mapping[str, socket.socket]) -> None:
        stopping = asyncio.Event()
        loop = self._loop = asyncio.get_running_loop()
        self._stop = lambda: _call_if_open(loop, stopping.set)
        async with contextlib.AsyncExitStack() as stack:
            for name, tracker in self.trackers.items():
                await stack.enter_async_context(_serving(tracker, sockets[name]))
            self._started.set()
            await stopping.wait()
        self._loop = None


def _call_if_open(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(wake)


class PromptServer(uvicorn.Server):
    """Ends as soon as it is told to, and nothing is on its way any more.

    uvicorn looks ten times a second whether it shall end, and then waits for another
    tenth: much for a server that lives as long as one test.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def tell_to_end(self) -> None:
        """From the loop that it runs in."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Renew the date of the answers each second."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests in hand be answered, for a second at most."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while state.connections or state.tasks:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals alone: they belong to who embeds it."""
        yield


@contextlib.asynccontextmanager
async def _serving(tracker: Tracker, bound: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        tracker.app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
    )
    server = PromptServer(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    sending = asyncio.create_task(tracker.bench.deliveries.run())
    while not server.started and not serving.done():  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.002)
    try:
        yield
    finally:
        server.tell_to_end()
        sending.cancel()
        await asyncio.gather(serving, sending, return_exceptions=True)
        bound.close()
