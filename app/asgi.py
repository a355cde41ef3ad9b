"""The ASGI application: letterbox, pages and API over one engine."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import web
from app.metrics import metrics_route
from app.telemetry import Telemetry
from sync.engine import Engine
from webhooks import INBOX_LIMIT, PREFIX, Letterbox


def build_asgi(
    engine: Engine, telemetry: Telemetry, inbox_limit: int = INBOX_LIMIT
) -> ASGIApp:
    """Pages at ``/``, the API at ``/api/v1``, letterbox, and ``/metrics``.

    What goes to the letterbox passes nothing else on its way.
    """
    pages = FastAPI(openapi_url=None)
    pages.router.routes.append(metrics_route(engine, telemetry))
    web.mount(pages, engine)
    letterbox = Letterbox(engine, inbox_limit)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        posted = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (letterbox if posted else pages)(scope, receive, send)

    return asgi
