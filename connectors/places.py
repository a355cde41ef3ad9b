"""The configured projects or repositories of a source, by ids that survive renames."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any


class Places(ABC):
    """Looks a name up once; numbers are ids already. Blocking; meant for threads."""

    def __init__(self, configured: Sequence[int | str]) -> None:
        self._configured = configured
        self._ids: dict[str, int] = {}

    @abstractmethod
    def get_row(self, place: int | str) -> Mapping[str, Any]:
        """One as the tracker shows it, also when it was renamed meanwhile.

        Raises:
            PermanentError: ``project_unreachable``.
        """

    def get_places(self) -> Sequence[int | str]:
        """Names or ids, as they are configured."""
        return self._configured

    def get_ids(self) -> list[int]:
        """Look up what is not known yet.

        Raises:
            PermanentError: ``project_unreachable``.
        """
        return list(dict.fromkeys(self._get_id(place) for place in self.get_places()))

    def _get_id(self, place: int | str) -> int:
        if isinstance(place, int):
            return place
        if place not in self._ids:
            self._ids[place] = int(self.get_row(place)["id"])
        return self._ids[place]
