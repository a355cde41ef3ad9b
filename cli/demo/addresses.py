"""Where a demo is reached: all that the check is told about it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Addresses:
    """Web addresses without a slash at their end.

    Attributes:
        pool: of the service.
        trackers: by the name of their source: ``acme``, ``hdjx`` and ``beigang``.
        poll_seconds: how often the service asks each tracker for changes.
    """

    pool: str
    trackers: Mapping[str, str]
    poll_seconds: float

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def load_addresses(given: str) -> Addresses:
    """Addresses from the JSON itself, or from a file that holds it.

    Raises:
        ValueError: it is not what ``reqpool demo --json`` prints.
        OSError: there is no such file.
    """
    text = given if given.lstrip().startswith("{") else Path(given).read_text("utf-8")
    told = json.loads(text)
    try:
        return Addresses(
            told["pool"], dict(told["trackers"]), float(told["poll_seconds"])
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the addresses of a demo: {error!r}") from error
