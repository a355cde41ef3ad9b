"""Whether an observation of an issue is news."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pool.issues import StoredIssue


class Acceptance(StrEnum):
    """What an observation is, compared with what is stored."""

    NEWER = "newer"
    SAME = "same"
    OLDER = "older"
    UNSURE = "unsure"
    """Newer or older cannot be told: read the issue directly."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What an answer showed of an issue.

    Attributes:
        updated_at: the tracker's own time of the issue's last update.
        content_hash: as :func:`pool.issues.content_hash_of` makes it.
        read: drawn before the request was sent.
        direct: the issue was asked for by its id; a search may answer what was true
            a minute ago.
    """

    updated_at: datetime
    content_hash: str
    read: int
    direct: bool

    def as_regress(self) -> Mapping[str, Any]:
        """The form in which a puzzling older state is remembered."""
        return {
            "updated_at": self.updated_at.isoformat(),
            "content_hash": self.content_hash,
        }


def accept(stored: StoredIssue, seen: Observation) -> Acceptance:
    """Compare an observation with what is stored; the newer state wins.

    An answer asked for before our last write was settled may miss that write, so it
    never counts as news. Of two answers with one ``updated_at`` the later direct read
    wins; an older ``updated_at`` is believed when two direct reads show it alike (a
    restored tracker, a clock set back).
    """
    stands = stored.deleted_at is None or bool(stored.snapshot.moved_to)
    if seen.content_hash == stored.content_hash and stands:
        return Acceptance.SAME
    if seen.read < stored.write_read:
        return Acceptance.UNSURE
    if seen.updated_at > stored.snapshot.updated_at:
        return Acceptance.NEWER
    if not seen.direct:
        return _accept_search(stored, seen)
    return _accept_direct(stored, seen)


def _accept_search(stored: StoredIssue, seen: Observation) -> Acceptance:
    is_older = seen.updated_at < stored.snapshot.updated_at
    return Acceptance.OLDER if is_older else Acceptance.UNSURE


def _accept_direct(stored: StoredIssue, seen: Observation) -> Acceptance:
    if seen.read <= stored.read:
        return Acceptance.OLDER
    if seen.updated_at == stored.snapshot.updated_at:
        return Acceptance.NEWER
    confirmed = stored.regress == seen.as_regress()
    return Acceptance.NEWER if confirmed else Acceptance.UNSURE
