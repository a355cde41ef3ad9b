"""``/metrics``: what this process counted, and how far behind the pool is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from app.telemetry import Telemetry
from pool import clearings
from pool.clearings import Clearing
from pool.database import DatabaseGone
from pool.gauges import Gauge, find_gauges
from sync.engine import Engine
from web.guard import Guard

_TOLD = {
    "poll_age_seconds": "Since the source was last polled.",
    "webhook_age_seconds": "Since its last authentic webhook.",
    "wait_seconds": "Until the tracker lets itself be asked again.",
    "paused": "1 while somebody has paused the source.",
    "broken": "1 while the tracker is taken to be down.",
    "budget_left_ratio": "Share of the tracker's tightest rate limit that is left.",
    "fetches_pending": "Issues waiting to be read.",
    "inbox_pending": "Deliveries not understood yet.",
    "inbox_oldest_seconds": "Age of the oldest of them.",
    "outbox_pending": "Writes not sent yet.",
    "outbox_oldest_seconds": "Age of the oldest of them.",
    "outbox_held": "Writes that a person has to confirm.",
    "outbox_dead": "Writes that were given up.",
    "concerns": "Open concerns on the health page.",
}


_CLEARED = {
    "cleared_age_seconds": "Since what is old was looked for.",
    "cleared_rows": "Rows that were ever dropped by age.",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Gauges(Collector):
    """The pool's numbers of one moment, in Prometheus' words."""

    gauges: list[Gauge]
    clearings: list[Clearing]
    now: datetime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._collect_sources()
        ages, rows = (
            GaugeMetricFamily(f"reqpool_{name}", told, labels=("what",))
            for name, told in _CLEARED.items()
        )
        for one in self.clearings:
            age = (self.now - one.cleared_at).total_seconds()
            ages.add_metric((one.what.value,), age)
            rows.add_metric((one.what.value,), one.dropped)
        yield from (ages, rows)

    def _collect_sources(self) -> Iterator[GaugeMetricFamily]:
        for name, told in _TOLD.items():
            family = GaugeMetricFamily(f"reqpool_{name}", told, labels=("source",))
            for gauge in self.gauges:
                if gauge.name == name:
                    family.add_metric((gauge.source,), gauge.value)
            yield family


def metrics_route(engine: Engine, telemetry: Telemetry) -> Route:
    """``GET /metrics`` in Prometheus' text format.

    The counters are this process's, the gauges the whole pool's; without a database
    the answer is 503 and holds the counters alone.
    """

    async def answer(_request: Request) -> Response:
        counted = generate_latest(telemetry.registry)
        try:
            found = await _find(engine)
        except (DatabaseGone, TimeoutError):
            return Response(counted, 503, media_type=CONTENT_TYPE_LATEST)
        pool = CollectorRegistry()
        pool.register(found)
        whole = counted + generate_latest(pool)
        return Response(whole, media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", Guard(request_response(answer)))


async def _find(engine: Engine) -> _Gauges:
    now = engine.clock()
    async with engine.database.quick_look() as connection:
        gauges = await find_gauges(connection, now)
        return _Gauges(gauges, await clearings.find_all(connection), now)
