"""Templates, filled in the reader's language."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from web.files import file_address, files_of
from web.markup import highlight, to_html, web_address
from web.reader import THEMES, Reader
from web.words.translate import Words

FOLDER = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    request: Request, reader: Reader, template: str, values: Mapping[str, Any]
) -> HTMLResponse:
    """A page. Templates know ``t`` (a text), ``w`` (words) and what they are given."""
    words = Words(reader.language)
    html = _ENVIRONMENT.get_template(template).render(
        reader=reader,
        t=words.text,
        w=words,
        here=request.url,
        themes=THEMES,
        **values,
    )
    return HTMLResponse(html)


@cache
def static(name: str) -> str:
    """The address of a static file; it changes whenever the file does."""
    content = (FOLDER / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _moment(at: datetime, now: datetime, words: Words) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"),
        at.strftime("%Y-%m-%d %H:%M UTC"),
        words.ago(at, now),
    )


_ENVIRONMENT.globals |= {"static": static, "moment": _moment}
_ENVIRONMENT.filters |= {
    "markup": to_html,
    "merge": lambda one, other: {**one, **other},
    "highlight": highlight,
    "web_address": web_address,
    "file_address": file_address,
    "files": files_of,
}
