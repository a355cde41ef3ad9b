"""Cursors, windows of time, and links that lead elsewhere."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from connectors.gitlab.feed import (
    OVERLAP,
    Listed,
    Position,
    Reading,
    Sighting,
    Window,
    glance_at,
    read_cursor,
    split,
    write_cursor,
)
from connectors.gitlab.rest import Rest
from connectors.gitlab.timestamps import parse_moment, write_moment
from connectors.http import Budget, Door, open_client, scan_nothing
from model.errors import PermanentError
from tests.contracts.rig import WoundClock

moments = st.timedeltas(timedelta(0), timedelta(days=36_500)).map(
    lambda age: datetime(2000, 1, 2, tzinfo=UTC) + age
)
sightings = st.builds(
    Sighting, st.text("0123456789abcdef"), moments, moments, st.booleans()
)
positions = st.builds(
    Position,
    st.none() | moments,
    st.dictionaries(st.integers(1).map(str), sightings, max_size=3),
)


@given(st.dictionaries(st.integers(1), positions, max_size=3))
def test_a_cursor_comes_back_as_it_was_written(
    places: dict[int, Position],
) -> None:
    assert read_cursor(write_cursor(places)) == places


@given(moments)
def test_a_moment_comes_back_as_it_was_written(moment: datetime) -> None:
    assert parse_moment(write_moment(moment)) == moment


listed = st.lists(moments, min_size=1, max_size=3).map(
    lambda found: Listed(
        [{"updated_at": write_moment(moment)} for moment in sorted(found)], found[0]
    )
)


@given(listed, st.lists(listed, max_size=5), moments)
async def test_stretches_leave_no_moment_out(
    first: Listed, pages: list[Listed], moment: datetime
) -> None:
    stretches = [one async for one in split(first, _one_by_one(pages))]
    held = any(
        page.begins_at <= moment <= page.ends_at
        or (rest.before is None and moment >= page.ends_at)
        or (rest.before is not None and page.ends_at <= moment <= rest.before)
        for page, rest in stretches
    )
    assert held == (moment >= first.begins_at)
    assert stretches[-1].rest.before is None
    for one, following in pairwise(stretches):
        assert one.rest == Window(one.first.ends_at, following.first.begins_at)


@pytest.mark.parametrize("row", [{}, {"updated_at": None}, {"updated_at": "soon"}])
async def test_a_page_without_moments_is_not_understood(row: dict[str, Any]) -> None:
    page = Listed([row], datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(PermanentError, match="answer_not_understood"):
        [one async for one in split(page, _one_by_one([page]))]


async def _one_by_one(pages: list[Listed]) -> AsyncIterator[Listed]:
    for page in pages:
        yield page


@given(moments, st.lists(st.timedeltas(timedelta(0), OVERLAP * 3), min_size=1))
def test_a_position_never_goes_back_nor_passes_what_was_read(
    start: datetime, ages: list[timedelta]
) -> None:
    rows = [
        {"iid": number, "updated_at": write_moment(start - age)}
        for number, age in enumerate(ages)
    ]
    position = Position(start).advance(glance_at(rows), Reading(start, start))
    assert position.since == start
    assert position.complete(start - OVERLAP).since == start
    remembered = {int(iid) for iid in position.seen}
    assert remembered == {n for n, age in enumerate(ages) if age <= OVERLAP}


@respx.mock
def test_d3_a_link_to_another_origin_is_asked_at_ours() -> None:
    clock = WoundClock()
    elsewhere = '<https://evil.example/api/v4/x?cursor=abc&steal=1>; rel="next"'
    route = respx.get("https://gitlab.kunlun.example/api/v4/things").mock(
        side_effect=[
            httpx.Response(200, json=[{"id": 1}], headers={"Link": elsewhere}),
            httpx.Response(200, json=[{"id": 2}]),
        ]
    )
    url = "https://gitlab.kunlun.example"
    with open_client(Door(url, clock, Budget(clock), scan=scan_nothing)) as http:
        rows = Rest(url, "glpat-secret", http).get_all("/things")
    assert rows == [{"id": 1}, {"id": 2}]
    asked = dict(route.calls[1].request.url.params)
    assert asked == {"per_page": "100", "cursor": "abc"}
    assert route.calls[1].request.headers["private-token"] == "glpat-secret"
