"""Search windows: positions on the tracker's clock, and how JQL writes them.

JQL compares ``updated`` by the minute and in the time zone of the asking user
(JRACLOUD-74279), so a window starts at the beginning of its first minute.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.base import Cursor
from model.errors import PermanentError

OVERLAP = timedelta(minutes=5)
"""Searches lag behind writes; what came late is found by looking back."""

_BEHIND_ALL = timezone(timedelta(hours=-14))
"""Read in any zone, a literal of this one is no later than what was meant."""


def write_cursor(position: datetime, project_keys: Sequence[str]) -> Cursor:
    """Keep a position on the tracker's clock, and which projects were read."""
    at = position.astimezone(UTC).isoformat()
    return json.dumps({"version": 1, "position": at, "projects": [*project_keys]})


def parse_cursor(cursor: Cursor, project_keys: Sequence[str]) -> datetime | None:
    """Where to look from: the kept position, less the overlap.

    None, the beginning, when one of the projects was not read yet: what is in it may
    have changed long ago.

    Raises:
        PermanentError: ``cursor_unreadable``: it is not one of ours.
    """
    try:
        kept = json.loads(cursor)
        position = datetime.fromisoformat(kept["position"]) - OVERLAP
        known = set(kept.get("projects", project_keys))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PermanentError("cursor_unreadable") from error
    return position if known.issuperset(project_keys) else None


def find_zone(name: str) -> tzinfo:
    """The user's time zone; one behind all others when it is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _BEHIND_ALL


def write_jql(
    project_keys: Sequence[str],
    since: datetime | None,
    zone: tzinfo,
    until: datetime | None = None,
) -> str:
    """All issues updated since then, and before ``until``, oldest change first."""
    window = f' AND updated >= "{write_literal(since, zone)}"' if since else ""
    window += f' AND updated < "{write_literal(until, zone)}"' if until else ""
    return f"{write_scope(project_keys)}{window} ORDER BY updated ASC, key ASC"


def write_scope(project_keys: Sequence[str]) -> str:
    """All issues of the projects."""
    projects = ", ".join(f'"{key}"' for key in project_keys)
    return f"project in ({projects})"


def write_literal(moment: datetime, zone: tzinfo) -> str:
    """``2026-11-22 18:05`` in the user's zone, never later than the moment.

    In the hour that comes twice when summer time ends a literal has two meanings: the
    window then starts before that hour.
    """
    there = moment.astimezone(zone)
    shift = _shift(there)
    if shift:
        there = (moment - 2 * shift).astimezone(zone)
    return there.strftime("%Y-%m-%d %H:%M")


def minute_of(moment: datetime) -> datetime:
    """The beginning of its minute."""
    return moment.replace(second=0, microsecond=0)


def _shift(there: datetime) -> timedelta:
    """How far apart the two meanings of a wall-clock time are; zero for most."""
    first = there.replace(fold=0).utcoffset() or timedelta()
    second = there.replace(fold=1).utcoffset() or timedelta()
    return max(first - second, timedelta())
