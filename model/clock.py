"""Where the time comes from: handed in, never read."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Answers the present moment as an aware datetime in UTC."""
