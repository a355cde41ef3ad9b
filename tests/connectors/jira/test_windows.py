from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jira.changes import Stretch, divide, join
from connectors.jira.windows import (
    OVERLAP,
    find_zone,
    minute_of,
    parse_cursor,
    write_cursor,
    write_jql,
    write_literal,
)
from model.errors import PermanentError

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/Sao_Paulo",
)
START = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 315_000_000).map(
    lambda seconds: START + timedelta(seconds=seconds)
)


def meanings(literal: str, zone: ZoneInfo) -> list[datetime]:
    """What Jira may take a literal for: in one hour of the year there are two."""
    wall = datetime.strptime(literal, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    return [wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_literal_is_never_later_than_what_is_meant(
    moment: datetime, name: str
) -> None:
    zone = ZoneInfo(name)
    read = meanings(write_literal(moment, zone), zone)
    assert max(read) <= moment
    assert moment - min(read) <= timedelta(hours=3)


@pytest.mark.parametrize("minute", range(0, 180, 7))
def test_the_hour_that_comes_twice_loses_nothing(minute: int) -> None:
    zone = ZoneInfo("America/New_York")
    moment = datetime(2026, 11, 1, 4, 30, tzinfo=UTC) + timedelta(minutes=minute)
    assert max(meanings(write_literal(moment, zone), zone)) <= moment


@given(MOMENTS, st.sampled_from(ZONES))
def test_in_an_unknown_zone_the_window_only_gets_wider(
    moment: datetime, name: str
) -> None:
    literal = write_literal(moment, find_zone("Mars/Olympus_Mons"))
    assert max(meanings(literal, ZoneInfo(name))) <= moment


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Nowhere", "\0"])
def test_odd_names_of_zones_are_survived(name: str) -> None:
    assert find_zone(name).utcoffset(START) == timedelta(hours=-14)


@given(MOMENTS)
def test_a_cursor_comes_back_less_the_overlap(moment: datetime) -> None:
    cursor = write_cursor(moment, ("FIN", "OPS"))
    for keys in (("FIN", "OPS"), ("OPS",)):
        assert parse_cursor(cursor, keys) == moment - OVERLAP


def test_a_project_that_was_not_read_yet_is_read_from_its_beginning() -> None:
    cursor = write_cursor(START, ("FIN",))
    assert parse_cursor(cursor, ("FIN", "OPS")) is None


def test_a_cursor_of_an_older_version_is_gone_on_with() -> None:
    cursor = '{"version": 1, "position": "2026-11-20T08:30:00+00:00"}'
    assert parse_cursor(cursor, ("FIN",)) is not None


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "null", '{"position": 7}', "x"])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(PermanentError, match="cursor_unreadable"):
        parse_cursor(cursor, ("FIN",))


def test_the_search_is_bounded_inclusive_and_ordered() -> None:
    since = datetime(2026, 11, 22, 10, 5, 59, tzinfo=UTC)
    assert write_jql(("FIN", "OPS"), since, ZoneInfo("Asia/Shanghai")) == (
        'project in ("FIN", "OPS") AND updated >= "2026-11-22 18:05"'
        " ORDER BY updated ASC, key ASC"
    )


@given(
    st.lists(st.none() | MOMENTS, min_size=2, max_size=6),
    MOMENTS,
)
def test_stretches_leave_no_moment_out_whatever_their_bounds(
    bounds: list[datetime | None], moment: datetime
) -> None:
    stretches = join([None, *(bound for bound in bounds if bound), None])
    assert any(
        (one.since is None or one.since <= moment)
        and (one.until is None or moment < one.until)
        for one in stretches
    )


@given(MOMENTS, st.integers(0, 10**6), st.integers(-2, 10**4))
def test_a_stretch_is_divided_at_minutes_that_only_go_up(
    since: datetime, minutes: int, parts: int
) -> None:
    begin = minute_of(since)
    edges = divide(Stretch(begin, begin + timedelta(minutes=minutes)), parts)
    assert edges == sorted(set(edges))
    assert not edges or (edges[0], edges[-1]) == (
        begin,
        begin + timedelta(minutes=minutes),
    )
    assert all(minute_of(edge) == edge for edge in edges)
