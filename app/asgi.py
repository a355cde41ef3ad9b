"""The ASGI application: letterbox, pages and API over one engine."""

from fastapi import FastAPI

import web
import webhooks
from sync.engine import Engine


def build_asgi(engine: Engine) -> FastAPI:
    """Pages at ``/``, the API at ``/api/v1``, the letterbox at ``/webhooks``."""
    asgi = FastAPI(openapi_url=None)
    webhooks.mount(asgi, engine)
    web.mount(asgi, engine)
    return asgi
