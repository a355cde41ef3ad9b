"""The site over a town, asked as a browser on this machine asks it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from pool.database import Database
from tests.builders import Town, open_town
from web.desk import desk_of
from web.site import build


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        yield town


@pytest.fixture
async def site(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build(desk_of(town.engine)))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost:8080"
    ) as client:
        client.headers["accept-language"] = "en"
        yield client
