"""Whatever an issue says, it can be stored, and found."""

from random import Random
from string import ascii_lowercase, digits

from pool.database import Database
from pool.filters import Filters
from pool.keyset import Order
from pool.listing import find_page
from tests.builders import open_town


async def test_a_word_too_long_for_an_index_keeps_no_issue_out(
    database: Database,
) -> None:
    word = "".join(Random(7).choices(ascii_lowercase + digits, k=20_000))
    async with open_town(database) as town:
        await town.absorb(
            town.snapshot("Export fails", "huaxin-jira", description=word)
        )
        async with database.transaction() as connection:
            for text in (word, "export fails"):
                page = await find_page(connection, Filters(text=text), Order(), None, 9)
                assert len(page.rows) == 1
