"""The ASGI application: letterbox, pages and API over one engine."""

from fastapi import FastAPI

import web
import webhooks
from app.metrics import metrics_route
from app.telemetry import Telemetry
from sync.engine import Engine


def build_asgi(engine: Engine, telemetry: Telemetry) -> FastAPI:
    """Pages at ``/``, the API at ``/api/v1``, letterbox, and ``/metrics``."""
    asgi = FastAPI(openapi_url=None)
    webhooks.mount(asgi, engine)
    asgi.router.routes.append(metrics_route(engine, telemetry))
    web.mount(asgi, engine)
    return asgi
