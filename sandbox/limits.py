"""Rate limits that answer 429 with the tracker's own headers; off by default."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from sandbox.clock import Now, utc_now


@dataclass(frozen=True)
class Refusal:
    """Why a request was refused: enough for a tracker to write its headers."""

    limit: int
    retry_after_seconds: int
    reset_at: datetime


@dataclass
class Bucket:
    tokens: float
    filled_at: datetime


@dataclass
class RateLimits:
    """One token bucket per caller; `per_second` 0 means no limit."""

    per_second: float = 0
    burst: int = 1
    now: Now = utc_now
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def set_rate(self, per_second: float, burst: int) -> None:
        self.per_second, self.burst = per_second, max(1, burst)
        self._buckets.clear()

    def take(self, caller: str) -> Refusal | None:
        if self.per_second <= 0:
            return None
        moment = self.now()
        bucket = self._buckets.setdefault(caller, Bucket(self.burst, moment))
        self._refill(bucket, moment)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return None
        return self._refusal(bucket, moment)

    def remaining(self, caller: str) -> int:
        """How many requests this caller has left right now."""
        bucket = self._buckets.get(caller)
        return int(bucket.tokens) if bucket else self.burst

    def _refill(self, bucket: Bucket, moment: datetime) -> None:
        passed = (moment - bucket.filled_at).total_seconds()
        bucket.tokens = min(self.burst, bucket.tokens + passed * self.per_second)
        bucket.filled_at = moment

    def _refusal(self, bucket: Bucket, moment: datetime) -> Refusal:
        seconds = max(1, ceil((1 - bucket.tokens) / self.per_second))
        return Refusal(self.burst, seconds, moment + timedelta(seconds=seconds))


RefusalHeaders = Callable[[Refusal], dict[str, str]]


def jira_headers(refusal: Refusal) -> dict[str, str]:
    seconds = refusal.retry_after_seconds
    return {
        "Retry-After": str(seconds),
        "RateLimit-Reason": "jira-burst-based",
        "RateLimit-Policy": f'"jira-burst-based";q={refusal.limit};w=1',
        "RateLimit": f'"jira-burst-based";r=0;t={seconds}',
        "X-RateLimit-Limit": str(refusal.limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{refusal.reset_at:%Y-%m-%dT%H:%MZ}",
        "X-RateLimit-NearLimit": "true",
    }


def gitlab_headers(refusal: Refusal) -> dict[str, str]:
    reset = refusal.reset_at
    return {
        "Retry-After": str(refusal.retry_after_seconds),
        "RateLimit-Name": "throttle_authenticated_api",
        "RateLimit-Limit": str(refusal.limit),
        "RateLimit-Observed": str(refusal.limit + 1),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(int(reset.timestamp())),
        "RateLimit-ResetTime": f"{reset:%a, %d %b %Y %H:%M:%S GMT}",
    }


def github_headers(refusal: Refusal) -> dict[str, str]:
    return {
        "Retry-After": str(refusal.retry_after_seconds),
        "X-RateLimit-Limit": str(refusal.limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(refusal.reset_at.timestamp())),
        "X-RateLimit-Resource": "core",
    }
