"""Jobs of a worker that died are started again, whatever waits behind them."""

import psycopg
import pytest

from app.jobs import build_jobs, take_over, wake_through


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
