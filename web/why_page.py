"""``/requirements/{number}/why``: every rule of every section, won or lost."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from model.issues import IssueSnapshot
from pool.detail import Detail, LinkedIssue
from sync.explain import Explanation, NotDecided, RulesetGone, Which, explain
from web.api_models import Plain
from web.desk import Desk, TheDesk
from web.problems import Problem
from web.reader import TheReader
from web.render import render
from web.requirement_page import Number, get_detail

router = APIRouter(prefix="/requirements", include_in_schema=False)


class Asked(BaseModel):
    """Which decision is to be explained."""

    model_config = ConfigDict(extra="forbid")

    issue: Annotated[str, Plain, Field(max_length=200)] = Field(
        default="", description="Its key; else the requirement's first."
    )
    decision: int | UUID | None = Field(
        default=None, description="The n-th decision on it from 1, or an id."
    )
    at: date | datetime | None = Field(
        default=None,
        union_mode="left_to_right",
        description="What held at the end of a day, or at a moment.",
    )

    @property
    def which(self) -> Which | date:
        """The decision; a moment without a zone is one of UTC."""
        if isinstance(self.at, datetime) and self.at.tzinfo is None:
            return self.at.replace(tzinfo=UTC)
        return self.decision if self.at is None else self.at


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision on one issue of a requirement, explained."""

    detail: Detail
    linked: LinkedIssue
    explanation: Explanation

    @property
    def issue(self) -> IssueSnapshot:
        """What the tracker shows."""
        return self.linked.snapshot


@router.get("/{number}/why")
async def show_why(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    number: Number,
    asked: Annotated[Asked, Query()],
) -> Response:
    """The page; a merged requirement leads to what it became."""
    explained = await get_explained(desk, number, asked)
    if explained.detail.number != number:
        address = f"/requirements/{explained.detail.number}/why"
        return RedirectResponse(address, 302)
    values = {
        "detail": explained.detail,
        "linked": explained.linked,
        "found": explained.explanation,
        "now": desk.clock(),
    }
    return render(request, reader, "why_page.html", values)


async def get_explained(desk: Desk, number: int, asked: Asked) -> Explained:
    """One decision on an issue of a requirement.

    Raises:
        Problem: there is no such requirement, issue or decision, or what it was taken
            by is not to be had any more.
    """
    detail = await get_detail(desk, number)
    linked = next(
        (it for it in detail.issues if asked.issue in {"", it.snapshot.key}), None
    )
    if linked is None:
        raise Problem(404, "not_found")
    async with desk.database.transaction() as connection:
        try:
            explanation = await explain(connection, linked.id, asked.which)
        except NotDecided as error:
            raise Problem(404, "not_decided") from error
        except RulesetGone as error:
            raise Problem(410, "ruleset_gone") from error
    return Explained(detail, linked, explanation)
