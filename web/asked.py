"""What the list is asked for: filters, order and place, in the address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from starlette.datastructures import QueryParams

from pool.filters import FACETS, Filters
from pool.keyset import Order, Position, PositionError, parse_order, parse_position

PARAMETERS: Mapping[str, str] = {
    "client": "clients",
    "project": "projects",
    "phase": "phases",
    "kind": "kinds",
    "scope": "scopes",
    "priority": "priorities",
    "release": "releases",
    "state": "states",
    "source": "sources",
    "tracker": "trackers",
}
"""The filters' names in addresses, in the order in which pages show them."""

ROWS = 50
TEXT_LENGTH = 200
_MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the list."""

    filters: Filters
    order: Order
    position: Position | None = None

    def address(self, path: str = "/pool") -> str:
        """Where exactly this is shown; fit to be shared."""
        pairs = list(self._pairs())
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.filters.text:
            yield ("q", self.filters.text)
        for name, facet in PARAMETERS.items():
            yield from ((name, value) for value in getattr(self.filters, facet))
        if self.order != Order():
            yield ("sort", str(self.order))
        if self.position:
            yield ("cursor", str(self.position))

    def at(self, position: Position) -> "Asked":
        """The same from another place on."""
        return replace(self, position=position)

    def sorted_by(self, order: Order) -> "Asked":
        """The same in another order, from its beginning."""
        return replace(self, order=order, position=None)

    def drop(self, name: str, value: str) -> "Asked":
        """The same without one value of a filter, or without the text (``q``)."""
        if name == "q":
            return self._with("text", "")
        kept = tuple(it for it in self.chosen(name) if it != value)
        return self._with(PARAMETERS[name], kept)

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values chosen of a filter."""
        values: tuple[str, ...] = getattr(self.filters, PARAMETERS[name])
        return values

    def chips(self) -> Iterator[tuple[str, str]]:
        """Name and value of everything that narrows the list."""
        if self.filters.text:
            yield ("q", self.filters.text)
        for name in PARAMETERS:
            yield from ((name, value) for value in self.chosen(name))

    def _with(self, field: str, value: object) -> "Asked":
        fields = {name: getattr(self.filters, name) for name in (*FACETS, "text")}
        return replace(self, filters=Filters(**fields | {field: value}), position=None)


def read_asked(query: QueryParams) -> Asked:
    """What an address asks for; whatever cannot be understood is left out."""
    order = _order(query.get("sort", ""))
    return Asked(filters_of(query), order, _position(query.get("cursor", ""), order))


def filters_of(query: QueryParams) -> Filters:
    """The filters of an address."""
    chosen = {
        facet: tuple(
            dict.fromkeys(plain(value) for value in query.getlist(name) if value)
        )[:_MOST_VALUES]
        for name, facet in PARAMETERS.items()
    }
    return Filters(**chosen, text=plain(query.get("q", ""))[:TEXT_LENGTH])


def plain(text: str) -> str:
    """Text without NUL, which PostgreSQL cannot hold, and without white space around."""
    return text.replace("\0", "").strip()


def _order(text: str) -> Order:
    try:
        return parse_order(text)
    except ValueError:
        return Order()


def _position(text: str, order: Order) -> Position | None:
    try:
        return parse_position(text, order)
    except PositionError:
        return None


def _asked(request: Request) -> Asked:
    return read_asked(request.query_params)


TheAsked = Annotated[Asked, Depends(_asked)]
"""What an address asks for, as a parameter of a route."""
