"""After an act that a person signed: back to where they were."""

from collections.abc import Collection

from fastapi import Request
from starlette.responses import RedirectResponse

from web.reader import remember


def go_back(address: str, by: str) -> RedirectResponse:
    """To a page of ours; the name is remembered for the next act."""
    response = RedirectResponse(address, 303)
    if by.strip():
        remember(response.headers, "name", by.strip())
    return response


def find_told(request: Request, name: str, known: Collection[str]) -> str:
    """What the address tells of the last act, if it is something that we tell."""
    given = request.query_params.get(name, "")
    return given if given in known else ""
