"""Refusals in the four body shapes GitLab uses."""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    def __init__(
        self, status: int, body: Any, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def refused(status: int, message: Any) -> ApiError:
    return ApiError(status, {"message": message})


def invalid(error: str) -> ApiError:
    """Grape's parameter check, which says `error` and not `message`."""
    return ApiError(400, {"error": error})


def bad_parameter(name: str, problem: str = "is invalid") -> ApiError:
    return invalid(f"{name} {problem}")


def unprocessable(**problems: list[str]) -> ApiError:
    """A model's own check: a list of sentences for each field."""
    return refused(400, problems)


def unauthorized() -> ApiError:
    return refused(401, "401 Unauthorized")


def forbidden() -> ApiError:
    return refused(403, "403 Forbidden")


def insufficient_scope(*accepted: str) -> ApiError:
    sentence = (
        "The request requires higher privileges than provided by the access token."
    )
    body = {"error": "insufficient_scope", "error_description": sentence}
    return ApiError(403, {**body, "scope": " ".join(accepted)})


def invalid_token(description: str) -> ApiError:
    return ApiError(401, {"error": "invalid_token", "error_description": description})


def not_found(what: str = "") -> ApiError:
    """Without a name it is a row that is gone, with one a resource out of reach."""
    return refused(404, f"404 {what} Not Found" if what else "404 Not found")


def no_route() -> ApiError:
    return ApiError(404, {"error": "404 Not Found"})


def moved_permanently(location: str) -> ApiError:
    text = f"This resource has been moved permanently to {location}"
    return ApiError(301, text, {"location": location})
