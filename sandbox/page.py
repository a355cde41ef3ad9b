"""A small web page on each stand-in, so that a person can play the client.

Works without JavaScript. It only speaks to a `Desk`, which acts through the same
store functions as the tracker's API: what is done here raises webhooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")
PERSON_COOKIE = "sandbox_person"


@dataclass(frozen=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True)
class Remark:
    author: str
    at: datetime
    body: str


@dataclass(frozen=True)
class Card:
    """One issue as the page shows it; `ref` is what the tracker's URL is made of."""

    ref: str
    key: str
    url: str
    title: str
    description: str
    status: str
    priority: str
    author: str
    created_at: datetime
    updated_at: datetime
    labels: tuple[str, ...] = ()
    release: str = ""
    moves: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Edit:
    """What a form said; `status` "" leaves it, else one of the card's `moves`."""

    title: str
    description: str
    priority: str = ""
    labels: tuple[str, ...] = ()
    status: str = ""
    project: str = ""


@dataclass(frozen=True)
class Sign:
    """The board above the door: what this tracker is and which forms it offers."""

    title: str
    kind: str
    projects: tuple[str, ...]
    priorities: tuple[str, ...] = ()
    issue_routes: tuple[str, ...] = field(default=("/browse/{ref}",))


class RefusedError(Exception):
    """The tracker said no; the text is shown above the form."""


class Desk(Protocol):
    """What the page needs of a tracker. Persons act by their id, never as the API."""

    def sign(self) -> Sign: ...

    def people(self) -> list[Person]: ...

    def cards(self, search: str) -> list[Card]:
        """Newest change first, without remarks; `search` in key, title and text."""

    def ref(self, path_params: Mapping[str, str]) -> str:
        """Turn the matched parts of an issue route into a card's ref."""

    def card(self, ref: str) -> Card | None: ...

    def create(self, person: str, edit: Edit) -> str:
        """Create an issue as that person and return its ref."""

    def edit(self, person: str, ref: str, edit: Edit) -> None: ...

    def remark(self, person: str, ref: str, body: str) -> None: ...


def page_router(desk: Desk) -> APIRouter:
    """Build the routes; mount it last, after the API's."""
    router = APIRouter(include_in_schema=False)
    sheet = _Sheet(desk)
    router.add_api_route("/", sheet.show_list, response_class=HTMLResponse)
    router.add_api_route("/_new", sheet.show_new, response_class=HTMLResponse)
    router.add_api_route("/_new", sheet.create, methods=["POST"])
    router.add_api_route("/_person", sheet.choose, methods=["POST"])
    for route in desk.sign().issue_routes:
        router.add_api_route(route, sheet.show_issue, response_class=HTMLResponse)
        router.add_api_route(route, sheet.change, methods=["POST"])
    return router


class _Sheet:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show_list(self, request: Request) -> Response:
        search = request.query_params.get("q", "")
        cards = self._desk.cards(search)
        shown = cards[:200]
        extra = {"cards": shown, "count": len(cards), "q": search}
        return self._render(request, "list.html", extra)

    async def show_new(self, request: Request) -> Response:
        return self._render(request, "new.html", {})

    async def create(self, request: Request) -> Response:
        form = await _form(request)
        try:
            ref = self._desk.create(self._person(request), _edit(form))
        except RefusedError as no:
            return self._render(request, "new.html", {"error": str(no)}, 400)
        card = self._desk.card(ref)
        return _see_other(card.url if card else "/")

    async def choose(self, request: Request) -> Response:
        form = await _form(request)
        answer = _see_other(_own_path(form.get("back", "/")))
        answer.set_cookie(PERSON_COOKIE, quote(form.get("person", "")), httponly=True)
        return answer

    async def show_issue(self, request: Request) -> Response:
        return self._issue(request, "")

    async def change(self, request: Request) -> Response:
        form = await _form(request)
        ref = self._desk.ref(request.path_params)
        try:
            if "remark" in form:
                self._desk.remark(self._person(request), ref, form["remark"])
            else:
                self._desk.edit(self._person(request), ref, _edit(form))
        except RefusedError as no:
            return self._issue(request, str(no))
        return _see_other(request.url.path)

    def _issue(self, request: Request, error: str) -> Response:
        card = self._desk.card(self._desk.ref(request.path_params))
        if card is None:
            return self._render(request, "missing.html", {}, 404)
        status = 400 if error else 200
        extra = {"card": card, "error": error}
        return self._render(request, "issue.html", extra, status)

    def _person(self, request: Request) -> str:
        known = [person.id for person in self._desk.people()]
        chosen = unquote(request.cookies.get(PERSON_COOKIE, ""))
        return chosen if chosen in known else known[0]

    def _render(
        self, request: Request, name: str, extra: dict[str, object], status: int = 200
    ) -> Response:
        context = {
            "sign": self._desk.sign(),
            "people": self._desk.people(),
            "person": self._person(request),
            "hue": hue,
            **extra,
        }
        return TEMPLATES.TemplateResponse(request, name, context, status)


def hue(label: str) -> int:
    """Give a label a colour that stays the same from page to page."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(label)) % 12


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {name: text for name, text in form.items() if isinstance(text, str)}


def _edit(form: Mapping[str, str]) -> Edit:
    labels = (part.strip() for part in form.get("labels", "").split(","))
    return Edit(
        title=form.get("title", "").strip(),
        description=form.get("description", "").replace("\r\n", "\n"),
        priority=form.get("priority", ""),
        labels=tuple(label for label in labels if label),
        status=form.get("status", ""),
        project=form.get("project", ""),
    )


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _own_path(path: str) -> str:
    return path if path.startswith("/") and not path.startswith("//") else "/"
