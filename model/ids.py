"""Where identifiers come from: handed in, so that a run can be repeated."""

from collections.abc import Callable
from uuid import UUID

Ids = Callable[[], UUID]
"""Answers a new UUIDv7 (RFC 9562): sortable by the time it was made."""
