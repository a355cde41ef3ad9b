"""What a tracker lets one source ask, as people are shown it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit, as the tracker's last answer told it.

    Attributes:
        name: the tracker's own; empty where it has none.
        limit: requests in a window; None when not told.
        remaining: of these, left; None when not told.
        resets_at: when the window starts anew; None when not told.
        near_limit: the tracker says that little is left.
        told_at: on our clock.
    """

    name: str
    limit: int | None
    remaining: int | None
    resets_at: datetime | None
    near_limit: bool
    told_at: datetime


@dataclass(frozen=True, slots=True)
class RateWait:
    """Nothing of a scope is sent until then; an empty scope is the whole source."""

    scope: str
    until: datetime


@dataclass(frozen=True, slots=True)
class RateBudget:
    """All limits of a source, and what waits for them."""

    limits: tuple[RateLimit, ...] = ()
    waits: tuple[RateWait, ...] = ()
