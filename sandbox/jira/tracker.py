"""One Jira site, ready to be served."""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from sandbox.bench import Bench
from sandbox.clock import Now, utc_now
from sandbox.control import control_router
from sandbox.hooks import Deliveries, Event
from sandbox.jira import catalog
from sandbox.jira.api import (
    admin_hooks,
    comments,
    issues,
    links,
    lists,
    projects,
    searches,
)
from sandbox.jira.caller import identify
from sandbox.jira.delivery import JiraDelivery
from sandbox.jira.desk import JiraDesk
from sandbox.jira.errors import JiraError, answer_error, no_such_place
from sandbox.jira.records import Deployment, Project
from sandbox.jira.seeding import seed_project
from sandbox.jira.site import Site
from sandbox.jira.store import JiraStore
from sandbox.limits import RateLimits, Refusal, jira_headers
from sandbox.page import page_router
from sandbox.seeds import SeedProject
from sandbox.wire import Edge, Wire

# The routers with fixed paths under /issue come before the one with /issue/{ref}.
ROUTERS = (lists, searches, projects, links, comments, issues)


class JiraTracker:
    """A Jira Cloud ("Cloud") or Data Center ("Server") site.

    `site` holds the data (add users and projects there), `store` changes it on
    somebody's behalf and raises webhooks, `bench` has hooks, faults and journal.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        now: Now = utc_now,
        chinese: bool = False,
        zone: str = "UTC",
        title: str = "",
        retry_delays: Sequence[float] = (0.2, 0.4, 0.8, 1.6, 3.2),
    ) -> None:
        self.site = Site(deployment, now, zone)
        if chinese:
            self.site.priorities = catalog.PRIORITIES_ZH
            self.site.resolutions = catalog.RESOLUTIONS_ZH
            self.site.issue_types = catalog.ISSUE_TYPES_ZH
        deliveries = Deliveries(JiraDelivery(deployment, retry_delays), now)
        self._bench = Bench(
            deliveries, now, faults=self.site.faults, limits=RateLimits(now=now)
        )
        self.store = JiraStore(self.site, self._raise)
        self._app = self._build(title)

    @property
    def kind(self) -> str:
        return "jira-cloud" if self.site.cloud else "jira-dc"

    @property
    def bench(self) -> Bench:
        return self._bench

    @property
    def app(self) -> ASGIApp:
        return self._app

    @property
    def base_url(self) -> str:
        return self.store.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.store.base_url = url

    def seed(self, seed: SeedProject) -> Project:
        return seed_project(self.store, seed)

    def _raise(self, event: Event) -> None:
        self._bench.deliveries.raise_event(event)

    def _build(self, title: str) -> ASGIApp:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.state.store = self.store
        app.add_exception_handler(JiraError, answer_error)
        app.add_exception_handler(404, no_such_place)
        app.add_exception_handler(405, no_such_place)
        for module in ROUTERS:
            app.include_router(module.router)
        app.include_router(lists.applinks)
        app.include_router(admin_hooks.hooks_router(self._bench.deliveries))
        app.include_router(control_router(self._bench))
        app.include_router(page_router(JiraDesk(self.store, self.kind, title)))
        edge = Edge("/rest/", self._who, _too_many, _reads)
        return Wire(app, self._bench, edge)

    def _who(self, headers: Mapping[str, str]) -> str:
        user = identify(self.site, headers)
        return user.id if user else "anonymous"


def _too_many(refusal: Refusal) -> Response:
    text = "Rate limit exceeded."
    body = {"errorMessages": [text], "errors": {}}
    return JSONResponse(body, 429, jira_headers(refusal))


def _reads(path: str) -> bool:
    return path.endswith(
        ("/search", "/search/jql", "/approximate-count", "/issue/bulkfetch")
    )
