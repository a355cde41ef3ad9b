"""``/pool``: the list of requirements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from pool.facets import Choice, find_choices
from pool.filters import NONE, Filters
from pool.keyset import Order, Sort
from pool.listing import count, find_page
from web.asked import PARAMETERS, ROWS, Asked, TheAsked
from web.desk import TheDesk
from web.reader import TheReader
from web.render import render

router = APIRouter(include_in_schema=False)

_MOST_COUNTED = 1_000
_OPEN = ("new", "triaged", "planned", "in_development")
VIEWS: Mapping[str, Filters] = {
    "view.all": Filters(),
    "view.review": Filters(scopes=("needs_review",)),
    "view.outside": Filters(scopes=("out_of_contract",)),
    "view.daily": Filters(scopes=("daily_change",)),
    "view.defects": Filters(kinds=("defect",), states=_OPEN),
    "view.unplanned": Filters(
        kinds=("requirement", "defect"), states=_OPEN, releases=(NONE,)
    ),
}
"""Ready-made questions to the list."""

ORDERS = tuple(
    Order(sort, descending=descending)
    for sort, first in (
        (Sort.PRIORITY, False),
        (Sort.CREATED, True),
        (Sort.CHANGED, True),
        (Sort.NUMBER, True),
    )
    for descending in (first, not first)
)


@dataclass(frozen=True, slots=True)
class View:
    """A ready-made question, as a tab."""

    key: str
    address: str
    is_current: bool


@router.get("/")
async def go_to_pool() -> RedirectResponse:
    """The pool is the first page."""
    return RedirectResponse("/pool", 302)


@router.get("/pool")
async def show_pool(
    request: Request, desk: TheDesk, reader: TheReader, asked: TheAsked
) -> HTMLResponse:
    """A page of the list."""
    async with desk.database.transaction() as connection:
        page = await find_page(
            connection, asked.filters, asked.order, asked.position, ROWS
        )
        total = await count(connection, asked.filters, _MOST_COUNTED + 1)
        choices = await find_choices(connection)
    values = {
        "asked": asked,
        "page": page,
        "total": min(total, _MOST_COUNTED),
        "counted_all": total <= _MOST_COUNTED,
        "choices": {name: choices[facet] for name, facet in PARAMETERS.items()},
        "labels": _labels(choices),
        "views": [_view(key, view, asked) for key, view in VIEWS.items()],
        "orders": ORDERS,
        "order_of": Order,
        "now": desk.clock(),
    }
    return render(request, reader, "pool_page.html", values)


def _view(key: str, filters: Filters, asked: Asked) -> View:
    is_current = asked.filters == filters
    return View(key, Asked(filters, asked.order).address(), is_current)


def _labels(choices: Mapping[str, Sequence[Choice]]) -> dict[tuple[str, str], str]:
    return {
        (name, choice.value): choice.name
        for name, facet in PARAMETERS.items()
        for choice in choices[facet]
        if choice.name
    }
