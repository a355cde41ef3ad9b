"""How GitHub dresses a webhook. It never repeats one by itself, nor disables a hook."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from sandbox.hooks import Event, Hook


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


class WebhookRules:
    timeout_seconds: float = 10
    retry_delays: Sequence[float] = ()

    def headers(
        self, hook: Hook, event: Event, delivery_id: str, attempt: int
    ) -> dict[str, str]:
        del attempt
        signed = sign(hook.secret, event.body) if hook.secret else ""
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/5a1b2c3",
            "X-GitHub-Delivery": delivery_id,
            "X-GitHub-Event": event.name,
            "X-GitHub-Hook-ID": str(hook.id),
            **({"X-Hub-Signature-256": signed} if signed else {}),
        }

    def retries_on(self, status: int) -> bool:
        del status
        return False

    def settled(self, hook: Hook, *, ok: bool, now: datetime) -> None:
        del now
        hook.extra["last_code"] = 200 if ok else 502
