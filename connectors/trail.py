"""Sees to it that a listing comes to an end, whatever the tracker says of a next page."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from model.errors import PermanentError

_MOST_PAGES = 100_000
_MOST_BARREN = 20
"""Rows move while they are listed, so that some pages in a row may show known ones."""
_REMEMBERED = 10_000


class Trail:
    """The pages of one listing, as far as it takes to see that it goes in a circle."""

    def __init__(self, path: str) -> None:
        """Begin.

        Args:
            path: of the listing, for people.
        """
        self._path = path
        self._pages = 0
        self._barren = 0
        self._seen = OrderedDict[str, None]()

    def add(self, rows: Sequence[Any]) -> None:
        """Take in a page.

        Raises:
            PermanentError: ``list_without_end``: too many pages in a row show nothing
                that was not shown before, or there are more than any tracker has.
        """
        fresh = [known for row in rows if (known := _known_by(row)) not in self._seen]
        self._seen.update(dict.fromkeys(fresh))
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        self._pages, self._barren = self._pages + 1, 0 if fresh else self._barren + 1
        if self._barren > _MOST_BARREN or self._pages > _MOST_PAGES:
            raise PermanentError("list_without_end", {"path": self._path})

    def forget(self) -> None:
        """The listing is read again from where it was before, for a reason."""
        self._seen.clear()
        self._barren = 0


def _known_by(row: Any) -> str:
    """What tells a row in one state from any other."""
    if not isinstance(row, dict) or "id" not in row:
        return repr(row)
    updated_at = row.get("updated_at") or (row.get("fields") or {}).get("updated")
    return f"{row['id']} {updated_at}"
