"""The letterbox that all tests of this folder post to."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import new_database
from tests.webhooks.office import Office, open_office
from webhooks.repolls import Repolls


@pytest.fixture(scope="package")
def own_database(postgres_url: str, migrated_url: str) -> Iterator[str]:
    assert migrated_url
    yield from new_database(postgres_url, "migrated")


@pytest.fixture(scope="package")
async def opened(
    own_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repolls, "rest_seconds", 0.05)
        patch.setattr(Repolls, "retry_seconds", 0.05)
        folder = tmp_path_factory.mktemp("office")
        async with open_office(own_database, folder) as office:
            yield office


@pytest.fixture
async def office(opened: Office) -> Office:
    await opened.clear()
    return opened
