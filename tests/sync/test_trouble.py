"""What a failed request means for its source: when it is asked again, and who is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from model.errors import Conflict, PermanentError, RetriableError
from pool import fetches
from pool.attention import Concern
from pool.database import Database
from pool.due import REDECIDE, Due
from sync.breaker import OPENS_AT, is_failure, is_probe_due
from sync.fetch import fetch
from sync.report_leak import LEAK
from sync.take_stock import take_stock
from sync.tick import tick
from sync.trouble import (
    LIMITED,
    back_off,
    is_quiet,
    report_failure,
    report_trouble,
)
from tests.builders import Town, open_town
from tests.sync.told import NAME, plug, source_of
from tests.sync.world import START, concerns

DOWN = RetriableError("unavailable")


class Even(Random):
    """Chance in its middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        town.engine = replace(town.engine, random=Even())
        yield town


async def test_each_wait_is_twice_the_last_up_to_ten_minutes_and_never_too_short(
    town: Town,
) -> None:
    def waits(error: RetriableError) -> list[float]:
        until = [back_off(town.engine, number, error) for number in range(12)]
        return [(one - town.clock()).total_seconds() for one in until]

    doubled = [2.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert waits(DOWN) == doubled
    asked = RetriableError("rate_limited", {}, 100)
    assert waits(asked) == [100.0] * 7 + doubled[7:]


async def test_a_refusal_is_told_whole_and_failures_in_a_row_are_counted(
    town: Town,
) -> None:
    refused = PermanentError("permission_missing", {"path": "/search"})
    source = await source_of(town)
    for number, wait in ((1, 2), (2, 4)):
        await report_trouble(town.engine, await source_of(town), "poll", refused)
        row = await source_of(town)
        assert row.last_error == {
            "code": "permission_missing",
            "path": "/search",
            "failures": number,
            "verb": "poll",
        }
        assert row.not_before == town.clock() + timedelta(seconds=wait)
    told = Concern(
        "permission_missing", NAME, {"path": "/search"}, source.client_id, source.id
    )
    assert await concerns(town) == [told]


async def test_a_row_of_failures_ends_with_a_success_of_the_verb_that_failed_last(
    town: Town,
) -> None:
    tracker, limited = plug(town), RetriableError(LIMITED)

    async def look(error: RetriableError | None) -> float:
        """Read an issue directly; answers how long the source waits."""
        tracker.error = error
        async with town.database.transaction() as connection:
            source = (await source_of(town)).id
            await fetches.ask(connection, source, ["1"], town.clock(), "test")
        await fetch(town.engine, NAME)
        until = (await source_of(town)).not_before or town.clock()
        wait = max(until - town.clock(), timedelta())
        town.clock.wind(minutes=15)
        return wait.total_seconds()

    fails, works = limited, None
    assert [await look(one) for one in (fails, fails, works, fails)] == [2, 4, 0, 2]
    await report_trouble(town.engine, await source_of(town), "sweep", limited)
    town.clock.wind(minutes=15)
    assert [await look(one) for one in (works, fails, works, fails)] == [0, 8, 0, 2]


async def test_what_may_succeed_later_is_no_concern_until_the_tracker_is_down(
    town: Town,
) -> None:
    for number in range(1, OPENS_AT + 1):
        assert await concerns(town) == []
        source = await source_of(town)
        assert (source.failures, source.broken_at) == (number - 1, None)
        await report_trouble(town.engine, source, "poll", DOWN)
    row = await source_of(town)
    assert (row.failures, row.broken_at) == (OPENS_AT, town.clock())
    assert row.not_before == town.clock() + timedelta(seconds=30)
    down = {"source": NAME, "failures": str(OPENS_AT)}
    assert await concerns(town) == [
        Concern("tracker_down", NAME, down, row.client_id, row.id)
    ]
    await report_trouble(town.engine, row, "fetch", Conflict("moved"))
    assert (await source_of(town)).broken_at is None, "who answers is not down"


async def test_a_leak_is_told_and_written_down_without_what_was_found(
    town: Town,
) -> None:
    source = await source_of(town)
    what = {"what": "client_name"}
    await report_trouble(town.engine, source, "poll", PermanentError(LEAK, what))
    subject = f"{LEAK}:{NAME}:client_name"
    told = Concern(LEAK, subject, {**what, "source": NAME}, source.client_id, source.id)
    assert await concerns(town) == [told]
    [entry] = await town.rows(
        "SELECT at, client_id, actor, action, subject, cause, before, after FROM audit"
        " WHERE action = %s",
        LEAK,
    )
    assert entry == {
        "at": town.clock(),
        "client_id": source.client_id,
        "actor": "reqpool",
        "action": LEAK,
        "subject": NAME,
        "cause": "",
        "before": None,
        "after": what,
    }


async def test_a_mistake_of_ours_is_told_by_verb_and_deciding_again_stops_nothing(
    town: Town,
) -> None:
    for verb in (REDECIDE, "poll"):
        assert (await source_of(town)).not_before is None
        await report_failure(town.engine, verb, NAME, KeyError("x"))
    row = await source_of(town)
    assert row.last_error == {"code": "verb_failed", "failures": 1, "verb": "poll"}
    assert await concerns(town) == [
        Concern(
            "verb_failed", f"{verb}:{NAME}", {"verb": verb, "error": "KeyError: 'x'"}
        )
        for verb in ("poll", REDECIDE)
    ]


async def test_a_source_is_quiet_until_the_moment_and_only_one_that_is_down_is_probed(
    town: Town,
) -> None:
    now, row = town.clock(), await source_of(town)
    later = now + timedelta(seconds=1)
    states = {
        "well": row,
        "waits": replace(row, not_before=later),
        "waited": replace(row, not_before=now),
        "paused": replace(row, paused_at=now),
        "down": replace(row, broken_at=now, not_before=later),
        "due": replace(row, broken_at=now, not_before=now),
        "both": replace(row, broken_at=now, paused_at=now),
    }
    quiet = {name for name, one in states.items() if is_quiet(town.engine, one)}
    assert quiet == {"waits", "paused", "down", "due", "both"}
    assert [it for it in states if is_probe_due(town.engine, states[it])] == ["due"]


def test_only_silence_and_broken_answers_speak_for_a_tracker_that_is_down() -> None:
    down = (
        *("unreachable", "timed_out", "unavailable", "server_error"),
        *("truncated", "cut_off", "not_json"),
    )
    assert all(is_failure(RetriableError(code)) for code in down)
    assert not any(is_failure(PermanentError(code)) for code in down)
    assert not any(
        map(is_failure, map(RetriableError, ("rate_limited", "verb_failed")))
    )


async def poll_due(town: Town) -> list[str]:
    """Which sources are due; they are taken for polled then."""
    due = [one.source for one in await tick(town.engine) if one.verb == "poll"]
    polled = (
        "UPDATE sources SET last_poll_at = %s, repoll_at = NULL WHERE name = ANY(%s)"
    )
    await town.rows(f"{polled} RETURNING id", town.clock(), due)
    return due


async def test_a_source_is_polled_when_its_turn_begins_and_not_a_second_sooner(
    town: Town,
) -> None:
    source = town.engine.sources[NAME]
    config = source.config.model_copy(update={"poll_seconds": 3600})
    town.engine = replace(town.engine, sources={NAME: replace(source, config=config)})
    assert await poll_due(town) == [NAME], "it never was"
    assert town.clock() == START.replace(hour=8, minute=30)
    for seconds in (3530, 3600):  # its turns begin 28 min 50 s after each hour
        town.clock.wind(seconds=seconds - 1)
        assert await poll_due(town) == []
        town.clock.wind(seconds=1)
        assert await poll_due(town) == [NAME]
    await town.rows("UPDATE sources SET repoll_at = %s RETURNING id", town.clock())
    town.clock.wind(seconds=299)
    assert await poll_due(town) == []
    town.clock.wind(seconds=1)
    assert await poll_due(town) == [NAME]
    town.clock.wind(seconds=-3599)
    assert await poll_due(town) == [], "another host's clock may be behind"
    town.clock.wind(seconds=-1)
    assert await poll_due(town) == [NAME], "our clock was ahead"
    await town.rows("UPDATE sources SET broken_at = now() RETURNING id")
    assert await poll_due(town) == [NAME], "as a probe, once"
    await town.rows("UPDATE sources SET paused_at = now() RETURNING id")
    assert await poll_due(town) == []


async def test_sources_that_start_together_are_not_polled_in_step(town: Town) -> None:
    source = town.engine.sources[NAME]
    names = [f"client-{number}" for number in range(50)]
    fifty = {name: replace(source, name=name) for name in names}
    town.engine = replace(town.engine, sources=fifty)
    assert len(await poll_due(town)) == len(names)
    found = list[list[str]]()
    for _ in range(12):
        town.clock.wind(seconds=5)
        found.append(await poll_due(town))
    assert max(map(len, found)) < len(names) / 4
    assert sorted(name for some in found for name in some) == sorted(names)


async def test_without_a_ruleset_sources_are_polled_all_the_same(town: Town) -> None:
    await town.rows("UPDATE rulesets SET deactivated_at = now() RETURNING id")
    due = sorted(await tick(town.engine))
    assert due == [Due("poll", name) for name in sorted(town.engine.sources)]


async def test_a_first_read_may_lack_a_hundred_issues_or_a_tenth(town: Town) -> None:
    source = await source_of(town)

    async def told(read: int, expected: int | None) -> list[Concern]:
        await take_stock(town.engine, source, read, expected)
        return await concerns(town)

    params = {"source": NAME, "read": "1799", "expected": "2000"}
    short = Concern(
        "first_read_short", f"{NAME}:first_read", params, source.client_id, source.id
    )
    assert await told(1799, 2000) == [short]
    assert await told(1800, 2000) == []
    assert len(await told(0, 101)) == 1
    assert await told(0, 100) == []
    assert len(await told(0, 101)) == 1
    assert await told(0, None) == []
