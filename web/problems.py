"""Problems: RFC 9457 for programs, a page in the house style for people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Scope

from web.reader import find_reader
from web.render import render

_MEDIA_TYPE = "application/problem+json"
_DETAILS = {
    "bad_cursor": "The cursor was not given out for this list in this order.",
    "cross_origin": "A page of another origin may not change anything here.",
    "foreign_host": "This host name is not one that reqpool answers to.",
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not know that method.",
    "invalid": "The request does not have the form that is documented.",
    "impossible_value": "The value is not one that is possible here.",
    "no_project": "There is no project of this slug.",
    "not_decided": "Nothing was decided on it, or not by then.",
    "ruleset_gone": "The decision's ruleset is not stored, or too old for this version.",
    "bad_ruleset": "The ruleset cannot run; the active one stays.",
    "already_simulating": "Another simulation is running; one at a time.",
    "body_gone": "The delivery was dealt with, and its body was dropped by age since.",
    "settled": "It is settled already, being sent, or overtaken by another write.",
    "outdated": "Another ruleset was activated since this text was begun.",
    "file_too_large": "The file is too large to be passed on; open it in the tracker.",
    "tracker_silent": "The tracker did not hand the file out; try again later.",
    "internal": "Something went wrong on our side; the log tells what.",
}
_CODES = {404: "not_found", 405: "method_not_allowed", 422: "invalid"}


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """Why a request was not answered as asked.

    Attributes:
        code: stable; becomes ``type`` as ``urn:reqpool:problem:<code>``.
        detail: for people; the code's own sentence when empty.
        errors: of single inputs: ``{"pointer" | "parameter": …, "detail": …}``.
    """

    status: int
    code: str
    detail: str = ""
    errors: Sequence[Mapping[str, str]] = ()

    def as_json(self) -> dict[str, Any]:
        """The members of RFC 9457, with ``code`` and ``errors``."""
        members: dict[str, Any] = {
            "type": f"urn:reqpool:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail or _DETAILS.get(self.code, ""),
            "code": self.code,
        }
        return members | ({"errors": list(self.errors)} if self.errors else {})


def answer(scope: Scope, problem: Problem) -> ASGIApp:
    """The answer that says so, in the form that the address speaks."""
    return _response(Request(scope), problem)


def _response(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse(
            problem.as_json(), problem.status, headers, media_type=_MEDIA_TYPE
        )
    reader = find_reader(request)
    page = render(request, reader, "problem_page.html", {"problem": problem})
    page.status_code = problem.status
    page.headers.update(headers or {})
    return page


def explain_problems(app: FastAPI) -> None:
    """Have every error of an app answered as a problem."""
    handlers: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
        Problem: _on_problem,
        HTTPException: _on_http,
        RequestValidationError: _on_invalid,
        Exception: _on_crash,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _on_problem(request: Request, problem: Problem) -> Response:
    return _response(request, problem)


async def _on_http(request: Request, error: HTTPException) -> Response:
    code = _CODES.get(error.status_code, "refused")
    return _response(request, Problem(error.status_code, code), error.headers)


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    errors = [_one(item) for item in error.errors()]
    return _response(request, Problem(422, "invalid", errors=errors))


def _one(item: Mapping[str, Any]) -> dict[str, str]:
    place, *path = (str(part) for part in item["loc"])
    where = {"pointer": "/" + "/".join(path)}
    if place != "body":
        where = {"parameter": ".".join(path)}
    return {**where, "detail": str(item["msg"])}


async def _on_crash(request: Request, _error: Exception) -> Response:
    return _response(request, Problem(500, "internal"))
