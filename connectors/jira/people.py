"""Moments and people, as Jira's REST v2 writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from model.issues import Person

Json = Mapping[str, Any]
"""A JSON object of Jira's, whose shape its documentation fixes."""

_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def parse_moment(text: str) -> datetime:
    """``2026-11-22T10:00:00.000+0800`` in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def parse_person(raw: Json | None) -> Person | None:
    """Cloud: accountId; Data Center: name (its key when the name is hidden)."""
    if not raw:
        return None
    username = "" if raw.get("accountId") else raw.get("name") or ""
    tracker_id = raw.get("accountId") or username or raw.get("key") or ""
    return _find_person(str(tracker_id), raw.get("displayName") or "", str(username))


_find_person = lru_cache(_REMEMBERED)(Person)
"""A site has few people, and each of them comes with every issue."""
