"""``/health``: how each source is doing, and what needs a person."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse

from pool.status import find_status, is_reachable
from web.desk import TheDesk
from web.reader import TheReader
from web.render import render
from web.signed import find_told

router = APIRouter(include_in_schema=False)

_DONE = frozenset({"paused", "unpaused"})
_FAILED = frozenset({"reason"})


@router.get("/health")
async def show_health(
    request: Request, desk: TheDesk, reader: TheReader
) -> HTMLResponse:
    """Sources and open concerns, each with what to do."""
    async with desk.database.transaction() as connection:
        status = await find_status(connection)
    values = {
        "status": status,
        "amiss": sum(len(one.amiss) for one in status.sources),
        "done": find_told(request, "done", _DONE),
        "failed": find_told(request, "failed", _FAILED),
        "now": desk.clock(),
    }
    return render(request, reader, "health_page.html", values)


@router.get("/healthz")
async def answer_alive() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def answer_ready(desk: TheDesk) -> PlainTextResponse:
    """The database answers, too; 503 when not."""
    if await is_reachable(desk.database):
        return PlainTextResponse("ready\n")
    return PlainTextResponse("no database\n", 503)
