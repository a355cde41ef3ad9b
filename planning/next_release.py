"""Which release of a train an issue goes into."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from model.releases import Release, ReleaseState


def next_release(
    releases: Iterable[Release],
    *,
    on: date,
    days: Decimal,
    current: str | None = None,
) -> Release | None:
    """The release that something stays in, or else the next one with room.

    Args:
        releases: of one train, none of them shipped.
        on: the day on which it is planned.
        days: person-days that it takes; 0 when nobody knows.
        current: the release that it is in already. A plan that was told to a client
            does not move by itself, so it stays there until that release has shipped.

    Returns:
        None when no release is open, or none has room.
    """
    by_ship_day = sorted(releases, key=lambda release: (release.ship_on, release.name))
    stays = (release for release in by_ship_day if release.name == current)
    fits = (release for release in by_ship_day if _has_room(release, on, days))
    return next(stays, None) or next(fits, None)


def _has_room(release: Release, on: date, days: Decimal) -> bool:
    is_open = release.state is ReleaseState.OPEN and on <= release.freeze_on
    unlimited = release.capacity_days is None
    return is_open and (unlimited or _left(release) >= days)


def _left(release: Release) -> Decimal:
    return (release.capacity_days or Decimal(0)) - release.planned_days
