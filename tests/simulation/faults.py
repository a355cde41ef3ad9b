"""Everything that may go wrong, by name; each seed switches some of it on."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from enum import StrEnum
from random import Random
from types import MappingProxyType

import httpx

from connectors.http import find_refusal
from model.clock import Clock
from model.errors import PermanentError, RetriableError, TrackerError


class Fault(StrEnum):
    """The list of RELIABILITY.md; the value says it in words."""

    DUPLICATE = "a delivery again, with the same id"
    DUPLICATE_NEW_ID = "a delivery again, with a new id"
    DROPPED = "a delivery dropped"
    REORDERED = "deliveries reordered by up to 50"
    DELAYED = "a delivery delayed by a day"
    FORGED = "a forged delivery"
    REPLAYED = "an old delivery replayed by a stranger"
    FOREIGN_SECRET = "a delivery signed with another client's secret"

    LIMITED_SECONDS = "429 with Retry-After in seconds"
    LIMITED_DATE = "429 with Retry-After as a date"
    LIMITED_SILENT = "429 without Retry-After"
    LIMITED_ABSURD = "429 with an absurd Retry-After"
    SERVER_ERROR = "500, 502 or 503"
    TIMEOUT = "no answer in time, nothing done"
    LOST_REPLY = "applied, but the reply lost"
    HALF_APPLIED = "half of a write applied"
    TRUNCATED = "a truncated answer"
    HTML = "a page of HTML with status 200"
    GZIP_BOMB = "a gzip bomb"
    CONFLICT = "409 to a write"
    HIDDEN = "404 for a moment"
    STALE_SEARCH = "a search that lags by 60 s"
    SHIFTING_PAGES = "pages that shift while they are listed"
    OUTAGE = "an outage of hours, the hook disabled"
    REVOKED = "the token revoked"

    SKEW = "the tracker's clock minutes off"
    CLOCK_BACK = "our clock set back"
    ONE_SECOND = "several edits within one second of the tracker's clock"
    KILL = "the process killed at an await"
    KILL_AT_COMMIT = "the process killed at a commit"
    ZOMBIE = "a process that wakes after its lease"

    DATABASE_DROP = "a connection to the database dropped"
    COMMIT_UNKNOWN = "a commit whose answer is lost"
    DEADLOCK = "a deadlock"
    FAILOVER = "the database away for a while"
    DISK_FULL = "the database's disk full"
    OLDER_BACKUP = "an older backup restored"

    EDIT_BETWEEN = "a person's edit between our read and write"
    BOTH_SIDES = "edits in the tracker and in the pool at once"
    MOVED = "an issue moved to another project"
    RENAMED = "an issue's key changed"
    DELETED = "an issue deleted"
    RESTORED = "a deleted issue restored"
    STATUS_REMOVED = "a status taken out of the workflow"
    LABEL_REMOVED = "a label of ours deleted in the tracker"
    COMMENT_EDITED = "our comment edited"
    COMMENT_DELETED = "our comment deleted"
    RULES_CHANGED = "another ruleset activated"
    REVOKED_IN_FLIGHT = "an override revoked while its write is on the way"


BEFORE = (
    Fault.LIMITED_SECONDS,
    Fault.LIMITED_DATE,
    Fault.LIMITED_SILENT,
    Fault.LIMITED_ABSURD,
    Fault.SERVER_ERROR,
    Fault.TIMEOUT,
)
"""What a request may end in before it had any effect."""

AFTER = (Fault.LOST_REPLY, Fault.TRUNCATED, Fault.HTML, Fault.GZIP_BOMB)
"""What may become of its answer."""

_LIMITS = BEFORE[:4]
_ABSURD = ("-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "1e400", "")

OF_A_REQUEST = frozenset({*BEFORE, *AFTER, Fault.HALF_APPLIED, Fault.CONFLICT})


OF_A_STATEMENT = frozenset(
    {Fault.DATABASE_DROP, Fault.DEADLOCK, Fault.DISK_FULL, Fault.COMMIT_UNKNOWN}
)
"""How a statement, or a commit, may end."""


@dataclass
class Weather:
    """Which faults of requests are on at a tracker, and how likely each is."""

    clock: Clock
    dice: Random
    happened: Counter[Fault]
    likely: Mapping[Fault, float] = field(default_factory=dict)
    hold: Callable[[float], None] = lambda _seconds: None

    def strike(self, among: Collection[Fault], path: str) -> None:
        """Fail as one of these, or not.

        Raises:
            TrackerError: in the form that the real door gives it.
        """
        for fault in among:
            if fault in self.likely and self.dice.random() < self.likely[fault]:
                self.happened[fault] += 1
                raise self._error(fault, path)

    def _error(self, fault: Fault, path: str) -> TrackerError:
        if fault in _PLAIN:
            return _PLAIN[fault]()
        error = self.refusal(path, *self._answer(fault))
        if isinstance(error, RetriableError) and error.retry_after_seconds:
            self.hold(error.retry_after_seconds)
        return error

    def refusal(
        self,
        path: str,
        status: int,
        headers: Mapping[str, str] = MappingProxyType({}),
        content: bytes = b"",
    ) -> TrackerError:
        """What the real door makes of an answer."""
        request = httpx.Request("GET", f"http://tracker/{path}")
        answer = httpx.Response(
            status, headers=dict(headers), content=content, request=request
        )
        error = find_refusal(answer, self.clock)
        assert error is not None, status
        return error

    def _answer(self, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        if fault in _LIMITS:
            return 429, self._retry_after(fault), b""
        if fault is Fault.SERVER_ERROR:
            return self.dice.choice([500, 502, 503]), {}, b"oops"
        if fault is Fault.CONFLICT:
            return 409, {}, b""
        return 200, {}, b"<html>Sign in</html>"

    def _retry_after(self, fault: Fault) -> dict[str, str]:
        if fault is Fault.LIMITED_SILENT:
            return {}
        if fault is Fault.LIMITED_SECONDS:
            return {"retry-after": str(self.dice.choice([5, 60]))}
        if fault is Fault.LIMITED_DATE:
            until = self.clock() + timedelta(seconds=90)
            return {"retry-after": format_datetime(until, usegmt=True)}
        return {"retry-after": self.dice.choice(_ABSURD)}


_PLAIN: Mapping[Fault, Callable[[], TrackerError]] = {
    Fault.TIMEOUT: lambda: RetriableError("timed_out"),
    Fault.LOST_REPLY: lambda: RetriableError("cut_off"),
    Fault.HALF_APPLIED: lambda: RetriableError("cut_off"),
    Fault.TRUNCATED: lambda: RetriableError("truncated"),
    Fault.GZIP_BOMB: lambda: PermanentError("answer_too_large"),
}
