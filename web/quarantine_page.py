"""``/quarantine``: deliveries that were kept but not understood."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from connectors.http import redact
from pool.encode import to_text
from pool.quarantine import (
    BodyGone,
    Letter,
    check_body,
    find_letter,
    find_quarantined,
)
from pool.sources import find_all
from web.api_models import Plain
from web.desk import TheDesk
from web.problems import Problem
from web.reader import TheReader
from web.render import render
from web.rules_page import SignedForm
from web.signed import find_told, go_back

router = APIRouter(include_in_schema=False)

ROWS = 50
_MOST_CHARACTERS = 20_000
_DONE = frozenset({"replayed", "discarded"})
_FAILED = frozenset({"reason", "settled"})


class QuarantineQuery(BaseModel):
    """Which deliveries are shown."""

    source: Annotated[str, Plain, Field(max_length=200)] = ""
    because: Annotated[str, Plain, Field(max_length=200)] = ""
    before: UUID | None = None

    def address(self, **more: object) -> str:
        """Where the same is shown."""
        pairs = {"source": self.source, "because": self.because, **more}
        told = urlencode({name: value for name, value in pairs.items() if value})
        return f"/quarantine?{told}" if told else "/quarantine"


class DeliveryForm(SignedForm):
    """An act on a delivery, and which deliveries were shown."""

    source: Annotated[str, Plain, Field(max_length=200)] = ""
    because: Annotated[str, Plain, Field(max_length=200)] = ""

    @property
    def shown(self) -> QuarantineQuery:
        """The list that the act was chosen from."""
        return QuarantineQuery(source=self.source, because=self.because)


@router.get("/quarantine")
async def show_quarantine(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    query: Annotated[QuarantineQuery, Query()],
) -> HTMLResponse:
    """A page of the quarantine, the latest delivery first."""
    async with desk.database.transaction() as connection:
        found = await find_quarantined(
            connection, query.source, query.because, query.before, ROWS
        )
        known = await find_all(connection)
    values: dict[str, Any] = {
        "query": query,
        "rows": found,
        "following": query.address(before=found[-1].id) if len(found) == ROWS else "",
        "sources": [source.name for source in known],
        "done": find_told(request, "done", _DONE),
        "failed": find_told(request, "failed", _FAILED),
        "now": desk.clock(),
    }
    return render(request, reader, "quarantine_page.html", values)


@router.get("/quarantine/{delivery}")
async def show_letter(
    request: Request, desk: TheDesk, reader: TheReader, delivery: UUID
) -> HTMLResponse:
    """What was delivered."""
    async with desk.database.transaction() as connection:
        letter = await find_letter(connection, delivery)
        try:
            await check_body(connection, delivery)
        except BodyGone as error:
            raise Problem(410, "body_gone", str(error)) from error
    if letter is None:
        raise Problem(404, "not_found")
    values = {"delivery": delivery, "text": write_letter(letter)}
    return render(request, reader, "letter_page.html", values)


def write_letter(letter: Letter) -> str:
    """Headers and body, cut, without anything that looks like a secret."""
    told = f"{to_text(letter.headers)}\n\n{letter.text[:_MOST_CHARACTERS]}"
    return redact(told)


@router.post("/quarantine/{delivery}/replay")
async def replay(
    desk: TheDesk, delivery: UUID, form: Annotated[DeliveryForm, Form()]
) -> RedirectResponse:
    """Have a delivery looked at again."""
    if not form.by.strip():
        return go_back(form.shown.address(failed="reason"), form.by)
    return await _act(desk.operate.replay_delivery, delivery, form, "replayed")


@router.post("/quarantine/{delivery}/discard")
async def discard(
    desk: TheDesk, delivery: UUID, form: Annotated[DeliveryForm, Form()]
) -> RedirectResponse:
    """Take a delivery out of quarantine."""
    if not form.is_signed:
        return go_back(form.shown.address(failed="reason"), form.by)
    return await _act(desk.operate.discard_delivery, delivery, form, "discarded")


async def _act(
    act: Any, delivery: UUID, form: DeliveryForm, done: str
) -> RedirectResponse:
    try:
        await act(delivery, form.by, form.reason)
    except LookupError:
        return go_back(form.shown.address(failed="settled"), form.by)
    return go_back(form.shown.address(done=done), form.by)
