"""``/api/v1``: what the pages can do, for programs."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from model.decisions import Section
from pool import facets, listing, overview
from pool.filters import Filters
from pool.keyset import PositionError, parse_order, parse_position
from pool.status import find_status
from sync.fan_out import Errand
from web import api_models as models
from web.api_views import concern_view, requirement_view, source_view
from web.asked import PARAMETERS
from web.desk import TheDesk
from web.problems import Problem
from web.project_page import Slug, get_project
from web.project_views import ProjectInFull, project_view
from web.reader import TheReader
from web.requirement_page import get_detail, get_requirement
from web.words.translate import Words

_PROBLEM: dict[str, Any] = {
    "model": models.ProblemView,
    "content": {"application/problem+json": {}},
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    403: {**_PROBLEM, "description": "Asked for by a page of another origin"},
    404: {**_PROBLEM, "description": "There is no such thing"},
    422: {**_PROBLEM, "description": "Not as documented, or not possible"},
}
"""What every route may answer instead."""

router = APIRouter(prefix="/api/v1", tags=["reqpool"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, lt=2**63, description="The readable number.")]


@router.get("/requirements", summary="List requirements")
async def list_requirements(
    desk: TheDesk, query: Annotated[models.ListQuery, Query()]
) -> models.RequirementList:
    """A page of the requirements that pass the filters, with their live issues."""
    order = parse_order(query.sort)
    try:
        position = parse_position(query.cursor, order) if query.cursor else None
    except PositionError as error:
        raise Problem(422, "bad_cursor") from error
    async with desk.database.transaction() as connection:
        page = await listing.find_page(
            connection, _filters(query), order, position, query.limit
        )
    return models.RequirementList(
        items=[models.RequirementRow.model_validate(row) for row in page.rows],
        next=str(page.next) if page.next else None,
        previous=str(page.previous) if page.previous else None,
    )


def _filters(query: models.FilterQuery) -> Filters:
    chosen = {
        facet: tuple(str(value) for value in getattr(query, name))
        for name, facet in PARAMETERS.items()
    }
    return Filters(**chosen, text=query.q.strip())


@router.get("/facets/{name}", summary="Count by the values of a filter")
async def count_facet(
    desk: TheDesk, name: str, query: Annotated[models.FilterQuery, Query()]
) -> models.FacetCounts:
    """How many requirements each value leaves, with all *other* filters standing."""
    if name not in PARAMETERS:
        raise Problem(404, "not_found")
    async with desk.database.transaction() as connection:
        counts = await facets.count_facet(connection, _filters(query), PARAMETERS[name])
    return models.FacetCounts.model_validate(counts)


@router.get("/requirements/{number}", summary="Read a requirement in full")
async def read_requirement(
    desk: TheDesk, reader: TheReader, number: Number
) -> models.RequirementView:
    """With issues, reasons, evidence, overrides and history.

    A merged one answers what it became.
    """
    return requirement_view(await get_detail(desk, number), Words(reader.language))


@router.post("/requirements/{number}/overrides", summary="Overrule", status_code=204)
async def overrule(
    desk: TheDesk, number: Number, body: models.OverrideBody
) -> Response:
    """Pin a section of all issues of the requirement; rules never overwrite it."""
    requirement = await get_requirement(desk, number)
    try:
        await desk.overrule(
            requirement,
            body.section,
            body.value,
            body.reason,
            body.by,
            clause=body.clause,
        )
    except ValueError as error:
        raise Problem(422, "impossible_value", str(error)) from error
    return Response(status_code=204)


@router.delete(
    "/requirements/{number}/overrides/{section}",
    summary="Revoke an override",
    status_code=204,
)
async def revoke(
    desk: TheDesk,
    number: Number,
    section: Section,
    reason: Annotated[models.Why, Query()],
    by: Annotated[models.Who, Query()],
) -> Response:
    """Let the rules decide the section again."""
    requirement = await get_requirement(desk, number)
    await desk.overrule(requirement, section, None, reason, by)
    return Response(status_code=204)


@router.post("/requirements/{number}/state", summary="Move on", status_code=204)
async def move(desk: TheDesk, number: Number, body: models.StateBody) -> Response:
    """Set the state of development; from then on rules do not move it."""
    requirement = await get_requirement(desk, number)
    try:
        await desk.advance(requirement, body.state, body.reason, body.by)
    except ValueError as error:
        raise Problem(422, "impossible_value", str(error)) from error
    return Response(status_code=204)


@router.post(
    "/requirements/{number}/issues", summary="Raise in another tracker", status_code=202
)
async def raise_issue(
    desk: TheDesk, number: Number, body: models.RaiseBody
) -> Response:
    """Make an issue in a source, once; it belongs to the requirement when it is read.

    Nothing of other clients' issues is taken over: the words are the caller's.
    """
    requirement = await get_requirement(desk, number)
    errand = Errand(body.source, body.title, body.text, body.place, body.issue_type)
    try:
        await desk.fan_out(requirement, errand, body.reason, body.by)
    except LookupError as error:
        raise Problem(404, "not_found", str(error)) from error
    except ValueError as error:
        raise Problem(422, "impossible_value", str(error)) from error
    return Response(status_code=202)


@router.get("/clients", summary="List clients")
async def list_clients(desk: TheDesk) -> list[models.ClientView]:
    """Every client, by slug."""
    async with desk.database.transaction() as connection:
        found = await overview.find_clients(connection)
    return [models.ClientView.model_validate(row) for row in found]


@router.get("/projects", summary="List projects")
async def list_projects(desk: TheDesk) -> list[models.ProjectView]:
    """Every project, by slug."""
    async with desk.database.transaction() as connection:
        found = await overview.find_projects(connection)
    return [models.ProjectView.model_validate(row) for row in found]


@router.get("/projects/{slug}", summary="Read a project in full")
async def read_project(desk: TheDesk, slug: Slug) -> ProjectInFull:
    """With milestones, the contract's clauses and what counts against each."""
    project, _ = await get_project(desk, slug)
    return project_view(project)


@router.get("/releases", summary="List releases")
async def list_releases(desk: TheDesk) -> list[models.ReleaseView]:
    """Every release, the next to ship last."""
    async with desk.database.transaction() as connection:
        found = await overview.find_releases(connection)
    return [models.ReleaseView.model_validate(row) for row in found]


@router.get("/status", summary="How sources keep up, and what needs a person")
async def read_status(desk: TheDesk, reader: TheReader) -> models.StatusView:
    """Sentences and remedies are in the language of `Accept-Language`."""
    async with desk.database.transaction() as connection:
        status = await find_status(connection)
    words = Words(reader.language)
    return models.StatusView(
        ruleset=status.ruleset,
        sources=[source_view(one, words) for one in status.sources],
        attention=[concern_view(asdict(it), words) for it in status.attention],
        concerns=status.concerns,
        clearings=[models.ClearingView.model_validate(it) for it in status.clearings],
    )
