"""Planned versions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ReleaseState(StrEnum):
    """Only an open release takes more."""

    OPEN = "open"
    FROZEN = "frozen"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Train:
    """A line of releases: ``main``, ``hotfix``."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Release:
    """A planned version of one train.

    Attributes:
        name: what trackers show as fixVersion or milestone.
        train: the line of releases that it belongs to: ``main``, ``hotfix``.
        freeze_on: the last day on which something may be added.
        ship_on: the day it is delivered.
        capacity_days: person-days in all; None when not limited.
        planned_days: person-days already given away; 0 where they are not limited.
    """

    name: str
    train: str
    freeze_on: date
    ship_on: date
    state: ReleaseState = ReleaseState.OPEN
    capacity_days: Decimal | None = None
    planned_days: Decimal = Decimal(0)
