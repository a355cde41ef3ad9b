"""Jobs of a worker that died are started again, whatever waits behind them."""

import psycopg
import pytest

from app.jobs import (
    HEARTBEAT_SECONDS,
    LOOK_SECONDS,
    STALLED_AFTER_SECONDS,
    build_jobs,
    take_over,
    wake_through,
)

TICK_SECONDS = 2


def states(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT status FROM procrastinate_jobs").fetchall()
    return [row[0] for row in rows]


def die_while_working(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")


@pytest.mark.parametrize("has_twin", [False, True])
async def test_a_job_of_a_dead_worker_waits_again_once(
    database_url: str, has_twin: bool
) -> None:
    async with build_jobs(database_url).open_async() as jobs:
        wake = wake_through(jobs)
        await wake("poll", "acme")
        die_while_working(database_url)
        if has_twin:
            await wake("poll", "acme")
        await take_over(jobs)
    assert states(database_url) == ["todo"]


def test_a_tick_that_died_stops_no_other_tick(database_url: str) -> None:
    assert build_jobs(database_url).tasks["tick"].lock is None


@pytest.mark.parametrize(
    ("silent_seconds", "then"),
    [(HEARTBEAT_SECONDS + 1, "doing"), (STALLED_AFTER_SECONDS + 1, "todo")],
)
async def test_a_worker_is_dead_when_its_heart_has_not_beaten_for_long(
    database_url: str, silent_seconds: float, then: str
) -> None:
    async with build_jobs(database_url).open_async() as jobs:
        await wake_through(jobs)("deliver", "acme")
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "WITH w AS (INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id)"
                " UPDATE procrastinate_jobs SET status = 'doing', worker_id = w.id FROM w",
                (silent_seconds,),
            )
        await take_over(jobs)
    assert states(database_url) == [then]


def test_by_what_is_configured_another_goes_on_within_a_minute() -> None:
    periodic = build_jobs("").periodic_registry.periodic_tasks.values()
    assert {one.task.name: one.cron for one in periodic}["tick"].endswith(
        f"*/{TICK_SECONDS}"
    )
    assert STALLED_AFTER_SECONDS >= 3 * HEARTBEAT_SECONDS, "a late beat is no death"
    assert STALLED_AFTER_SECONDS + TICK_SECONDS + LOOK_SECONDS <= 60
