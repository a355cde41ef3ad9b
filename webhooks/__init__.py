"""The letterbox: authenticate, keep the raw bytes, answer 202."""

from webhooks.letterbox import PREFIX, Letterbox
from webhooks.room import INBOX_LIMIT

__all__ = ["INBOX_LIMIT", "PREFIX", "Letterbox"]
