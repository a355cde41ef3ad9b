"""How much a tracker lets one source ask, and from when on.

Sources: RFC 9110 (section 10.2.3, Retry-After), Atlassian "Rate limiting" (Jira Cloud),
"Improving instance stability with rate limiting" (Jira Data Center), GitLab "Rate
limits" and the draft of the structured ``RateLimit`` field.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock

from model.budgets import RateBudget, RateLimit, RateWait
from model.clock import Clock

LONGEST_WAIT_SECONDS = 86_400.0
"""What a tracker asks for beyond a day is taken as a day."""

EVERYTHING = ""
"""The scope that every request of the source belongs to."""

_SHORT = 0.1
_WORTH_PACING = 20
_LONGEST_PAUSE_SECONDS = 5.0
_LONGEST_QUEUE = timedelta(minutes=15)
_EPOCH = 1e9
_ID = re.compile(r"/[A-Za-z][A-Za-z0-9_]*-[0-9]+(?=/|$)|/[0-9]+(?=/|$)")
_ISSUE = re.compile(r"/issues?/([^/?]+)")
_STRUCTURED = re.compile(r'"(?P<name>[^"]+)"(?P<rest>[^,]*)')
_PART = re.compile(r";\s*(?P<key>[a-z])=(?P<number>[0-9]+)")


@dataclass(frozen=True, slots=True)
class Level:
    """What the tracker's last answer said of the rate limit.

    Attributes:
        limit: requests in a window; None when not told.
        remaining: of these, left.
        reset_seconds: until the window starts anew.
        near_limit: the tracker says that little is left (Jira Cloud).
        name: of the limit, where the tracker has several.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_seconds: float | None = None
    near_limit: bool = False
    name: str = field(default="", compare=False)

    @property
    def is_burst(self) -> bool:
        """Of one endpoint and a second or so: no matter for the whole source."""
        return "burst" in self.name

    @property
    def is_short(self) -> bool:
        """Whether so little is left that it should be made to last."""
        if self.is_burst or not self.limit or not self.remaining:
            return False
        return self.limit >= _WORTH_PACING and self.remaining <= self.limit * _SHORT


class Budget:
    """One source's rate budget; may be shared by threads.

    ``not_before`` can be loaded from, and kept in, the source's row, so that several
    processes honour the same wait.
    """

    def __init__(self, clock: Clock, not_before: datetime | None = None) -> None:
        self._clock = clock
        self._lock = Lock()
        self._holds: dict[str, datetime] = (
            {EVERYTHING: not_before} if not_before else {}
        )
        self._levels: dict[str, tuple[Level, datetime]] = {}
        self._level = Level()
        self._next_turn: datetime | None = None

    @property
    def not_before(self) -> datetime | None:
        """The moment before which nothing is sent; None when nothing holds."""
        return self._holds.get(EVERYTHING)

    @property
    def level(self) -> Level:
        """What the last answer with rate-limit headers said."""
        return self._level

    def hold(self, seconds: float, scope: str = EVERYTHING) -> None:
        """Send nothing of ``scope`` for so long; a longer hold stays."""
        now = self._clock()
        until = now + timedelta(seconds=min(max(seconds, 0), LONGEST_WAIT_SECONDS))
        with self._lock:
            self._holds = _holding(self._holds, now)
            self._holds[scope] = max(until, self._holds.get(scope, until))

    def get_wait_seconds(self, scopes: Iterable[str]) -> float:
        """How long a request of these scopes has to wait; 0 when it may go."""
        now = self._clock()
        with self._lock:
            holds = _holding(self._holds, now)
        waits = [(holds[one] - now).total_seconds() for one in scopes if one in holds]
        return max(waits, default=0.0)

    def record(self, headers: Mapping[str, str]) -> Level:
        """Keep what an answer says of the limit.

        A window that is used up holds the whole source until it starts anew, unless
        the answer says that the window is one endpoint's burst.
        """
        now = self._clock()
        levels = find_levels(headers, now)
        if not levels:
            return Level()
        with self._lock:
            self._level = levels[0]
            self._levels |= {level.name: (level, now) for level in levels}
        for level in levels:
            if level.remaining == 0 and level.reset_seconds and not level.is_burst:
                self.hold(level.reset_seconds)
        return levels[0]

    def take_turn(self) -> float:
        """Seconds to let pass before the next request; 0 while enough is left.

        The last tenth of a window is spread over what is left of it, so that a long
        read does not use up what a person's decision needs.
        """
        now = self._clock()
        with self._lock:
            pause = max(
                (_pause_of(one, now) for one in self._levels.values()), default=0
            )
            if not pause:
                return 0.0
            turn = self._next_turn or now
            if not now < turn <= now + _LONGEST_QUEUE:
                turn = now
            self._next_turn = turn + timedelta(seconds=pause)
        return (turn - now).total_seconds()

    def get_standing(self) -> RateBudget:
        """What people are shown."""
        now = self._clock()
        with self._lock:
            told, holds = list(self._levels.values()), dict(self._holds)
        return RateBudget(
            limits=tuple(_limit_of(level, at) for level, at in told),
            waits=tuple(RateWait(*one) for one in _holding(holds, now).items()),
        )


def _holding(holds: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Those of now; what holds for longer was kept before the clock was set back."""
    latest = now + timedelta(seconds=LONGEST_WAIT_SECONDS)
    return {name: at for name, at in holds.items() if now < at <= latest}


def _pause_of(told: tuple[Level, datetime], now: datetime) -> float:
    level, at = told
    left = (level.reset_seconds or 0) - (now - at).total_seconds()
    if not level.is_short or left <= 0:
        return 0
    return min(left / (level.remaining or 1), _LONGEST_PAUSE_SECONDS)


def _limit_of(level: Level, told_at: datetime) -> RateLimit:
    resets = level.reset_seconds
    return RateLimit(
        name=level.name,
        limit=level.limit,
        remaining=level.remaining,
        resets_at=None if resets is None else told_at + timedelta(seconds=resets),
        near_limit=level.near_limit,
        told_at=told_at,
    )


def scopes_of(method: str, path: str) -> tuple[str, str, str]:
    """The scopes of a request: everything, its endpoint, writes to its issue."""
    issue = _ISSUE.search(path)
    endpoint = f"{method} {_ID.sub('/*', path)}"
    writes = f"write {issue.group(1)}" if issue and method != "GET" else endpoint
    return EVERYTHING, endpoint, writes


def held_scope(headers: Mapping[str, str], scopes: tuple[str, str, str]) -> str:
    """What a 429 is about, by Jira's ``RateLimit-Reason`` or the lack of any header.

    GitLab's limits of single endpoints answer without ``RateLimit-*`` headers.
    """
    everything, endpoint, writes = scopes
    reason = headers.get("ratelimit-reason", "")
    if "per-issue" in reason:
        return writes
    if "burst" in reason or not (reason or _tells_a_limit(headers)):
        return endpoint
    return everything


def parse_retry_after(value: str, now: datetime) -> float | None:
    """Seconds to wait; None when the value is neither a number nor an HTTP date.

    Args:
        value: ``"120"``, ``"1.5"`` (sent in the wild) or an HTTP date.
        now: the tracker's own time (its ``Date`` header) where it is known.
    """
    seconds = _number(value)
    if seconds is None:
        at = _http_date(value)
        seconds = (at - now).total_seconds() if at else None
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def find_retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """What an answer asks us to wait, by its own clock; None when it does not tell."""
    now = _http_date(headers.get("date", "")) or clock()
    seconds = parse_retry_after(headers.get("retry-after", ""), now)
    if seconds is not None:
        return seconds
    level = find_level(headers, clock())
    return level.reset_seconds if level and level.remaining == 0 else None


def find_level(headers: Mapping[str, str], now: datetime) -> Level | None:
    """The rate limit that is told first; None when none is."""
    return next(iter(find_levels(headers, now)), None)


def find_levels(headers: Mapping[str, str], now: datetime) -> list[Level]:
    """The rate limits in any of the three dialects; of two the structured one."""
    structured = _STRUCTURED.findall(headers.get("ratelimit", ""))
    if structured:
        near = headers.get("x-ratelimit-nearlimit", "").lower() == "true"
        policies = dict(_STRUCTURED.findall(headers.get("ratelimit-policy", "")))
        return [
            replace(_structured_level(name, rest, policies), near_limit=near)
            for name, rest in structured
        ]
    for prefix in ("x-ratelimit-", "ratelimit-"):
        if prefix + "remaining" in headers:
            return [_plain_level(headers, prefix, now)]
    return []


def _structured_level(name: str, rest: str, policies: Mapping[str, str]) -> Level:
    parts, policy = _numbers(rest), _numbers(policies.get(name, ""))
    return Level(policy.get("q"), parts.get("r"), parts.get("t"), name=name)


def _numbers(text: str) -> dict[str, int]:
    return {found["key"]: int(found["number"]) for found in _PART.finditer(text)}


def _plain_level(headers: Mapping[str, str], prefix: str, now: datetime) -> Level:
    limit = _number(headers.get(prefix + "limit", ""))
    remaining = _number(headers[prefix + "remaining"])
    server_now = _http_date(headers.get("date", "")) or now
    return Level(
        None if limit is None else int(limit),
        None if remaining is None else int(remaining),
        _reset_seconds(headers.get(prefix + "reset", ""), server_now),
        headers.get(prefix + "nearlimit", "").lower() == "true",
        headers.get("ratelimit-name", headers.get("x-ratelimit-resource", "")),
    )


def _reset_seconds(value: str, now: datetime) -> float | None:
    """GitLab sends an epoch, Jira Cloud ISO 8601, drafts of the standard a difference."""
    number = _number(value)
    if number is None:
        at = _iso(value)
        return max((at - now).total_seconds(), 0.0) if at else None
    return max(number - now.timestamp(), 0.0) if number > _EPOCH else number


def _tells_a_limit(headers: Mapping[str, str]) -> bool:
    return any("ratelimit" in name.lower() for name in headers)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _http_date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
