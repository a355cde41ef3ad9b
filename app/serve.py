"""Run web, worker, or both until told to stop."""

import asyncio
import gc
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from app.asgi import build_asgi
from app.bootstrap import Application
from app.config import WebConfig
from app.deadlines import HurriedProtocol
from app.metrics import metrics_route
from app.traces import trace_requests
from app.work import run_jobs
from model.errors import ConfigError, Problem

_KEEP_ALIVE_SECONDS = 10
_log = structlog.get_logger()


async def serve_web(application: Application) -> None:
    """Answer HTTP until SIGINT or SIGTERM."""
    web = application.config.web
    asgi = build_asgi(application.engine, application.telemetry, web.inbox_limit)
    traced = trace_requests(asgi, application.config.telemetry.traces_url)
    await _answer(traced, web)


async def _answer(asgi: ASGIApp, web: WebConfig) -> None:
    server = build_server(asgi)
    with listen(web.host, web.port) as listener:
        _log.info("listening", url=web.link("/"), port=web.port)
        gc.freeze()  # what is loaded stays: no collection looks through it again
        await server.serve([listener])


def build_server(
    asgi: ASGIApp, protocol: type[HurriedProtocol] = HurriedProtocol
) -> uvicorn.Server:
    """The HTTP server of pages and letterbox; it listens where it is told to."""
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            http=protocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=20,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Take a port; uvicorn by itself would end the process when it is taken.

    Raises:
        ConfigError: it is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, port), family=family)
    except OSError as error:
        said = f"cannot listen on {host}:{port}: {error.strerror}"
        hint = "set web.port to a free port, or stop what listens there"
        raise ConfigError([Problem("E_PORT", said, hint=hint)]) from error
    # asyncio sends small answers at once only where the socket says TCP: without it
    # every one of them waits 40 ms for the client's delayed acknowledgement.
    return socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=taken.detach()
    )


async def serve_watched_worker(application: Application, port: int) -> None:
    """Run jobs until cancelled, and answer ``/metrics`` on a port."""
    metrics = metrics_route(application.engine, application.telemetry)
    at = application.config.web.model_copy(update={"port": port})
    await _together(run_jobs(application), _answer(Starlette(routes=[metrics]), at))


async def serve_both(application: Application) -> None:
    """Web and worker in one process; when one ends, the other does too."""
    await _together(serve_web(application), run_jobs(application))


async def _together(*servants: Coroutine[Any, Any, None]) -> None:
    tasks = {asyncio.create_task(servant) for servant in servants}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    for task in done:
        task.result()


async def _end(tasks: set["asyncio.Task[None]"]) -> None:
    """Wait until all have ended, also when told to stop a second time meanwhile.

    Jobs that are not waited for would be left as running, without a worker.
    """
    for task in tasks:
        task.cancel()
    while pending := {task for task in tasks if not task.done()}:
        with suppress(asyncio.CancelledError):
            await asyncio.wait(pending)
