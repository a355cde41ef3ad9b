"""What every installed connector has, without anybody asking for it."""

import importlib
import inspect
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import re2

from app.plugins import get_connector
from connectors.base import SourceConfig
from model.trackers import Capabilities
from tests.contracts.suite import ConnectorContract

OURS = entry_points(group="reqpool.connectors")
ROOT = Path(__file__).parents[2]
KINDS = sorted(found.name for found in OURS)


def test_there_are_three() -> None:
    assert set(KINDS) >= {"jira", "gitlab", "github"}


@pytest.mark.parametrize("kind", KINDS)
def test_its_contract_suite_runs(kind: str) -> None:
    module = importlib.import_module(f"tests.connectors.{kind}.test_contract")
    suites = [
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, ConnectorContract) and one is not ConnectorContract
    ]
    assert suites
    assert all(one.__name__.startswith("Test") for one in suites)


@pytest.mark.parametrize("kind", KINDS)
def test_its_fixtures_are_named_by_event_and_case(kind: str) -> None:
    folder = Path(inspect.getfile(get_connector(kind))).parent / "fixtures"
    names = [path.stem for path in folder.glob("*.json")]
    assert len(names) >= 5
    assert all("__" in name for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_can_do(kind: str) -> None:
    connector = get_connector(kind)
    can = connector.capabilities
    assert connector.kind == kind
    assert issubclass(connector.Config, SourceConfig)
    assert isinstance(can, Capabilities)
    assert can.name
    assert can.label_limits
    assert re2.fullmatch(can.label_pattern, "pool-kind::requirement")
    assert all(name == name.lower() for name in can.secret_headers)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_that_it_knows_is_in_the_table(kind: str) -> None:
    payloads = importlib.import_module(f"connectors.{kind}.payloads")
    known = {*payloads.EVENTS, *getattr(payloads, "OTHER_EVENTS", ())}
    page = (ROOT / "docs" / "reference" / "webhook-events.md").read_text("utf-8")
    assert {event for event in known if f"`{event}`" not in page} == set()
