"""Signs of life as log lines, counters and spans."""

from dataclasses import fields
from logging import DEBUG, INFO, WARNING, getLogger
from typing import Any, assert_never

import structlog
from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Histogram

from model.signs import Decided, Ingested, Observed, Ran, Received, Sign, Written

_LOGGER = getLogger("reqpool")
_RUN_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)
_TROUBLE = frozenset({"failed", "dead", "quarantined"})


class Telemetry:
    """Where one process writes down what its engine tells.

    Counters begin at 0 with the process and are kept in ``registry``, in Prometheus'
    data model (https://prometheus.io/docs/concepts/metric_types/).
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._log = structlog.get_logger("reqpool")
        self._received = self._counter(
            "webhooks", "Webhooks answered.", "source", "status"
        )
        self._ingested = self._counter(
            "deliveries", "Deliveries understood.", "source", "outcome"
        )
        self._observed = self._counter(
            "observations", "Issues observed and not as they were.", "source", "outcome"
        )
        self._decided = self._counter("decisions", "Decisions made.", "source", "cause")
        self._written = self._counter(
            "writes", "Writes to the trackers tried.", "source", "field", "outcome"
        )
        self._ran = Histogram(
            "reqpool_run_seconds",
            "How long a verb ran.",
            ("verb", "source", "failed"),
            buckets=_RUN_SECONDS,
            registry=self.registry,
        )

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"reqpool_{name}", told, labels, registry=self.registry)

    def tell(self, sign: Sign) -> None:
        """Count it, write its line, and put it on the current span."""
        match sign:
            case Received():
                self._received.labels(sign.source, sign.status).inc()
            case Ingested():
                self._ingested.labels(sign.source, sign.outcome).inc()
            case Observed():
                self._observed.labels(sign.source, sign.outcome).inc()
            case Decided():
                self._decided.labels(sign.source, sign.cause).inc()
            case Written():
                self._written.labels(sign.source, sign.field, sign.outcome).inc()
            case Ran():
                labels = (sign.verb, sign.source, str(sign.failed).lower())
                self._ran.labels(*labels).observe(sign.seconds)
            case _:
                assert_never(sign)
        self._write(sign)

    def _write(self, sign: Sign) -> None:
        span, level = trace.get_current_span(), _level_of(sign)
        if not (_LOGGER.isEnabledFor(level) or span.is_recording()):
            return
        name, told = type(sign).__name__.lower(), _told(sign)
        self._log.log(level, name, **told)
        span.add_event(name, told)


def _level_of(sign: Sign) -> int:
    if isinstance(sign, Received | Ran):
        return DEBUG
    return WARNING if getattr(sign, "outcome", "") in _TROUBLE else INFO


def _told(sign: Sign) -> dict[str, Any]:
    values = {field.name: getattr(sign, field.name) for field in fields(sign)}
    return {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in values.items()
        if value not in {"", None}
    }
