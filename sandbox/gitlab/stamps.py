"""The two ways in which GitLab writes a moment."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

Stamp = Callable[[datetime], str]


def iso(moment: datetime) -> str:
    """2026-05-28T06:17:50.385Z, as REST and newer webhooks have it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def spelled_utc(moment: datetime) -> str:
    """2023-05-25 17:12:06 UTC, as most recorded webhooks have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def human_duration(seconds: int) -> str | None:
    """Eight-hour days, five-day weeks and four-week months: 1mo 2d 3h."""
    if seconds == 0:
        return None
    minutes = abs(seconds) // 60
    parts: list[str] = []
    for unit, size in (("mo", 9600), ("w", 2400), ("d", 480), ("h", 60), ("m", 1)):
        count, minutes = divmod(minutes, size)
        parts += [f"{count}{unit}"] if count else []
    return ("-" if seconds < 0 else "") + " ".join(parts)


UNIT_MINUTES = {"mo": 9600, "w": 2400, "d": 480, "h": 60, "m": 1}
DURATION = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?P<unit>mo|w|d|h|m)")


def parse_duration(text: str) -> int | None:
    """Read 3h30m or -1d into seconds; None when nothing is understood."""
    minutes = sum(
        float(match["count"]) * UNIT_MINUTES[match["unit"]]
        for match in DURATION.finditer(text)
    )
    seconds = int(minutes * 60)
    return (-seconds if text.strip().startswith("-") else seconds) or None
