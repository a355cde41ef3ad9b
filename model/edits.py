"""What a tracker's own log says that people changed."""

from dataclasses import dataclass
from datetime import datetime

from model.issues import Person

SETS = frozenset({"labels", "releases", "modules", "sprints"})
"""Fields that hold several values: an edit of them takes some away and adds some."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of one issue was changed.

    Attributes:
        entry: the log's own id of it, equal whenever it is read.
        made_at: on the tracker's clock.
        field: as :class:`~model.issues.IssueSnapshot` calls it.
        before: the value before; of a field of :data:`SETS` what was taken away.
        after: the value after; of a field of :data:`SETS` what was added.
    """

    entry: str
    made_at: datetime
    author: Person | None
    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]
