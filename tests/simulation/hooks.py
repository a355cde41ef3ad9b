"""Webhooks as the trackers really send them: bodies, signatures, identifiers."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

KEYS = {"acme": b"canary-secret-of-acme", "globex": b"canary-secret-of-globex"}
SECRETS = {
    "acme": KEYS["acme"].decode(),
    "globex": "whsec_" + base64.b64encode(KEYS["globex"]).decode(),
}


@dataclass(frozen=True)
class Hook:
    """One event on its way, made at a moment."""

    delivery: str
    body: bytes
    made_at: datetime


def write_body(kind: str, tracker_id: str, event: str, number: int) -> bytes:
    """The least that the tracker's documentation promises."""
    if kind == "jira":
        told = {
            "timestamp": number,
            "webhookEvent": f"jira:issue_{event}",
            "issue": {"id": tracker_id, "key": f"FIN-{tracker_id}", "fields": {}},
        }
    else:
        project, _, iid = tracker_id.partition("#")
        told = {
            "object_kind": "issue",
            "project": {"id": int(project), "path_with_namespace": "globex/portal"},
            "object_attributes": {
                "id": number,
                "iid": int(iid),
                "project_id": int(project),
                "action": event,
            },
        }
    return json.dumps(told).encode()


def sign(kind: str, hook: Hook, key: bytes, at: datetime) -> dict[str, str]:
    """The headers of a delivery; GitLab signs its id and moment, too."""
    if kind == "jira":
        digest = hmac.new(key, hook.body, hashlib.sha256).hexdigest()
        named = {"x-atlassian-webhook-identifier": hook.delivery}
        return {
            "x-hub-signature": f"sha256={digest}",
            **(named if hook.delivery else {}),
        }
    moment = str(int(at.timestamp()))
    signed = f"{hook.delivery}.{moment}.".encode() + hook.body
    digest64 = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": hook.delivery,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{digest64}",
        "content-type": "application/json",
    }
