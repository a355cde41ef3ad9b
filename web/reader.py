"""Who reads: language, theme, and the name they gave."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from model.projects import Language

THEMES = ("auto", "light", "dark")
_COOKIE = "reqpool_{}"
_YEAR_SECONDS = 365 * 24 * 3600
_CHOICES = {"lang": tuple(Language), "theme": THEMES}
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Reader:
    """How a page is to be rendered.

    Attributes:
        theme: ``auto`` follows the system.
        name: what they signed their last act with; not verified.
    """

    language: Language
    theme: str = "auto"
    name: str = ""


def find_reader(request: Request) -> Reader:
    """The reader by their cookies, or else by what their browser prefers."""
    cookies = request.cookies
    chosen = cookies.get(_COOKIE.format("lang"))
    theme = cookies.get(_COOKIE.format("theme"), "")
    return Reader(
        language=Language(chosen)
        if chosen in _CHOICES["lang"]
        else _preferred(request.headers.get("accept-language", "")),
        theme=theme if theme in THEMES else "auto",
        name=unquote(cookies.get(_COOKIE.format("name"), ""))[:NAME_LENGTH],
    )


def _preferred(accepted: str) -> Language:
    first = accepted.split(",", maxsplit=1)[0].strip().casefold()
    return Language.EN if first and not first.startswith("zh") else Language.ZH


TheReader = Annotated[Reader, Depends(find_reader)]
"""The reader, as a parameter of a route."""


def remember(headers: MutableHeaders, what: str, value: str) -> None:
    """Set a cookie that pages alone can read back."""
    headers.append(
        "set-cookie",
        f"{_COOKIE.format(what)}={quote(value)}; Path=/; Max-Age={_YEAR_SECONDS};"
        " HttpOnly; SameSite=Lax",
    )


class RememberChoices:
    """``?lang=en`` and ``?theme=dark`` on any page are kept, and leave the address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect when a choice was made, else go on."""
        chosen = _choices(scope) if _is_page(scope) else {}
        if not chosen:
            await self._app(scope, receive, send)
            return
        response = RedirectResponse(_without_choices(scope), 303)
        for name, value in chosen.items():
            remember(response.headers, name, value)
        await response(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["path"].startswith(("/api/", "/static/"))
        and Headers(scope=scope).get("host") is not None
    )


def _pairs(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _choices(scope: Scope) -> dict[str, str]:
    return {
        name: value
        for name, value in _pairs(scope)
        if name in _CHOICES and value in _CHOICES[name]
    }


def _without_choices(scope: Scope) -> str:
    rest = [(name, value) for name, value in _pairs(scope) if name not in _CHOICES]
    path = "/" + quote(scope["path"].lstrip("/\\"))
    return f"{path}?{urlencode(rest)}" if rest else path
