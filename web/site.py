"""The pages and the API as one application, to be mounted behind the letterbox."""

from collections.abc import Collection, Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sync.engine import Engine
from web import (
    api,
    file_page,
    health_page,
    operate_api,
    pool_page,
    project_page,
    quarantine_page,
    requirement_page,
    rules_api,
    rules_page,
    sources_page,
    why_page,
    writes_page,
)
from web.desk import Desk, desk_of
from web.guard import LOOPBACK, Guard
from web.problems import explain_problems
from web.reader import RememberChoices
from web.render import FOLDER

_ABOUT = """\
One requirement pool over all clients' trackers: read requirements with the reasons and
the evidence of every verdict, overrule, and move them on.

Lists are paged by keyset: pass `next` of an answer as `cursor` of the following
request, with the same filters and sort. Errors are `application/problem+json` (RFC
9457). Until there is sign-in this listens on loopback only, and `by` is recorded as
it is given.
"""


def build(desk: Desk, hosts: Collection[str] = LOOPBACK) -> ASGIApp:
    """The site over a desk; answers to these host names only."""
    return Guard(RememberChoices(_site(desk)), hosts)


def _site(desk: Desk) -> FastAPI:
    site = FastAPI(
        title="reqpool",
        version="1",
        description=_ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # these load scripts from a CDN
        redoc_url=None,
        redirect_slashes=False,
    )
    site.state.desk = desk
    pages = (pool_page, requirement_page, why_page, project_page, rules_page)
    operated = (health_page, writes_page, quarantine_page, sources_page)
    for page in (*pages, file_page, *operated, api, rules_api, operate_api):
        site.include_router(page.router)
    site.mount("/static", StaticFiles(directory=FOLDER / "static"))
    explain_problems(site)
    return site


def routes(engine: Engine) -> Sequence[BaseRoute]:
    """Every route of the site, without its guard; for looking at."""
    return _site(desk_of(engine)).routes


def mount(app: FastAPI, engine: Engine, hosts: Collection[str] = LOOPBACK) -> None:
    """Put the site behind every route that the application has already.

    Args:
        app: routes added later are never reached.
        engine: what people's acts go through.
        hosts: the names, without port, under which browsers reach it.
    """
    app.mount("", build(desk_of(engine), hosts))
