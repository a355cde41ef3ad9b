"""Run web, worker, or both until told to stop."""

import asyncio
from contextlib import suppress

import uvicorn

from app.asgi import build_asgi
from app.bootstrap import Application
from app.jobs import work

_HEADER_SECONDS = 10


async def serve_web(application: Application) -> None:
    """Answer HTTP until SIGINT or SIGTERM."""
    web = application.config.web
    server = uvicorn.Server(
        uvicorn.Config(
            build_asgi(application.engine),
            host=web.host,
            port=web.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_HEADER_SECONDS,
            timeout_graceful_shutdown=20,
        )
    )
    await server.serve()


async def serve_worker(application: Application) -> None:
    """Run jobs until cancelled."""
    await work(
        application.jobs, application.engine, application.config.worker.concurrency
    )


async def serve_both(application: Application) -> None:
    """Web and worker in one process; when the web server ends, the worker does too."""
    worker = asyncio.create_task(serve_worker(application))
    web = asyncio.create_task(serve_web(application))
    await asyncio.wait({worker, web}, return_when=asyncio.FIRST_COMPLETED)
    for task in (web, worker):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(web, worker)
