"""Traces, sent over OTLP when the configuration says where to.

Sources: OpenTelemetry's specification of OTLP/HTTP and its semantic conventions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from opentelemetry import trace
from starlette.types import ASGIApp

from model.errors import ConfigError, Problem


@contextmanager
def tracing(url: str) -> Iterator[None]:
    """Send spans of jobs and of requests to trackers while the context is open.

    Args:
        url: of a collector, without ``/v1/traces``; empty for no traces at all.

    Raises:
        ConfigError: what the extra ``traces`` installs is not there.
    """
    if not url:
        yield
        return
    provider = _open_provider(url)
    client = _load("opentelemetry.instrumentation.httpx").HTTPXClientInstrumentor()
    trace.set_tracer_provider(provider)
    client.instrument(tracer_provider=provider)
    try:
        yield
    finally:
        client.uninstrument()
        provider.shutdown()


def trace_requests(asgi: ASGIApp, url: str) -> ASGIApp:
    """The same application, with a span for each request that it answers.

    Webhooks have none: their address may end in a secret.
    """
    if not url:
        return asgi
    traced: ASGIApp = _load(
        "opentelemetry.instrumentation.asgi"
    ).OpenTelemetryMiddleware(
        asgi, excluded_urls="/webhooks/", exclude_spans=["receive", "send"]
    )
    return traced


def _open_provider(url: str) -> Any:
    sdk = _load("opentelemetry.sdk.trace")
    otlp = _load("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resource = _load("opentelemetry.sdk.resources").Resource
    provider = sdk.TracerProvider(resource=resource.create({"service.name": "reqpool"}))
    exporter = otlp.OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    export = _load("opentelemetry.sdk.trace.export")
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    return provider


def _load(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        said = f"telemetry.traces_url is set, and {error.name} is not installed"
        problem = Problem("E_FIELD", said, hint="install reqpool[traces]")
        raise ConfigError([problem]) from error
