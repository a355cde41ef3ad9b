"""Pause and resume of sources, from the pages that show them."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from web.desk import TheDesk
from web.rules_page import SignedForm
from web.signed import go_back

router = APIRouter(prefix="/sources", include_in_schema=False)


@router.post("/{name}/pause")
async def pause(
    desk: TheDesk, name: str, form: Annotated[SignedForm, Form()]
) -> RedirectResponse:
    """Let a source rest; of one that is not there nothing is said."""
    if not form.is_signed:
        return go_back("/health?failed=reason", form.by)
    try:
        await desk.operate.pause(name, form.by, form.reason)
    except LookupError:
        return go_back("/health", form.by)
    return go_back("/health?done=paused", form.by)


@router.post("/{name}/resume")
async def resume(
    desk: TheDesk, name: str, form: Annotated[SignedForm, Form()]
) -> RedirectResponse:
    """End a pause, or confirm a mass change; settled meanwhile is no error."""
    if not form.by.strip():
        return go_back("/health?failed=reason", form.by)
    try:
        done = await desk.operate.resume(name, form.by, form.reason)
    except LookupError:
        return go_back("/health", form.by)
    if done.was_paused:
        return go_back("/health?done=unpaused", form.by)
    return go_back("/rules?done=resumed", form.by)
