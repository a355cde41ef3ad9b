"""Jira's refusals, in its own words."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class JiraError(Exception):
    """An answer in Jira's error form: errorMessages for all, errors by field."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*messages, *(errors or {}).values())
        self.status, self.messages = status, list(messages)
        self.errors, self.headers = dict(errors or {}), dict(headers or {})

    def __str__(self) -> str:
        return " ".join([*self.messages, *self.errors.values()])


async def answer_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, JiraError):
        raise error
    body = {"errorMessages": error.messages, "errors": error.errors}
    known = getattr(request.state, "caller_headers", {})
    return JSONResponse(body, error.status, {**known, **error.headers})


async def no_such_place(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    text = f"null for uri: {request.url}"
    return JSONResponse({"message": text, "status-code": status}, status)


def no_issue(*, cloud: bool) -> JiraError:
    if cloud:
        text = "Issue does not exist or you do not have permission to see it."
    else:
        text = "Issue Does Not Exist"
    return JiraError(404, text)


def not_settable(name: str) -> JiraError:
    text = (
        f"Field '{name}' cannot be set. "
        "It is not on the appropriate screen, or unknown."
    )
    return JiraError(400, errors={name: text})


def bad_field(name: str, text: str) -> JiraError:
    return JiraError(400, errors={name: text})


def unauthenticated(**headers: str) -> JiraError:
    text = "Client must be authenticated to access this resource."
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JiraError(401, text, headers=named)
