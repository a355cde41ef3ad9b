"""How GitLab dresses a webhook, and what failures do to the hook.

There is no second attempt of a delivery: what arrives while a hook is disabled, or
is answered wrongly, is lost unless somebody resends it.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.clock import Now
from sandbox.hooks import Event, Hook

SIGNING_PREFIX = "whsec_"
FAILURES_BEFORE_PAUSE = 4
FAILURES_BEFORE_END = 40
LONGEST_PAUSE = timedelta(days=1)
CHAIN_HEADER = "X-Gitlab-Event-UUID"


class Site(Protocol):
    """What the dressing needs of the instance that sends."""

    @property
    def now(self) -> Now: ...

    @property
    def base_url(self) -> str: ...


def signing_key(token: str) -> bytes | None:
    """Give the 32 bytes behind whsec_..., None for anything else."""
    try:
        key = base64.b64decode(token.removeprefix(SIGNING_PREFIX), validate=True)
    except binascii.Error:
        return None
    return key if token.startswith(SIGNING_PREFIX) and len(key) == 32 else None


def sign(token: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """Sign like Standard Webhooks: v1,<base64 HMAC of id.timestamp.body>."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.digest(signing_key(token) or b"", signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


class WebhookRules:
    timeout_seconds: float = 10
    retry_delays: Sequence[float] = ()

    def __init__(self, site: Site) -> None:
        self._site = site

    def headers(
        self, hook: Hook, event: Event, delivery_id: str, attempt: int
    ) -> dict[str, str]:
        del attempt
        timestamp = str(int(self._site.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitLab/19.2.0-ee",
            "X-Gitlab-Instance": self._site.base_url,
            "X-Gitlab-Webhook-UUID": str(hook.extra["uuid"]),
            CHAIN_HEADER: str(uuid.uuid4()),
            "Idempotency-Key": delivery_id,
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            **event.headers,
            **_secrets(hook, event, delivery_id, timestamp),
        }

    def retries_on(self, status: int) -> bool:
        del status
        return False

    def settled(self, hook: Hook, *, ok: bool, now: datetime) -> None:
        if ok:
            hook.failures, hook.disabled_until, hook.enabled = 0, None, True
            return
        hook.failures += 1
        if hook.failures >= FAILURES_BEFORE_END:
            hook.enabled, hook.disabled_until = False, None
        elif hook.failures >= FAILURES_BEFORE_PAUSE:
            hook.disabled_until = now + _pause(hook.failures)


def _pause(failures: int) -> timedelta:
    doublings = min(failures - FAILURES_BEFORE_PAUSE, 11)
    return min(timedelta(minutes=2**doublings), LONGEST_PAUSE)


def _secrets(
    hook: Hook, event: Event, delivery_id: str, timestamp: str
) -> dict[str, str]:
    headers = {"X-Gitlab-Token": hook.secret} if hook.secret else {}
    token = str(hook.extra.get("signing_token") or "")
    if token:
        headers["webhook-signature"] = sign(token, delivery_id, timestamp, event.body)
    return headers


def alert_status(hook: Hook, now: datetime) -> str:
    if not hook.enabled:
        return "disabled"
    return "executable" if hook.open_at(now) else "temporarily_disabled"
