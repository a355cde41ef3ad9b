"""How Jira sends webhooks: Cloud retries and names them, Data Center does neither."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.hooks import Event, Hook
from sandbox.jira.records import Deployment

RETRIED = frozenset({0, 408, 409, 425, 429})


@dataclass
class JiraDelivery:
    """The real delays are 5 to 15 minutes; tests and demo wait far less."""

    deployment: Deployment
    retry_delays: Sequence[float] = (0.2, 0.4, 0.8, 1.6, 3.2)
    timeout_seconds: float = 20

    def __post_init__(self) -> None:
        if self.deployment == "Server":
            self.retry_delays = ()

    def headers(
        self, hook: Hook, event: Event, delivery_id: str, attempt: int
    ) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        if hook.secret:
            headers["X-Hub-Signature"] = sign(hook.secret, event.body)
        if self.deployment == "Server":
            return {**headers, "User-Agent": "Atlassian HttpClient Jira 10.3"}
        headers["User-Agent"] = "Atlassian Webhook HTTP Client"
        headers["X-Atlassian-Webhook-Identifier"] = delivery_id
        headers.update(event.headers)
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        return headers

    def retries_on(self, status: int) -> bool:
        return status in RETRIED or status >= 500

    def settled(self, hook: Hook, *, ok: bool, now: datetime) -> None:
        """Count nothing: Jira never disables a hook."""


def sign(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
