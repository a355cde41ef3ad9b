"""People write during the day; the seeds' even spread is bent to that."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

OPENS_HOUR, OPEN_HOURS = 8.5, 10.0


def office_hours(moment: datetime, today: datetime, zone: str) -> datetime:
    """Squeeze a local day into office hours; order is kept, today is left alone."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.date() >= today.astimezone(ZoneInfo(zone)).date():
        return moment
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    share = (local - midnight) / timedelta(hours=24)
    return midnight + timedelta(hours=OPENS_HOUR + OPEN_HOURS * share)
