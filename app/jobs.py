"""Procrastinate as the engine: wake-ups with locks, periodic looks, take-over.

The committed inbox and outbox rows are the truth, a job is only a wake-up. One job of
a verb runs for a source at a time (``lock``), at most one more waits
(``queueing_lock``), and a periodic tick is the net for wake-ups that were lost.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from opentelemetry import trace
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import (
    AlreadyEnqueued,
    ConnectorException,
    UniqueViolation,
)
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from tenacity import (
    retry,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from model.signs import Ran
from pool.database import DatabaseGone, TrustingPool
from sync.clear import clear
from sync.deliver import deliver
from sync.engine import Engine, Wake
from sync.fetch import fetch
from sync.ingest import ingest
from sync.judge import judge
from sync.patrol import patrol
from sync.poll import poll
from sync.recheck import recheck
from sync.redecide import redecide
from sync.reindex import reindex
from sync.seal import seal
from sync.sweep import sweep
from sync.tick import tick
from sync.trouble import report_failure

_log = structlog.get_logger()
_tracer = trace.get_tracer("reqpool")

HEARTBEAT_SECONDS = 5
STALLED_AFTER_SECONDS = 30
LOOK_SECONDS = 2
"""Between two looks for jobs. A worker that dies has told of itself HEARTBEAT_SECONDS ago at
most, is taken for dead STALLED_AFTER_SECONDS after that, and the next tick and the next
look start its jobs anew: within a minute with much to spare."""

_TICK = "* * * * * */2"
_EACH_MINUTE = "* * * * *"
_EACH_HOUR = "17 * * * *"
_ALSO_EACH_HOUR = "47 * * * *"
_RUN = "run"
_AGAIN_SECONDS = 2
_LEAP = timedelta(minutes=1)

Verb = Callable[[Engine, str], Awaitable[Any]]

VERBS: Mapping[str, Verb] = {
    "ingest": ingest,
    "fetch": fetch,
    "poll": poll,
    "deliver": deliver,
    "sweep": sweep,
    "check": recheck,
    "redecide": redecide,
    "judge": lambda engine, _source: judge(engine),
    "reindex": lambda engine, _source: reindex(engine),
    "tick": lambda engine, _source: tick(engine),
}
"""What a wake-up can start."""


_LATER = -1
_PRIORITIES = {"redecide": _LATER}
"""Whatever happens in a tracker goes before what a new day or ruleset asks for."""

WAITING = frozenset({"fetch", "poll", "deliver", "sweep", "check"})
"""The verbs that wait for a tracker most of their time."""


async def _run(context: JobContext, verb: str, source: str) -> None:
    engine = _engine_of(context)
    began_at = engine.clock()
    failed = False
    with _tracer.start_as_current_span(verb, attributes={"source": source}):
        try:
            await VERBS[verb](engine, source)
        except Exception as error:  # noqa: BLE001 - the worker's edge
            failed = True
            _log.exception("verb failed", verb=verb, source=source)
            await report_failure(engine, verb, source, error)
    seconds = (engine.clock() - began_at).total_seconds()
    engine.tell(Ran(verb, source, seconds, failed))


async def _tick(context: JobContext, timestamp: int) -> None:
    del timestamp
    await tick(_engine_of(context))
    await take_over(context.app)


async def _seal(context: JobContext, timestamp: int) -> None:
    del timestamp
    if newest := await seal(_engine_of(context)):
        _log.info("audit sealed", seal=newest)  # logs go where the database is not


async def _patrol(context: JobContext, timestamp: int) -> None:
    del timestamp
    await patrol(_engine_of(context))


async def _clear(context: JobContext, timestamp: int) -> None:
    del timestamp
    if gone := await clear(_engine_of(context)):
        _log.info("old rows dropped", rows=gone)


async def take_over(app: App) -> None:
    """Start the jobs of a worker that died again.

    One whose twin waits already is dropped: the twin does the same, as soon as the
    dead one no longer holds the lock.
    """
    stalled = await app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=STALLED_AFTER_SECONDS
    )
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _engine_of(context: JobContext) -> Engine:
    engine: Engine = context.additional_context["engine"]
    return engine


def _is_database_gone(error: BaseException) -> bool:
    return isinstance(error.__cause__, DatabaseGone)


class PatientJobManager(JobManager):
    """Says that a job has ended until the database has heard it.

    Procrastinate says it once. A job whose end was not heard holds its lock for as long
    as its worker lives, and no other worker takes it over.
    """

    @retry(
        retry=retry_if_exception(_is_database_gone),
        wait=wait_random_exponential(max=5),
        stop=stop_after_delay(120),
        reraise=True,
    )
    async def finish_job(self, job: Job, status: Status, *, delete_job: bool) -> None:
        """As the one it stands for, for two minutes."""
        await super().finish_job(job, status, delete_job)


def build_jobs(url: str) -> App:
    """The job queue of a database; not yet open."""
    app = App(connector=_connect(url))
    app.job_manager = PatientJobManager(app.connector)
    app.task(name=_RUN, pass_context=True)(_run)
    # No lock: a tick that died with its worker would hold it, and nobody took over.
    at_times = app.task(name="tick", pass_context=True, queueing_lock="tick")
    app.periodic(cron=_TICK)(at_times(_tick))
    each_minute = app.task(name="seal", pass_context=True, queueing_lock="seal")
    app.periodic(cron=_EACH_MINUTE)(each_minute(_seal))
    # A tracker may switch a webhook off for minutes: once a night would not notice.
    each_hour = app.task(name="patrol", pass_context=True, queueing_lock="patrol")
    app.periodic(cron=_EACH_HOUR)(each_hour(_patrol))
    # Day and night: what a night misses, because all workers rest, would lie for a day.
    seldom = app.task(
        name="clear", pass_context=True, queueing_lock="clear", priority=_LATER
    )
    app.periodic(cron=_ALSO_EACH_HOUR)(seldom(_clear))
    return app


def _connect(url: str) -> PsycopgConnector:
    return PsycopgConnector(
        pool_factory=TrustingPool, conninfo=url, min_size=1, max_size=6
    )


def wake_through(app: App) -> Wake:
    """A wake-up that enqueues a job, in a transaction of its own.

    One that is lost because the database is gone is made up for by the tick.
    """

    async def wake(verb: str, source: str) -> None:
        name = f"{verb}:{source}"
        job = app.configure_task(
            _RUN, lock=name, queueing_lock=name, priority=_PRIORITIES.get(verb, 0)
        )
        with suppress(AlreadyEnqueued, ConnectorException):
            await job.defer_async(verb=verb, source=source)

    return wake


async def work(app: App, engine: Engine, concurrency: int) -> None:
    """Run jobs until cancelled.

    A worker that lost its database ends by itself: another takes its place. So does one
    whose clock was set: Procrastinate would start nothing at its times until the clock is
    back where it was, or make up for all those that it leapt over.
    """
    while True:
        with suppress(ConnectorException):
            await _run_by_one_clock(app, engine, concurrency)
        _log.warning("the worker lost its database, or its clock, and begins anew")
        await asyncio.sleep(_AGAIN_SECONDS)


async def _run_by_one_clock(app: App, engine: Engine, concurrency: int) -> None:
    """Run jobs until the clock is set, or the worker ends."""
    worker = asyncio.create_task(_run_worker(app, engine, concurrency))
    try:
        began, began_at = time.monotonic(), engine.clock()
        while not worker.done():
            await asyncio.wait({worker}, timeout=_AGAIN_SECONDS)
            passed = timedelta(seconds=time.monotonic() - began)
            if abs(engine.clock() - began_at - passed) > _LEAP:
                return
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def _run_worker(app: App, engine: Engine, concurrency: int) -> None:
    """Run jobs until cancelled; a running job is given 20 s to end.

    Each source has places of its own, one for each verb that waits for its tracker:
    however many trackers hang, they take none from the others.
    """
    await app.run_worker_async(
        concurrency=concurrency + len(WAITING) * len(engine.sources),
        delete_jobs="always",
        install_signal_handlers=False,
        shutdown_graceful_timeout=20,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_AFTER_SECONDS,
        fetch_job_polling_interval=LOOK_SECONDS,
        additional_context={"engine": engine},
    )
