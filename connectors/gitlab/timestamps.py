"""GitLab's two ways of writing a moment."""

from datetime import UTC, datetime

_OLD_STYLE_ENDS = " UTC"


def parse_moment(text: str) -> datetime:
    """Read ``2026-05-28T05:58:40.456Z`` or ``2017-12-10 16:37:38 UTC``.

    REST writes ISO 8601 only (with an offset where the instance has a time zone);
    webhooks of older servers write the other style.

    Raises:
        ValueError: it is neither.
    """
    moment = datetime.fromisoformat(text.removesuffix(_OLD_STYLE_ENDS))
    if moment.tzinfo is UTC:
        return moment
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC)


def write_moment(moment: datetime) -> str:
    """As query parameters such as ``updated_after`` want it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
