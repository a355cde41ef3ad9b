"""Jobs are wake-ups: they start drains, and a dead worker's are taken over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from procrastinate import App

from app.jobs import (
    STALLED_AFTER_SECONDS,
    VERBS,
    build_jobs,
    wake_through,
    work,
)
from sync.engine import Engine
from sync.patrol import patrol
from sync.seal import seal
from tests.sync.conftest import JiraDesk
from tests.sync.test_round_trip import register_hook
from tests.sync.world import World, serve_letterbox


@asynccontextmanager
async def running(world: World, url: str) -> AsyncIterator[Engine]:
    """A worker on the world's database, woken as in production."""
    jobs: App
    async with build_jobs(url).open_async() as jobs:
        engine = replace(world.engine, wake=wake_through(jobs))
        worker = asyncio.create_task(work(jobs, engine, concurrency=4))
        try:
            yield engine
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def seen(world: World, key: str, deadline_seconds: float = 30) -> bool:
    async with asyncio.timeout(deadline_seconds):
        while not await world.rows("SELECT FROM issues WHERE key = %s", key):
            await asyncio.sleep(0.05)
    return True


async def test_a_webhook_reaches_the_pool_through_the_worker(
    world: World, desk: JiraDesk, database_url: str
) -> None:
    async with running(world, database_url) as engine, serve_letterbox(engine) as url:
        world.url = url
        await register_hook(desk, world)
        made = desk.raise_issue("Export the fund report to Excel")
        assert await seen(world, made.key)


async def test_a5_the_tick_polls_without_any_webhook(
    world: World, desk: JiraDesk, database_url: str
) -> None:
    made = desk.raise_issue("Export the fund report to Excel")
    async with running(world, database_url):
        assert await seen(world, made.key)


async def test_a_worker_checks_each_source_every_hour(
    world: World, desk: JiraDesk, database_url: str
) -> None:
    del desk
    every = build_jobs(database_url).periodic_registry.periodic_tasks.values()
    assert {one.task.name: one.cron for one in every}["patrol"] == "17 * * * *"
    async with running(world, database_url) as engine, asyncio.timeout(30):
        await patrol(engine)
        while not await world.rows("SELECT FROM checks"):
            await asyncio.sleep(0.05)
    ended = "SELECT FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing')"
    assert await world.rows(ended) == []  # nor would they ever be dropped by age


_DIE_AT_WORK = """
WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)
    VALUES (now() - make_interval(secs => %s)) RETURNING id)
INSERT INTO procrastinate_jobs
    (queue_name, task_name, lock, queueing_lock, args, status, worker_id)
SELECT 'default', 'run', name, name, jsonb_build_object('verb', verb, 'source', 'acme'),
    'doing', dead.id
FROM unnest(%s::text[]) verb, dead, format('%%s:acme', verb) name
RETURNING id
"""
_STILL_THERE = "SELECT FROM procrastinate_jobs WHERE id = ANY(%s)"


async def test_each_kind_of_job_that_died_with_its_worker_is_done_by_another(
    world: World, database_url: str
) -> None:
    died = await world.rows(_DIE_AT_WORK, STALLED_AFTER_SECONDS + 1, [*VERBS])
    assert len(died) == len(VERBS)
    async with running(world, database_url), asyncio.timeout(60):
        while await world.rows(_STILL_THERE, [job["id"] for job in died]):
            await asyncio.sleep(0.05)


async def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def take_time(_engine: Engine, _source: str) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        ended.set()

    monkeypatch.setitem(VERBS, "sweep", take_time)
    async with running(world, database_url) as engine, asyncio.timeout(10):
        await engine.wake("sweep", "acme")
        await begun.wait()
    assert ended.is_set()
    left = "SELECT FROM procrastinate_jobs WHERE status = 'doing'"
    assert await world.rows(left) == []


async def test_what_is_decided_and_written_is_sealed_in_the_audit(world: World) -> None:
    assert await seal(world.engine)
    assert await seal(world.engine) is None
    (row,) = await world.rows("SELECT sum(rows) AS sealed FROM audit_seals")
    (audit,) = await world.rows("SELECT count(*) AS rows FROM audit")
    assert row["sealed"] == audit["rows"] > 0
