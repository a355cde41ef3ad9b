from collections.abc import Iterator

import pytest

from tests.connectors.jira.rig import JiraRig, open_cloud, open_data_center


@pytest.fixture
def cloud() -> Iterator[JiraRig]:
    with open_cloud() as opened:
        yield opened


@pytest.fixture
def data_center() -> Iterator[JiraRig]:
    with open_data_center() as opened:
        yield opened


@pytest.fixture(params=[open_cloud, open_data_center], ids=["cloud", "data_center"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraRig]:
    with request.param() as opened:
        yield opened
