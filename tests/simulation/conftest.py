"""One founded pool for every story of a process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import new_database
from tests.simulation.run import Ground, open_ground


@pytest.fixture(scope="session")
async def ground(
    postgres_url: str, migrated_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    assert migrated_url
    databases = new_database(postgres_url, "migrated")
    folder: Path = tmp_path_factory.mktemp("pool")
    async with open_ground(next(databases), folder) as opened:
        yield opened
    next(databases, None)
