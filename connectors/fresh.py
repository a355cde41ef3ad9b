"""What a tracker said a moment ago, and need not be asked again for each issue."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from model.clock import Clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_FRESH = timedelta(minutes=1)


class Fresh(Generic[Key, Value]):
    """Remembers for a minute. May be shared by threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[Key, tuple[Value, datetime]] = {}

    def find(self, key: Key) -> Value | None:
        """What was told, unless that was long ago."""
        value, told_at = self._told.get(key, (None, None))
        # abs: the clock may have been ahead when it was told
        is_fresh = told_at is not None and abs(self._clock() - told_at) < _FRESH
        return value if is_fresh else None

    def keep(self, key: Key, value: Value) -> None:
        """It was told just now."""
        self._told[key] = (value, self._clock())

    def forget(self, key: Key) -> bool:
        """It does not hold any more; answers whether it was remembered."""
        return self._told.pop(key, None) is not None
