"""GitLab as the sandbox serves it: API, page and control in one ASGI app."""

from collections.abc import Mapping
from urllib.parse import unquote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.bench import Bench
from sandbox.clock import Now, utc_now
from sandbox.control import control_router
from sandbox.gitlab.api import (
    history,
    hooks,
    issues,
    links,
    notes,
    participation,
    places,
    planning,
    uploads,
)
from sandbox.gitlab.api.graphql import graphql_endpoint
from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.auth import brought_token
from sandbox.gitlab.call import endpoint
from sandbox.gitlab.desk import GitLabDesk
from sandbox.gitlab.instance import GitLab, Switches
from sandbox.gitlab.records import Project
from sandbox.gitlab.seeding import seed_project
from sandbox.gitlab.throttle import ToldRate
from sandbox.limits import Refusal, gitlab_headers
from sandbox.page import page_router
from sandbox.seeds import SeedProject
from sandbox.wire import Edge, Wire

API = "/api/v4"
ROUTES: tuple[Spec, ...] = (
    *places.ROUTES,
    *issues.ROUTES,
    *participation.ROUTES,
    *notes.ROUTES,
    *history.ROUTES,
    *links.ROUTES,
    *planning.ROUTES,
    *hooks.ROUTES,
    *uploads.ROUTES,
)


class GitLabTracker:
    """A stand-in for `SandboxServer`; `store` is the instance behind it."""

    kind = "gitlab"

    def __init__(
        self,
        now: Now = utc_now,
        switches: Switches | None = None,
        *,
        title: str = "GitLab",
    ) -> None:
        self.store = GitLab(now, switches=switches or Switches())
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

    def seed(self, seed: SeedProject) -> Project:
        return seed_project(self.store, seed)


def _build_app(gitlab: GitLab, title: str) -> ASGIApp:
    app = FastAPI(openapi_url=None)
    app.include_router(control_router(gitlab.bench))
    for spec in ROUTES:
        answer = endpoint(gitlab, spec.handler, spec.accepted_scopes)
        app.add_route(API + spec.path, answer, [spec.method])
    app.add_route("/api/graphql", graphql_endpoint(gitlab), ["POST"])
    for prefix in (API, "/api"):
        app.add_route(prefix + "/{rest:path}", _no_route, METHODS)
    app.include_router(page_router(GitLabDesk(gitlab, title)))

    def identify(headers: Mapping[str, str]) -> str:
        return _caller(gitlab, headers)

    edge = Edge("/api/", identify, _refuse, _is_query)
    told = ToldRate(app, gitlab.bench, identify)
    return EncodedSlashes(Wire(told, gitlab.bench, edge))


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def _no_route(request: Request) -> Response:
    del request
    return JSONResponse({"error": "404 Not Found"}, 404)


def _caller(gitlab: GitLab, headers: Mapping[str, str]) -> str:
    token = gitlab.tokens.get(brought_token(headers, {}))
    return token.user.username if token else ""


def _refuse(refusal: Refusal) -> Response:
    return PlainTextResponse("Retry later\n", 429, gitlab_headers(refusal))


def _is_query(path: str) -> bool:
    return path.endswith("/graphql")


class EncodedSlashes:
    """Keeps %2F in the path, so that group%2Fproject stays one segment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path", b"")
        if b"%2f" in raw.lower():
            marked = raw.replace(b"%2f", b"%252F").replace(b"%2F", b"%252F")
            scope = {**scope, "path": unquote(marked.decode("ascii"))}
        await self._app(scope, receive, send)
