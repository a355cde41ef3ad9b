"""GitHub as the sandbox serves it: API, page and control in one ASGI app."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.bench import Bench
from sandbox.clock import Now, utc_now
from sandbox.control import control_router
from sandbox.github.api import (
    API,
    ROUTES,
    brought_token,
    endpoint,
    refusal,
    show_user,
)
from sandbox.github.desk import GitHubDesk
from sandbox.github.records import Repository
from sandbox.github.seeding import seed_repository
from sandbox.github.site import GitHub
from sandbox.limits import Refusal, github_headers
from sandbox.page import page_router
from sandbox.seeds import SeedProject
from sandbox.wire import Edge, Wire

PLACES = ("/repos/{owner}/{name}", "/repositories/{repository:int}")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class GitHubTracker:
    """A stand-in for `SandboxServer`; `store` is the GitHub behind it."""

    kind = "github"

    def __init__(self, now: Now = utc_now, *, title: str = "GitHub") -> None:
        self.store = GitHub(now)
        self._app = _build_app(self.store, title)

    @property
    def base_url(self) -> str:
        return self.store.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.store.base_url = url

    @property
    def bench(self) -> Bench:
        return self.store.bench

    @property
    def app(self) -> ASGIApp:
        return self._app

    def seed(self, seed: SeedProject) -> Repository:
        return seed_repository(self.store, seed)


def _build_app(github: GitHub, title: str) -> ASGIApp:
    app = FastAPI(openapi_url=None)
    app.include_router(control_router(github.bench))
    app.add_route(f"{API}/user", endpoint(github, show_user), ["GET"])
    for place in PLACES:
        for method, path, handler in ROUTES:
            app.add_route(API + place + path, endpoint(github, handler), [method])
    app.add_route("/api/{rest:path}", _no_route, METHODS)
    app.include_router(page_router(GitHubDesk(github, title)))

    def identify(headers: Mapping[str, str]) -> str:
        token = github.tokens.get(brought_token(headers))
        return token.user.login if token else ""

    return Wire(app, github.bench, Edge("/api/", identify, _refuse))


async def _no_route(request: Request) -> Response:
    del request
    return refusal(404, "Not Found")


def _refuse(limit: Refusal) -> Response:
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    return refusal(403, message, github_headers(limit))
