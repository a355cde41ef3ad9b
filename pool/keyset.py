"""Where a page of the list begins: a position in an order, never a number of rows.

Paging by the sort key itself stays quick at any depth and neither repeats nor skips
rows while others are added (Winand, *SQL Performance Explained*, "Paging Through
Results": the seek method).
"""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError


class Sort(StrEnum):
    """What the list can be sorted by; each ends in the number, so no two rows tie."""

    PRIORITY = "priority"
    CREATED = "created"
    CHANGED = "changed"
    NUMBER = "number"


class PositionError(ValueError):
    """The text is no position, or one of another order."""


_Number = Annotated[int, Field(ge=-(2**62), le=2**62)]
_VALUES: dict[Sort, TypeAdapter[tuple[Any, ...]]] = {
    Sort.PRIORITY: TypeAdapter(
        tuple[Annotated[str, Field(pattern="^P[0-9]$")], _Number, _Number]
    ),
    Sort.CREATED: TypeAdapter(tuple[AwareDatetime, _Number]),
    Sort.CHANGED: TypeAdapter(tuple[AwareDatetime, _Number]),
    Sort.NUMBER: TypeAdapter(tuple[_Number]),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What comes first. ``priority`` ascending begins with the most urgent."""

    sort: Sort = Sort.PRIORITY
    descending: bool = False

    def __str__(self) -> str:
        """``sort``, with a minus when descending."""
        return f"{'-' if self.descending else ''}{self.sort}"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in an order.

    Attributes:
        values: of the row at the place, in the order of the sort's keys.
        backwards: the rows before it are wanted, not those after it.
    """

    order: Order
    values: tuple[Any, ...]
    backwards: bool = False

    def __str__(self) -> str:
        """Opaque and fit for a URL; :func:`parse_position` reads it."""
        mark = "<" if self.backwards else ">"
        values = _VALUES[self.order.sort].dump_json(self.values)
        return base64.urlsafe_b64encode(mark.encode() + values).decode().rstrip("=")


def parse_order(text: str) -> Order:
    """``priority``, or ``-changed`` for descending.

    Raises:
        ValueError: nothing is sorted by that.
    """
    return Order(Sort(text.removeprefix("-")), descending=text.startswith("-"))


def parse_position(text: str, order: Order) -> Position:
    """A position that was given out for this order.

    Raises:
        PositionError: it was not.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        values = _VALUES[order.sort].validate_json(raw[1:])
    except (binascii.Error, ValidationError, ValueError) as error:
        raise PositionError(text) from error
    if raw[:1] not in {b"<", b">"}:
        raise PositionError(text)
    return Position(order, values, backwards=raw[:1] == b"<")
