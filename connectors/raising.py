"""Makes issues where text can carry a mark that nobody sees.

An issue carries its mark as an HTML comment at the end of its text. It is looked for
among our own newest issues, which needs no search index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.answers import Json
from connectors.places import Places
from model.changes import Raised, RaiseIssue
from model.errors import PermanentError


class Tracker(Protocol):
    """What a tracker's part of it is. Blocking; meant for threads."""

    def quieten(self, text: str) -> str:
        """The same to read, but it does nothing and calls nobody."""

    def get_home(self, place: int | str) -> Json:
        """A configured project or repository, as the tracker shows it."""

    def fetch_newest(self, home: Json) -> Sequence[tuple[Json, str]]:
        """Our own newest issues in it, with their texts."""

    def make(self, home: Json, draft: RaiseIssue, text: str) -> Json:
        """Make an issue with this text, mark included."""

    def name(self, home: Json, row: Json) -> tuple[str, str]:
        """An issue's tracker id, and its key."""


@dataclass(frozen=True, slots=True)
class Raising:
    """Makes issues of one source in its configured places."""

    tracker: Tracker
    places: Places

    def raise_issue(self, draft: RaiseIssue) -> Raised:
        """Make an issue, unless one of ours has the mark.

        Raises:
            PermanentError: ``place_not_configured``.
        """
        places = {str(place): place for place in self.places.get_places()}
        place = draft.place or next(iter(places), "")
        if place not in places:
            raise PermanentError("place_not_configured", {"place": place})
        home = self.tracker.get_home(places[place])
        newest = self.tracker.fetch_newest(home)
        found = next((row for row, text in newest if draft.mark in text), None)
        row = found or self._make(home, draft)
        return Raised(*self.tracker.name(home, row), created=found is None)

    def _make(self, home: Json, draft: RaiseIssue) -> Json:
        text = f"{self.tracker.quieten(draft.text.text)}\n\n<!-- {draft.mark} -->"
        return self.tracker.make(home, draft, text)
