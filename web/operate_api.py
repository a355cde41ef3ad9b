"""``/api/v1``: sources paused and resumed, writes and deliveries dealt with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from pool.quarantine import BodyGone, find_quarantined
from pool.writes import SettledError, Write, WriteFilter, find_write, find_writes
from web import operate_models as models
from web.api import PROBLEMS, Number
from web.desk import TheDesk
from web.problems import Problem
from web.rules_models import SignedBody
from web.writes_page import OPEN

router = APIRouter(prefix="/api/v1", tags=["operate"], responses=PROBLEMS)

Name = Annotated[str, Path(max_length=200, description="Of the source.")]
Delivery = Annotated[UUID, Path(description="Of the delivery.")]


@router.post("/sources/{name}/pause", summary="Pause a source", status_code=204)
async def pause(desk: TheDesk, name: Name, body: SignedBody) -> None:
    """Neither poll, read nor write; webhooks are still accepted and kept."""
    async with _refusals():
        await desk.operate.pause(name, body.by, body.reason)


@router.post("/sources/{name}/resume", summary="Let a source go on")
async def resume(desk: TheDesk, name: Name, body: SignedBody) -> models.ResumedView:
    """End its pause; of one that is not paused, confirm the mass change that waits."""
    async with _refusals():
        done = await desk.operate.resume(name, body.by, body.reason)
    return models.ResumedView.model_validate(done)


@router.get("/outbox", summary="List writes")
async def list_writes(
    desk: TheDesk, query: Annotated[models.WritesAsked, Query()]
) -> models.WriteList:
    """What is to be written to the trackers, the latest first."""
    wanted = WriteFilter(query.source, query.issue, query.state or OPEN)
    async with desk.database.transaction() as connection:
        found = await find_writes(connection, wanted, query.before, query.limit)
    following = found[-1].number if len(found) == query.limit else None
    return models.WriteList(items=[_view(each) for each in found], next=following)


def _view(write: Write) -> models.WriteInFull:
    return models.WriteInFull.model_validate(write)


@router.get("/outbox/{number}", summary="Read a write")
async def read_write(desk: TheDesk, number: Number) -> models.WriteInFull:
    """With its change, its receipt and its last error."""
    async with desk.database.transaction() as connection:
        found = await find_write(connection, number)
    if found is None:
        raise Problem(404, "not_found")
    return _view(found)


@router.post("/outbox/{number}/replay", summary="Try a write again", status_code=204)
async def replay_write(desk: TheDesk, number: Number, body: SignedBody) -> None:
    """The issue is read first: what it shows already is not written again."""
    async with _refusals():
        await desk.operate.replay_write(number, body.by, body.reason)


@router.post("/outbox/{number}/discard", summary="Give a write up", status_code=204)
async def discard_write(desk: TheDesk, number: Number, body: SignedBody) -> None:
    """The same is not wanted again by itself."""
    async with _refusals():
        await desk.operate.discard_write(number, body.by, body.reason)


@router.get("/quarantine", summary="List the quarantine")
async def list_quarantine(
    desk: TheDesk, query: Annotated[models.QuarantineAsked, Query()]
) -> models.QuarantineList:
    """Deliveries that were kept but not understood, the latest first."""
    async with desk.database.transaction() as connection:
        found = await find_quarantined(
            connection, query.source, query.because, query.before, query.limit
        )
    return models.QuarantineList(
        items=[models.QuarantinedView.model_validate(each) for each in found],
        next=found[-1].id if len(found) == query.limit else None,
    )


@router.post(
    "/quarantine/{delivery}/replay", summary="Look at it again", status_code=204
)
async def replay_delivery(desk: TheDesk, delivery: Delivery, body: SignedBody) -> None:
    """Where no body was kept the whole source is read again instead."""
    async with _refusals():
        await desk.operate.replay_delivery(delivery, body.by, body.reason)


@router.post("/quarantine/{delivery}/discard", summary="Let it be", status_code=204)
async def discard_delivery(desk: TheDesk, delivery: Delivery, body: SignedBody) -> None:
    """Take a delivery out of quarantine without looking at it again."""
    async with _refusals():
        await desk.operate.discard_delivery(delivery, body.by, body.reason)


@asynccontextmanager
async def _refusals() -> AsyncIterator[None]:
    """Turns what an act refuses into problems."""
    try:
        yield
    except BodyGone as error:
        raise Problem(410, "body_gone", str(error)) from error
    except LookupError as error:
        raise Problem(404, "not_found") from error
    except SettledError as error:
        raise Problem(409, "settled") from error
