"""A worker: it answers nobody, so that it does without the pages, which hold 20 MB."""

import gc

from app.bootstrap import Application
from app.jobs import work


async def serve_worker(application: Application) -> None:
    """Run jobs until cancelled, and answer ``/metrics`` if there is a port for it."""
    port = application.config.telemetry.worker_port
    if port is None:
        await run_jobs(application)
        return
    from app.serve import serve_watched_worker  # noqa: PLC0415 - loads the pages

    await serve_watched_worker(application, port)


async def run_jobs(application: Application) -> None:
    """Run jobs until cancelled."""
    gc.freeze()  # what is loaded stays: no collection looks through it again
    await work(
        application.jobs, application.engine, application.config.worker.concurrency
    )
