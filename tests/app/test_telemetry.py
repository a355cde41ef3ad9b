"""What the engine tells becomes counters and log lines, and nothing else."""

import logging
from uuid import UUID

import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from app.telemetry import Telemetry
from model.signs import Decided, Ingested, Observed, Ran, Received, Sign, Written

ID = UUID(int=7)


@pytest.mark.parametrize(
    ("sign", "sample"),
    [
        (
            Received("acme", 202, ID),
            'reqpool_webhooks_total{source="acme",status="202"} 2.0',
        ),
        (
            Ingested("acme", ID, "quarantined", "42", "not_json"),
            'reqpool_deliveries_total{outcome="quarantined",source="acme"} 2.0',
        ),
        (
            Observed("acme", "42", "new", "poll"),
            'reqpool_observations_total{outcome="new",source="acme"} 2.0',
        ),
        (
            Decided("acme", "42", ID, "webhook", 3),
            'reqpool_decisions_total{cause="webhook",source="acme"} 2.0',
        ),
        (
            Written("acme", "42", ID, "labels", "written"),
            'reqpool_writes_total{field="labels",outcome="written",source="acme"} 2.0',
        ),
        (
            Ran("poll", "acme", 0.3, failed=False),
            'reqpool_run_seconds_bucket{failed="false",le="0.5",source="acme",verb="poll"} 2.0',
        ),
    ],
)
def test_each_sign_is_counted_and_logged_with_its_ids(
    sign: Sign, sample: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "reqpool")
    telemetry = Telemetry()
    with capture_logs() as lines:
        telemetry.tell(sign)
        telemetry.tell(sign)
    assert sample in generate_latest(telemetry.registry).decode()
    assert [line["event"] for line in lines] == [type(sign).__name__.lower()] * 2
    assert lines[0]["source"] == "acme"


def test_what_went_wrong_is_a_warning() -> None:
    with capture_logs() as lines:
        Telemetry().tell(Written("acme", "42", ID, "labels", "dead", "forbidden"))
    (line,) = lines
    assert (line["log_level"], line["operation"]) == ("warning", str(ID))
    assert (line["issue"], line["reason"]) == ("42", "forbidden")
