"""Pages of the list, put together, are the list."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.issues import Urgency
from pool.database import Connection, Database
from pool.filters import Filters
from pool.keyset import (
    Order,
    Position,
    PositionError,
    Sort,
    parse_order,
    parse_position,
)
from pool.listing import count, find_page
from tests.builders import open_town

ORDERS = st.builds(Order, st.sampled_from(Sort), descending=st.booleans())
FILTERS = st.sampled_from(
    [
        Filters(),
        Filters(kinds=("defect",)),
        Filters(scopes=("in_contract", "none"), text="报错"),
        Filters(clients=("nordwind",)),
        Filters(releases=("none",), priorities=("P3", "none")),
        Filters(phases=("uat",)),
    ]
)
SHARED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
async def crowd(database: Database) -> AsyncIterator[Database]:
    """Requirements of which many are equal in everything but their number."""
    async with open_town(database) as town:
        for source in ("huaxin-jira", "nordwind-gitlab"):
            await town.absorb(
                *(
                    town.snapshot(
                        ("导出报错", "怎么导出?", "希望导出")[number % 3],
                        source,
                        issue_type=("Bug", "Question", "Story")[number % 3],
                        urgency=Urgency.HIGH if number % 5 else None,
                    )
                    for number in range(17)
                )
            )
            town.clock.wind(minutes=1)
        yield database


async def walk(
    connection: Connection, filters: Filters, order: Order, most: int, *, back: bool
) -> list[int]:
    numbers: list[int] = []
    position: Position | None = None
    if back:
        position = await last(connection, filters, order)
    for _ in range(60):
        page = await find_page(connection, filters, order, position, most)
        assert len(page.rows) <= most
        rows = [row.number for row in page.rows]
        numbers = [*rows, *numbers] if back else [*numbers, *rows]
        position = page.previous if back else page.next
        if position is None:
            return numbers
        assert parse_position(str(position), order) == position
    raise AssertionError("the pages never end")


async def last(
    connection: Connection, filters: Filters, order: Order
) -> Position | None:
    """Where the last row begins the way back, itself not included."""
    whole = await find_page(connection, filters, order, None, 1)
    position = whole.next
    while position is not None:
        page = await find_page(connection, filters, order, position, 1)
        if page.next is None:
            return page.previous
        position = page.next
    return None


@SHARED
@given(order=ORDERS, filters=FILTERS, most=st.integers(1, 12))
async def test_pages_forth_are_the_whole_list_without_repeats(
    crowd: Database, order: Order, filters: Filters, most: int
) -> None:
    async with crowd.transaction() as connection:
        whole = await find_page(connection, filters, order, None, 1000)
        numbers = [row.number for row in whole.rows]
        assert await walk(connection, filters, order, most, back=False) == numbers
        assert len(set(numbers)) == len(numbers)
        assert await count(connection, filters, 1000) == len(numbers)


@SHARED
@given(order=ORDERS, filters=FILTERS, most=st.integers(1, 12))
async def test_pages_back_are_the_list_up_to_where_one_was(
    crowd: Database, order: Order, filters: Filters, most: int
) -> None:
    async with crowd.transaction() as connection:
        whole = await find_page(connection, filters, order, None, 1000)
        numbers = [row.number for row in whole.rows]
        if len(numbers) > 1:
            back = await walk(connection, filters, order, most, back=True)
            assert back == numbers[:-1]


@SHARED
@given(sort=st.sampled_from(Sort))
async def test_turned_round_the_list_is_the_same_from_its_end(
    crowd: Database, sort: Sort
) -> None:
    async with crowd.transaction() as connection:
        up = await find_page(connection, Filters(), Order(sort), None, 1000)
        falling = Order(sort, descending=True)
        down = await find_page(connection, Filters(), falling, None, 1000)
        assert [row.number for row in up.rows] == [
            row.number for row in reversed(down.rows)
        ]


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")), ORDERS)
def test_a_text_that_is_no_position_is_refused(text: str, order: Order) -> None:
    with pytest.raises(PositionError):
        parse_position(text, order)


@given(ORDERS)
def test_an_order_reads_back(order: Order) -> None:
    assert parse_order(str(order)) == order
