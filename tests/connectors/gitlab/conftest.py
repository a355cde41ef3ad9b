"""The connector in front of the stand-in, over real HTTP."""

from collections.abc import Iterator

import pytest

from connectors.gitlab import GitLabConnector
from tests.connectors.gitlab.rig import GitLabRig, TickingClock, open_gitlab


@pytest.fixture
def site() -> Iterator[GitLabRig]:
    with open_gitlab(clock=TickingClock()) as opened:
        yield opened


@pytest.fixture
def connector(site: GitLabRig) -> GitLabConnector:
    return site.connect(page_size=100)
