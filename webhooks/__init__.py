"""The letterbox: authenticate, keep the raw bytes, answer 202."""

from fastapi import FastAPI

from sync.engine import Engine
from webhooks.letterbox import routes


def mount(asgi: FastAPI, engine: Engine) -> None:
    """Add the letterbox to an application."""
    asgi.router.routes.extend(routes(engine))
