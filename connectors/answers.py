"""What a tracker's REST answered: JSON of one object, or of a page of them."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from connectors.shapes import Parse, parse_answer
from connectors.trail import Trail
from model.errors import PermanentError, RetriableError

Json = dict[str, Any]

_MAX_PAGES = 1000


def read_row(answer: httpx.Response) -> Json:
    """One object.

    Raises:
        RetriableError: ``not_json``; ``answer_not_understood``.
    """
    row = _read_json(answer)
    if not isinstance(row, dict):
        raise RetriableError("answer_not_understood", _place(answer))
    return row


def read_rows(answer: httpx.Response, parse: Parse = parse_answer) -> list[Json]:
    """A list of objects.

    Raises:
        RetriableError: ``not_json``; ``answer_not_understood``.
    """
    rows = _read_json(answer, parse)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RetriableError("answer_not_understood", _place(answer))
    return rows


class Page(Protocol):
    """A page of a list."""

    @property
    def rows(self) -> list[Json]:
        """As the tracker wrote them."""

    @property
    def next_query(self) -> dict[str, str] | None:
        """How the query of the next page differs; None on the last."""


def read_pages(path: str, get_page: Callable[[Mapping[str, str]], Page]) -> list[Json]:
    """A short list whole, page after page.

    Raises:
        PermanentError: ``list_without_end``.
    """
    rows: list[Json] = []
    step: Mapping[str, str] = {}
    trail = Trail(path)
    for _ in range(_MAX_PAGES):
        page = get_page(step)
        trail.add(page.rows)
        rows += page.rows
        if not page.next_query:
            return rows
        if page.next_query == step:
            break
        step = page.next_query
    raise PermanentError("list_without_end", {"path": path})


def _read_json(answer: httpx.Response, parse: Parse = parse_answer) -> Any:
    try:
        return parse(answer.content)
    except ValueError as error:
        raise RetriableError("not_json", _place(answer)) from error


def _place(answer: httpx.Response) -> dict[str, str]:
    return {"path": answer.url.path}


def find_next_query(
    answer: httpx.Response, names: Collection[str]
) -> dict[str, str] | None:
    """What the link to the next page says of some parameters; None on the last page.

    Never its origin: a link may lead anywhere (RFC 8288).
    """
    link = answer.links.get("next", {}).get("url")
    if not link:
        return None
    told = parse_qs(urlsplit(link).query)
    return {name: told[name][0] for name in names if name in told}


def find_date(answer: httpx.Response) -> datetime | None:
    """When it was answered, on the tracker's clock, if it told (``Date``)."""
    try:
        date = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
