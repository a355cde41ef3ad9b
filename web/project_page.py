"""``/projects`` and ``/projects/{slug}``: where a project stands, by its contract."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from model.decisions import Kind, PoolState, Scope
from model.projects import Milestone, Phase
from model.word_diff import diff_words
from pool.contract_detail import ContractDetail
from pool.project_detail import ProjectDetail, find_project, find_projects
from web.asked import plain
from web.desk import Desk, TheDesk
from web.problems import Problem
from web.reader import TheReader
from web.render import render

router = APIRouter(prefix="/projects", include_in_schema=False)

Slug = Annotated[str, Path(max_length=200)]


@router.get("")
async def show_projects(
    request: Request, desk: TheDesk, reader: TheReader
) -> HTMLResponse:
    """Every project, the one with the nearest milestone first."""
    async with desk.database.transaction() as connection:
        cards = await find_projects(connection)
        today = await desk.find_today(connection)
    values = {"cards": cards, "today": today, "days_of": format_days}
    return render(request, reader, "projects_page.html", values)


@router.get("/{slug}")
async def show_project(
    request: Request, desk: TheDesk, reader: TheReader, slug: Slug
) -> HTMLResponse:
    """One project."""
    project, today = await get_project(desk, slug)
    values = {
        "project": project,
        "phases": tuple(Phase),
        "counted": {
            "scope": (tuple(Scope), project.scopes),
            "kind": (tuple(Kind), project.kinds),
            "state": (tuple(PoolState), project.states),
        },
        "delay_of": delay_of,
        "days_of": format_days,
        "diff": diff_words,
        "known": _known(project.contract),
        "today": today,
        "now": desk.clock(),
    }
    return render(request, reader, "project_page.html", values)


async def get_project(desk: Desk, slug: str) -> tuple[ProjectDetail, date]:
    """A project, and the day in the ruleset's time zone.

    Raises:
        Problem: there is none.
    """
    async with desk.database.transaction() as connection:
        project = await find_project(connection, plain(slug))
        today = await desk.find_today(connection)
    if project is None:
        raise Problem(404, "not_found")
    return project, today


def _known(contract: ContractDetail | None) -> frozenset[str]:
    clauses = contract.clauses if contract else ()
    return frozenset(one.clause.id for one in clauses)


def delay_of(milestone: Milestone, today: date) -> int | None:
    """Days behind the plan; negative ahead of it, None without a planned day."""
    if milestone.planned_on is None:
        return None
    return ((milestone.actual_on or today) - milestone.planned_on).days


def format_days(days: Decimal) -> str:
    """Person-days as people write them: ``12``, ``2.5``."""
    text = f"{days:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
