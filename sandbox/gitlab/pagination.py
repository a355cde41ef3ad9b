"""Offset and keyset pages with the headers that belong to them."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.gitlab.errors import ApiError, bad_parameter
from sandbox.gitlab.instance import Switches
from sandbox.gitlab.params import Params

MAX_PER_PAGE = 100
Row = TypeVar("Row")
Mark = tuple[str, int]
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Address:
    """Where the list was asked for; links repeat it with another page."""

    url: str
    query: Query

    def link(self, rel: str, **replaced: object) -> str:
        names = {f"{name}[]" for name in replaced} | set(replaced)
        kept = [(name, value) for name, value in self.query if name not in names]
        every = [*kept, *((name, str(value)) for name, value in replaced.items())]
        return f'<{self.url}?{urlencode(every)}>; rel="{rel}"'


def per_page(params: Params) -> int:
    wanted = params.count("per_page", 20)
    if wanted == 0:
        raise bad_parameter(name="per_page", problem="has a value not allowed")
    return min(max(wanted, 1), MAX_PER_PAGE)


def wants_keyset(params: Params) -> bool:
    return params.choice("pagination", ("legacy", "keyset"), "legacy") == "keyset"


def offset_page(
    rows: Sequence[Row], params: Params, address: Address, switches: Switches
) -> tuple[Sequence[Row], dict[str, str]]:
    size, page = per_page(params), max(params.count("page", 1), 1)
    start = (page - 1) * size
    last = max(-(-len(rows) // size), 1)
    after = page + 1 if page < last else None
    before = page - 1 if 1 < page <= last + 1 else None
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(size),
        "X-Next-Page": str(after or ""),
        "X-Prev-Page": str(before or ""),
    }
    links = _links(address, size, {"prev": before, "next": after, "first": 1})
    if len(rows) <= switches.rows_without_total:
        headers |= {"X-Total": str(len(rows)), "X-Total-Pages": str(last)}
        links += _links(address, size, {"last": last})
    return rows[start : start + size], {**headers, "Link": ", ".join(links)}


def _links(address: Address, size: int, pages: dict[str, int | None]) -> list[str]:
    return [
        address.link(rel, page=page, per_page=size)
        for rel, page in pages.items()
        if page
    ]


def refuse_far_offset(params: Params, switches: Switches) -> None:
    if params.count("page", 1) * per_page(params) > switches.max_offset:
        sentence = (
            f"Offset pagination has a maximum allowed offset of {switches.max_offset} "
            "for requests that return objects of type Issue. Remaining records can be "
            "retrieved using keyset pagination."
        )
        raise ApiError(405, {"error": sentence})


def keyset_unavailable() -> ApiError:
    sentence = "Keyset pagination is not yet available for this type of request"
    return ApiError(405, {"error": sentence})


def keyset_page(
    rows: Sequence[Row],
    params: Params,
    address: Address,
    key: Callable[[Row], tuple[Any, int]],
) -> tuple[Sequence[Row], dict[str, str]]:
    """The cursor says where the last row stood, so rows may come and go before it."""
    down = params.get("sort", "desc") == "desc"
    cursor, size = params.text("cursor"), per_page(params)
    rest = _after(rows, cursor, key, down=down) if cursor else rows
    page = rest[:size]
    if len(rest) <= size:
        return page, {}
    mark = _encode(key(page[-1]))
    return page, {"Link": address.link("next", cursor=mark)}


def _after(
    rows: Sequence[Row],
    cursor: str,
    key: Callable[[Row], tuple[Any, int]],
    *,
    down: bool,
) -> Sequence[Row]:
    """The row of the cursor may have moved or gone; the place where it stood counts."""
    mark = _decode(cursor)
    return [row for row in rows if _beyond(_comparable(key(row)), mark, down=down)]


def _beyond(own: Mark, mark: Mark, *, down: bool) -> bool:
    return own < mark if down else own > mark


def _comparable(key: tuple[Any, int]) -> Mark:
    """Numbers are padded, so that text and JSON keep their order."""
    value, row_id = key
    text = f"{value:020d}" if isinstance(value, int) else str(value)
    return text, row_id


def _encode(key: tuple[Any, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(_comparable(key)).encode()).decode()


def _decode(cursor: str) -> tuple[str, int]:
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(cursor))
        return str(value), int(row_id)
    except (ValueError, TypeError, binascii.Error) as error:
        raise bad_parameter(name="cursor") from error
