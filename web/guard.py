"""What every answer carries, and what no stranger's page may ask for."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem, answer

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names under which a machine reaches itself."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz"})
_FOREVER = "public, max-age=31536000, immutable"


class Guard:
    """Refuses foreign hosts and origins; adds the security headers.

    Until there is sign-in, being on this machine is all the authority there is. A page
    of a stranger in the same browser must not borrow it: neither by sending forms here
    (Fetch Metadata and Origin, as in OWASP's *Cross-Site Request Forgery Prevention*;
    callers that are no browser send neither) nor by giving its own name this machine's
    address (DNS rebinding, hence the list of hosts).
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse before anything is looked at."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = self._find_objection(scope)
        app = answer(scope, problem) if problem else self._app

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(scope, message)
            await send(message)

        await app(scope, receive, send_guarded)

    def _find_objection(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if scope["path"] in _PROBES:
            return None
        if _host_name(headers.get("host", "")) not in self._hosts:
            return Problem(421, "foreign_host")
        if scope["method"] not in _SAFE and not _is_same_origin(headers):
            return Problem(403, "cross_origin")
        return None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_same_origin(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.casefold() == headers["host"].casefold()
    except ValueError:
        return False


def _add_headers(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=message)
    headers.update(_HEADERS)
    is_static = scope["path"].startswith("/static/")
    forever = is_static and message["status"] == 200 and scope["query_string"]  # noqa: PLR2004 - OK
    headers.setdefault("cache-control", _FOREVER if forever else "no-store")
