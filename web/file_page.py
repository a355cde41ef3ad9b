"""``/attachments/{issue}/{file}``: a file of an issue, fetched from its tracker now."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from model.errors import TrackerError
from sync.fetch_file import TOO_LARGE
from web.desk import TheDesk
from web.problems import Problem

router = APIRouter(prefix="/attachments", include_in_schema=False)

_GONE = frozenset({"not_found", "permission_missing", "project_unreachable"})


@router.get("/{issue}/{file:path}")
async def give_file(
    desk: TheDesk, issue: UUID, file: Annotated[str, Path(max_length=400)]
) -> Response:
    """The content, to be kept and never shown: it is a stranger's.

    Who may see an issue may have its files: there is no file without its issue.
    """
    try:
        name, content = await desk.fetch_file(issue, file)
    except LookupError as error:
        raise Problem(404, "not_found") from error
    except TrackerError as error:
        raise _problem(error) from error
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "private, no-store",
    }
    return Response(content, headers=headers, media_type="application/octet-stream")


def _problem(error: TrackerError) -> Problem:
    if error.code in _GONE:
        return Problem(404, "not_found")
    if error.code in {TOO_LARGE, "answer_too_large"}:
        return Problem(413, "file_too_large")
    return Problem(502, "tracker_silent")
