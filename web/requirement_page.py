"""``/requirements/{number}``: one requirement, and why it is what it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.decisions import Kind, PoolState, Priority, Scope, Section
from pool import requirements
from pool.detail import Detail, find_detail
from pool.overview import find_releases
from pool.sources import find_all as find_sources
from sync.fan_out import Errand
from web.asked import plain
from web.desk import Desk, TheDesk
from web.problems import Problem
from web.reader import NAME_LENGTH, Reader, TheReader, remember
from web.render import render

router = APIRouter(prefix="/requirements", include_in_schema=False)

REASON_LENGTH = 2000
Number = Annotated[int, Path(ge=1, lt=2**63)]
_Plain = AfterValidator(plain)
_SHIPPED = "shipped"


class _SignedForm(BaseModel):
    reason: Annotated[str, _Plain] = Field(default="", max_length=REASON_LENGTH)
    by: Annotated[str, _Plain] = Field(default="", max_length=NAME_LENGTH)


class OverruleForm(_SignedForm):
    """A section with what it is pinned to; an empty value revokes."""

    section: Section
    value: Annotated[str, _Plain] = Field(default="", max_length=200)
    clause: Annotated[str, _Plain] = Field(default="", max_length=200)


class StateForm(_SignedForm):
    """Where the requirement goes."""

    state: PoolState


class RaiseForm(_SignedForm):
    """Where the requirement is raised, and in which words."""

    source: Annotated[str, _Plain] = Field(default="", max_length=200)
    place: Annotated[str, _Plain] = Field(default="", max_length=200)
    title: Annotated[str, _Plain] = Field(default="", max_length=255)
    text: str = Field(default="", max_length=20_000)


@router.get("/{number}")
async def show_requirement(
    request: Request, desk: TheDesk, reader: TheReader, number: Number
) -> Response:
    """The page; a merged requirement leads to what it became."""
    return await _show(request, desk, reader, number)


@router.post("/{number}/overrides")
async def overrule_section(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    number: Number,
    form: Annotated[OverruleForm, Form()],
) -> Response:
    """Pin a section; an empty value revokes."""
    requirement = await get_requirement(desk, number)
    if not form.reason or not form.by:
        return await _show(request, desk, reader, number, "failed.reason")
    value = form.value or None
    clause = form.clause if form.value == Scope.IN_CONTRACT else ""
    try:
        await desk.overrule(
            requirement, form.section, value, form.reason, form.by, clause=clause
        )
    except ValueError:
        return await _show(request, desk, reader, number, "failed.value")
    return _go_back(number, "overruled" if value else "revoked", form.by)


@router.post("/{number}/state")
async def move_state(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    number: Number,
    form: Annotated[StateForm, Form()],
) -> Response:
    """Move the requirement on."""
    requirement = await get_requirement(desk, number)
    if not form.reason or not form.by:
        return await _show(request, desk, reader, number, "failed.reason")
    try:
        await desk.advance(requirement, form.state, form.reason, form.by)
    except ValueError:
        return await _show(request, desk, reader, number, "failed.value")
    return _go_back(number, "moved", form.by)


@router.post("/{number}/issues")
async def raise_issue(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    number: Number,
    form: Annotated[RaiseForm, Form()],
) -> Response:
    """Raise the requirement in another tracker."""
    requirement = await get_requirement(desk, number)
    if not form.reason or not form.by:
        return await _show(request, desk, reader, number, "failed.reason")
    errand = Errand(form.source, form.title, form.text, form.place)
    try:
        await desk.fan_out(requirement, errand, form.reason, form.by)
    except (ValueError, LookupError):
        return await _show(request, desk, reader, number, "failed.raise")
    return _go_back(number, "raised", form.by)


async def get_requirement(desk: Desk, number: int) -> UUID:
    """The id of a requirement that has issues.

    Raises:
        Problem: there is none.
    """
    async with desk.database.transaction() as connection:
        found = await requirements.find_id(connection, number)
    if found is None:
        raise Problem(404, "not_found")
    return found


async def get_detail(desk: Desk, number: int) -> Detail:
    """Everything about a requirement.

    Raises:
        Problem: there is none.
    """
    async with desk.database.transaction() as connection:
        detail = await find_detail(connection, number)
    if detail is None:
        raise Problem(404, "not_found")
    return detail


async def _show(
    request: Request, desk: Desk, reader: Reader, number: int, failed: str = ""
) -> Response:
    detail = await get_detail(desk, number)
    if detail.number != number:
        return RedirectResponse(f"/requirements/{detail.number}", 302)
    page = render(
        request,
        reader,
        "requirement_page.html",
        {
            "detail": detail,
            "options": await _options(desk),
            "sources": await _find_sources(desk),
            "sections": tuple(Section),
            "states": tuple(PoolState),
            "done": _done(request),
            "failed": failed,
            "now": desk.clock(),
        },
    )
    return _refused(page) if failed else page


def _refused(page: HTMLResponse) -> HTMLResponse:
    page.status_code = 422
    return page


def _done(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in {"overruled", "revoked", "moved", "raised"} else ""


async def _options(desk: Desk) -> dict[Section, list[str]]:
    async with desk.database.transaction() as connection:
        releases = await find_releases(connection)
    return {
        Section.KIND: list(Kind),
        Section.SCOPE: list(Scope),
        Section.PRIORITY: list(Priority),
        Section.RELEASE: [it.name for it in releases if it.state != _SHIPPED],
    }


async def _find_sources(desk: Desk) -> list[str]:
    async with desk.database.transaction() as connection:
        return [source.name for source in await find_sources(connection)]


def _go_back(number: int, done: str, by: str) -> RedirectResponse:
    response = RedirectResponse(f"/requirements/{number}?done={done}", 303)
    remember(response.headers, "name", by)
    return response
