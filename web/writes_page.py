"""``/outbox``: what is to be written to the trackers, and what was given up."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from connectors.http import redact
from pool.encode import to_text
from pool.sources import find_all
from pool.states import OutboxState
from pool.writes import SettledError, Write, WriteFilter, find_writes
from web.api_models import Plain
from web.desk import TheDesk
from web.reader import TheReader
from web.render import render
from web.requirement_page import Number
from web.rules_page import SignedForm
from web.signed import find_told, go_back

router = APIRouter(include_in_schema=False)

ROWS = 50
OPEN = (OutboxState.DEAD, OutboxState.PENDING, OutboxState.HELD)
_DONE = frozenset({"replayed", "discarded"})
_FAILED = frozenset({"reason", "settled"})


class WritesQuery(BaseModel):
    """Which writes are shown; none chosen means those that are not settled."""

    source: Annotated[str, Plain, Field(max_length=200)] = ""
    issue: Annotated[str, Plain, Field(max_length=200)] = ""
    state: list[OutboxState] = Field(default=[], max_length=10)
    before: Annotated[int | None, Field(ge=1, lt=2**63)] = None

    @property
    def wanted(self) -> WriteFilter:
        """What the pool is asked for."""
        return WriteFilter(self.source, self.issue, self.state or OPEN)

    def address(self, **more: object) -> str:
        """Where the same is shown."""
        pairs = [("source", self.source), ("issue", self.issue)]
        pairs += [("state", state.value) for state in self.state]
        pairs += [(name, str(value)) for name, value in more.items()]
        told = urlencode([(name, value) for name, value in pairs if value])
        return f"/outbox?{told}" if told else "/outbox"


class WriteForm(SignedForm):
    """An act on a write, and which writes were shown."""

    source: Annotated[str, Plain, Field(max_length=200)] = ""
    issue: Annotated[str, Plain, Field(max_length=200)] = ""
    state: list[OutboxState] = Field(default=[], max_length=10)

    @property
    def shown(self) -> WritesQuery:
        """The list that the act was chosen from."""
        return WritesQuery(source=self.source, issue=self.issue, state=self.state)


@dataclass(frozen=True, slots=True)
class Row:
    """A write with its texts, without anything that looks like a secret."""

    write: Write
    change: str
    error: str

    @property
    def is_replayable(self) -> bool:
        """Whether trying it again may be asked for."""
        waits = self.write.state in {*OPEN, OutboxState.DISCARDED} - {OutboxState.HELD}
        is_late = self.write.is_claimed or self.write.is_gone
        return waits and self.write.is_newest and not is_late

    @property
    def is_discardable(self) -> bool:
        """Whether it may be given up."""
        return self.write.state in OPEN and not self.write.is_claimed


@router.get("/outbox")
async def show_writes(
    request: Request,
    desk: TheDesk,
    reader: TheReader,
    query: Annotated[WritesQuery, Query()],
) -> HTMLResponse:
    """A page of writes, the latest first."""
    async with desk.database.transaction() as connection:
        found = await find_writes(connection, query.wanted, query.before, ROWS)
        known = await find_all(connection)
    values: dict[str, Any] = {
        "query": query,
        "rows": [_row(write) for write in found],
        "following": query.address(before=found[-1].number)
        if len(found) == ROWS
        else "",
        "sources": [source.name for source in known],
        "states": tuple(OutboxState),
        "chosen": query.state or OPEN,
        "done": find_told(request, "done", _DONE),
        "failed": find_told(request, "failed", _FAILED),
        "now": desk.clock(),
    }
    return render(request, reader, "writes_page.html", values)


def _row(write: Write) -> Row:
    error = {name: it for name, it in (write.error or {}).items() if name != "code"}
    return Row(write, redact(to_text(write.change)), redact(to_text(error)))


@router.post("/outbox/{number}/replay")
async def replay(
    desk: TheDesk, number: Number, form: Annotated[WriteForm, Form()]
) -> RedirectResponse:
    """Have a write tried again."""
    if not form.by.strip():
        return go_back(form.shown.address(failed="reason"), form.by)
    return await _act(desk.operate.replay_write, number, form, "replayed")


@router.post("/outbox/{number}/discard")
async def discard(
    desk: TheDesk, number: Number, form: Annotated[WriteForm, Form()]
) -> RedirectResponse:
    """Give a write up."""
    if not form.is_signed:
        return go_back(form.shown.address(failed="reason"), form.by)
    return await _act(desk.operate.discard_write, number, form, "discarded")


async def _act(act: Any, number: int, form: WriteForm, done: str) -> RedirectResponse:
    try:
        await act(number, form.by, form.reason)
    except (LookupError, SettledError):
        return go_back(form.shown.address(failed="settled"), form.by)
    return go_back(form.shown.address(done=done), form.by)
