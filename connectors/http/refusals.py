"""What an answer that is no success means, in the words of :mod:`model.errors`."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import httpx

from connectors.http.budget import find_retry_after
from model.clock import Clock
from model.errors import Conflict, PermanentError, RetriableError, TrackerError

PERMANENT: Mapping[int, str] = MappingProxyType(
    {
        400: "bad_request",
        401: "credentials_refused",
        403: "permission_missing",
        404: "not_found",
        405: "method_not_allowed",
        410: "gone",
        413: "too_large",
        422: "unprocessable",
    }
)
"""The codes of refusals that repeating does not mend; others are ``refused``."""

RETRIABLE: Mapping[int, str] = MappingProxyType(
    {
        408: "timed_out",
        425: "unavailable",
        429: "rate_limited",
        500: "server_error",
        502: "unavailable",
        503: "unavailable",
        504: "timed_out",
    }
)

_FAILURES: tuple[tuple[type[httpx.TransportError], str], ...] = (
    (httpx.ConnectTimeout, "unreachable"),
    (httpx.ConnectError, "unreachable"),
    (httpx.PoolTimeout, "busy"),
    (httpx.TimeoutException, "timed_out"),
    (httpx.RemoteProtocolError, "truncated"),
)
_BEGINS_A_PAGE = re.compile(rb"\s*<")
_DETAIL_CHARACTERS = 300
_SECRET_HEADERS = ("authorization", "private-token", "job-token", "cookie")
_SECRET = re.compile(
    r"(?i)((?:private[-_]token|access_token|job_token|token|secret|password|api_key)"
    r"[\"']?\s*[=:]\s*[\"']?|(?:bearer|basic)\s+)[^\s&\"',;]+"
)
_USERINFO = re.compile(r"(://)[^/@\s]+@")


def redact(text: str, request: httpx.Request | None = None) -> str:
    """Blank out what looks like a secret, and the request's own credentials."""
    for secret in _secrets_of(request) if request else ():
        text = text.replace(secret, "[redacted]")
    return _USERINFO.sub(r"\1[redacted]@", _SECRET.sub(r"\1[redacted]", text))


def _secrets_of(request: httpx.Request) -> list[str]:
    values = [request.headers.get(name, "") for name in _SECRET_HEADERS]
    return [word for value in values for word in value.split() if len(word) >= 8]  # noqa: PLR2004 - shorter ones would blank out words


def is_fine(status: int, body: bytes) -> bool:
    """A success (2xx, 304), and no proxy's or sign-in page with status 200."""
    succeeded = httpx.codes.is_success(status) or status == httpx.codes.NOT_MODIFIED
    return succeeded and not _BEGINS_A_PAGE.match(body)


def find_refusal(response: httpx.Response, clock: Clock) -> TrackerError | None:
    """The error that an answer is; None for one that is fine.

    ``params`` hold status, method, path and the beginning of the tracker's words. For a
    redirect they hold ``origin`` and ``location`` of the target.
    """
    fine = is_fine(response.status_code, response.content)
    return None if fine else _get_refusal(response, clock)


def _get_refusal(response: httpx.Response, clock: Clock) -> TrackerError:
    status = response.status_code
    params = _describe(response)
    if response.is_success or status == httpx.codes.NOT_MODIFIED:
        return RetriableError("not_json", params)
    if response.has_redirect_location:
        return PermanentError("redirected", params | _target(response))
    if status == httpx.codes.CONFLICT:
        return Conflict("conflict", params)
    wait = find_retry_after(response.headers, clock)
    code = _find_retriable(status, wait)
    if code:
        return RetriableError(code, params, wait)
    return PermanentError(PERMANENT.get(status, "refused"), params)


def _find_retriable(status: int, wait: float | None) -> str:
    """GitHub limits rates with 403; who lacks a permission is not asked to wait."""
    if status == httpx.codes.FORBIDDEN and wait is not None:
        return "rate_limited"
    return RETRIABLE.get(status, "server_error" if status > 500 else "")  # noqa: PLR2004 - 5xx


def get_failure(error: httpx.TransportError, request: httpx.Request) -> RetriableError:
    """Name what kept an answer from coming; whether a write took place is open."""
    code = next(
        (code for kind, code in _FAILURES if isinstance(error, kind)), "cut_off"
    )
    return RetriableError(code, {**_place(request), "detail": type(error).__name__})


def _describe(response: httpx.Response) -> dict[str, str]:
    detail = response.text[: 4 * _DETAIL_CHARACTERS] if response.is_error else ""
    told = {
        "detail": redact(detail, response.request)[:_DETAIL_CHARACTERS],
        "login_reason": response.headers.get("x-seraph-loginreason", ""),
        "limit_reason": response.headers.get("ratelimit-reason", ""),
    }
    filled = {name: value for name, value in told.items() if value}
    return {"status": str(response.status_code), **_place(response.request), **filled}


def _place(request: httpx.Request) -> dict[str, str]:
    """Without the query, which may hold a token or a client's words."""
    return {"method": request.method, "path": request.url.path}


def _target(response: httpx.Response) -> dict[str, str]:
    location = response.headers["location"]
    try:
        url = response.request.url.join(location)
    except httpx.InvalidURL:
        return {"origin": "", "location": ""}
    origin = f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")
    return {"origin": origin, "location": redact(str(url), response.request)}
