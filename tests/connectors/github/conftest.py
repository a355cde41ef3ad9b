"""The connector in front of the stand-in, over real HTTP."""

from collections.abc import Iterator

import pytest

from connectors.github import GitHubConnector
from tests.connectors.github.rig import GitHubRig, open_github


@pytest.fixture
def site() -> Iterator[GitHubRig]:
    with open_github() as opened:
        yield opened


@pytest.fixture
def connector(site: GitHubRig) -> GitHubConnector:
    return site.connect()
