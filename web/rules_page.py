"""``/rules``: what decides, how it came about, and a place to change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.errors import Problem as Flaw
from model.errors import RulesetError
from pool import overview, rulesets, runs
from pool.overview import ProjectRow
from pool.rulesets import Activation, HistoryRow
from pool.runs import RunProgress, Stop
from rules.simulate import Simulation
from sync.activate import Outdated
from sync.draft import UnknownProject, get_project_id
from sync.simulate import AlreadySimulating
from web.api_models import Plain
from web.desk import Desk, TheDesk
from web.problems import Problem
from web.reader import NAME_LENGTH, Reader, TheReader
from web.render import render
from web.requirement_page import REASON_LENGTH, Number
from web.rules_models import TEXT_LENGTH
from web.ruleset_view import (
    Checked,
    check_draft,
    compare_stored,
    find_replaced,
    get_activation,
)
from web.signed import go_back

router = APIRouter(include_in_schema=False)

PART = "reqpool-part"
"""A request's header: answer the outcome of a check alone, to be put into the page."""
_DONE = frozenset({"activated", "same", "rolled_back", "retired", "resumed"})
_SHOWN = 200

_START = """\
# {name}
name: {slug}
extends: {base}

kind: []
"""


class SignedForm(BaseModel):
    """Who does it, and why."""

    reason: Annotated[str, Plain, Field(max_length=REASON_LENGTH)] = ""
    by: Annotated[str, Plain, Field(max_length=NAME_LENGTH)] = ""

    @property
    def is_signed(self) -> bool:
        """Both are given."""
        return bool(self.reason.strip() and self.by.strip())


class DraftForm(SignedForm):
    """A text that may become a ruleset, over what was active when it was begun."""

    text: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""
    project: Annotated[str, Plain, Field(max_length=200)] = ""
    based_on: Annotated[int, Field(ge=0, lt=2**63)] = 0


class RetireForm(SignedForm):
    """Whose own ruleset ends."""

    project: Annotated[str, Plain, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Desktop:
    """Everything that the page shows beside the text.

    Attributes:
        active: of the chosen project, or the general one; None before the first.
        general: the general one.
        project: that was chosen; None for the general ruleset.
    """

    active: Activation | None
    general: Activation | None
    project: ProjectRow | None
    projects: Sequence[ProjectRow]
    history: Sequence[HistoryRow]
    progress: RunProgress
    stops: Sequence[Stop]

    @property
    def own(self) -> frozenset[str]:
        """Slugs of the projects that have their own ruleset."""
        running = (row for row in self.history if row.deactivated_at is None)
        return frozenset(row.project for row in running if row.project)

    @property
    def start(self) -> str:
        """What the editor begins with."""
        if self.active:
            return self.active.text
        if self.project is None or self.general is None:
            return ""
        slug, name = self.project.slug, self.project.name
        return _START.format(name=name, slug=slug, base=self.general.name)


@router.get("/rules")
async def show_rules(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    project: Annotated[str, Query(max_length=200)] = "",
    start: Annotated[int | None, Query(alias="from", ge=1, lt=2**63)] = None,
) -> Response:
    """The page; ``from`` begins with the text of an earlier activation."""
    desktop = await _find_desktop(desk, project)
    text = (await get_activation(desk, start)).text if start else desktop.start
    draft = _begin(desktop, text)
    done = request.query_params.get("done", "")
    extra = {"done": done if done in _DONE else ""}
    return _show(request, reader, desk, desktop, draft, extra)


def _begin(desktop: Desktop, text: str) -> DraftForm:
    project = desktop.project.slug if desktop.project else ""
    number = desktop.active.number if desktop.active else 0
    return DraftForm(text=text, project=project, based_on=number)


@router.post("/rules/check")
async def check(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    draft: Annotated[DraftForm, Form()],
) -> Response:
    """Show what is wrong with the text, and what it would change."""
    checked = await check_draft(desk, draft.text, draft.project)
    if request.headers.get(PART):
        return render(request, reader, "rules_result.html", {"checked": checked})
    desktop = await _find_desktop(desk, draft.project)
    return _show(request, reader, desk, desktop, draft, {"checked": checked})


@router.post("/rules/simulate")
async def simulate(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    draft: Annotated[DraftForm, Form()],
) -> Response:
    """Show what the text would do to the whole pool."""
    failed, found = await _try_simulate(desk, draft)
    if request.headers.get(PART):
        values = {"simulation": found, "failed": failed}
        return render(request, reader, "rules_simulation.html", values)
    checked = await check_draft(desk, draft.text, draft.project)
    desktop = await _find_desktop(desk, draft.project)
    extra = {"checked": checked, "simulation": found, "failed": failed}
    return _show(request, reader, desk, desktop, draft, extra)


async def _try_simulate(desk: Desk, draft: DraftForm) -> tuple[str, Simulation | None]:
    """Why not, as a text's key, or else the outcome."""
    try:
        return "", await desk.rules.simulate(draft.text, draft.project)
    except RulesetError:
        return "failed.not_simulated", None
    except AlreadySimulating:
        return "failed.already_simulating", None
    except UnknownProject as error:
        raise Problem(404, "no_project") from error


@router.post("/rules/activate")
async def activate(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    draft: Annotated[DraftForm, Form()],
) -> Response:
    """Let the text run; what is wrong with it is shown, and the old one stays."""
    failed = "" if draft.is_signed else "failed.reason"
    if not failed:
        failed, number = await _try_activate(desk, draft)
        if not failed:
            done = "activated" if number else "same"
            return go_back(_address(draft.project, done), draft.by)
    checked = await check_draft(desk, draft.text, draft.project)
    desktop = await _find_desktop(desk, draft.project)
    extra = {"checked": checked, "failed": failed}
    return _refused(_show(request, reader, desk, desktop, draft, extra))


async def _try_activate(desk: Desk, draft: DraftForm) -> tuple[str, int]:
    """Why not, as a text's key, or else the number."""
    try:
        number = await desk.rules.activate(
            draft.text, draft.by, draft.reason, draft.project, draft.based_on
        )
    except RulesetError:
        return "failed.ruleset", 0
    except Outdated:
        return "failed.outdated", 0
    except UnknownProject as error:
        raise Problem(404, "no_project") from error
    return "", number


@router.post("/rules/retire")
async def retire(
    desk: TheDesk, form: Annotated[RetireForm, Form()]
) -> RedirectResponse:
    """Let the general ruleset decide for a project again."""
    if not form.is_signed:
        return go_back(f"{_address(form.project)}&failed=reason", form.by)
    try:
        await desk.rules.retire(form.project, form.by, form.reason)
    except UnknownProject as error:
        raise Problem(404, "no_project") from error
    return go_back("/rules?done=retired", form.by)


@router.get("/rules/{number}")
async def show_activation(
    request: Request, desk: TheDesk, reader: TheReader, number: Number
) -> Response:
    """One activation: what it changed, and its text."""
    return await _show_one(request, desk, reader, number)


@router.post("/rules/{number}/rollback")
async def roll_back(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    number: Number,
    form: Annotated[SignedForm, Form()],
) -> Response:
    """Activate it again."""
    if not form.is_signed:
        page = await _show_one(request, desk, reader, number, failed="failed.reason")
        return _refused(page)
    stored = await get_activation(desk, number)
    try:
        await desk.rules.rollback(form.by, number=number, reason=form.reason)
    except RulesetError as error:
        page = await _show_one(
            request,
            desk,
            reader,
            number,
            failed="failed.ruleset",
            problems=error.problems,
        )
        return _refused(page)
    slug = await _find_slug(desk, stored)
    return go_back(_address(slug, "rolled_back"), form.by)


async def _show_one(
    request: Request,
    desk: Desk,
    reader: Reader,
    number: int,
    *,
    failed: str = "",
    problems: Sequence[Flaw] = (),
) -> HTMLResponse:
    stored = await get_activation(desk, number)
    before = await find_replaced(desk, stored)
    values = {
        "stored": stored,
        "before": before,
        "difference": compare_stored(before, stored),
        "project": await _find_slug(desk, stored),
        "failed": failed,
        "problems": problems,
        "now": desk.clock(),
    }
    return render(request, reader, "ruleset_page.html", values)


async def _find_slug(desk: Desk, stored: Activation) -> str:
    async with desk.database.transaction() as connection:
        history = await rulesets.find_history(connection)
    slugs = {row.number: row.project for row in history}
    return slugs.get(stored.number) or ""


async def _find_desktop(desk: Desk, slug: str) -> Desktop:
    async with desk.database.transaction() as connection:
        try:
            identity = await get_project_id(connection, slug)
        except UnknownProject as error:
            raise Problem(404, "no_project") from error
        projects = await overview.find_projects(connection)
        general = await rulesets.find_active(connection)
        own = await rulesets.find_active(connection, identity) if identity else None
        return Desktop(
            active=own if identity else general,
            general=general,
            project=next((it for it in projects if it.slug == slug), None),
            projects=projects,
            history=await rulesets.find_history(connection, _SHOWN),
            progress=await runs.find_progress(connection),
            stops=await runs.find_stops(connection),
        )


def _show(
    request: Request,
    reader: Reader,
    desk: Desk,
    desktop: Desktop,
    draft: DraftForm,
    extra: dict[str, Any],
) -> HTMLResponse:
    missing = request.query_params.get("failed") == "reason"
    none: Checked | Simulation | None = None
    values = {
        "desktop": desktop,
        "draft": draft,
        "checked": none,
        "simulation": none,
        "done": "",
        "failed": "failed.reason" if missing else "",
        "now": desk.clock(),
        **extra,
    }
    return render(request, reader, "rules_page.html", values)


def _address(project: str, done: str = "") -> str:
    return f"/rules?{urlencode({'project': project, 'done': done})}"


def _refused(page: HTMLResponse) -> HTMLResponse:
    page.status_code = 422
    return page
