"""Whether a delivery really comes from the client's GitLab.

Signed deliveries follow Standard Webhooks 1.0 (https://www.standardwebhooks.com, used
by GitLab 19.0 and newer); the others carry the hook's secret in ``X-Gitlab-Token``
(https://docs.gitlab.com/user/project/integrations/webhooks/). Both are a few lines
here, because the published library raises on malformed headers.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from connectors.base import Authentic, is_fresh
from model.errors import DeliveryRejected

SIGNING_PREFIX = "whsec_"
_SIGNATURE = "webhook-signature"
_DELIVERY_IDS = ("webhook-id", "idempotency-key", "x-gitlab-event-uuid")
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


def authenticate_signature(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> Authentic:
    """Check the signature when there is one, otherwise the token.

    A delivery whose signature is wrong is never given a second chance with the token.

    Args:
        secrets: ``whsec_…`` signing tokens and plain hook tokens.
        headers: lower-case names.
        body: as it came.
        now: for the age of a signed timestamp.

    Raises:
        DeliveryRejected: nothing matched, or a header is malformed.
    """
    if _SIGNATURE in headers:
        signed_at = _check_signature(secrets, headers, body)
        return Authentic(find_delivery_id(headers), not is_fresh(signed_at, now))
    tokens = [value for value in secrets if not value.startswith(SIGNING_PREFIX)]
    _check_secret(tokens, headers.get("x-gitlab-token", ""))
    return Authentic(find_delivery_id(headers))


def authenticate_url(
    secrets: Sequence[str], headers: Mapping[str, str], url_token: str
) -> Authentic:
    """Check the unguessable last segment of the URL, for hooks that cannot sign.

    Raises:
        DeliveryRejected: it is none of the secrets.
    """
    _check_secret(secrets, url_token)
    return Authentic(find_delivery_id(headers))


def find_delivery_id(headers: Mapping[str, str]) -> str:
    """The id that GitLab repeats with a delivery; empty when it sends none.

    ``X-Gitlab-Webhook-UUID`` is the hook's, the same for every delivery.
    """
    return next((headers[name] for name in _DELIVERY_IDS if headers.get(name)), "")


def find_signing_key(secret: str) -> bytes | None:
    """The key in a ``whsec_…`` token; None when it is not base64."""
    try:
        key = base64.b64decode(secret.removeprefix(SIGNING_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key or None


def _check_signature(
    secrets: Iterable[str], headers: Mapping[str, str], body: bytes
) -> datetime:
    timestamp = headers.get("webhook-timestamp", "")
    signed = _as_bytes(f"{headers.get('webhook-id', '')}.{timestamp}.") + body
    offered = _offered_signatures(headers[_SIGNATURE])
    expected = [hmac.digest(key, signed, "sha256") for key in _signing_keys(secrets)]
    matches = [
        hmac.compare_digest(theirs, ours) for theirs in offered for ours in expected
    ]
    if not any(matches):
        raise DeliveryRejected("signature")
    if not _SECONDS.fullmatch(timestamp):
        raise DeliveryRejected("timestamp")
    return datetime.fromtimestamp(int(timestamp), UTC)


def _signing_keys(secrets: Iterable[str]) -> list[bytes]:
    signing = [value for value in secrets if value.startswith(SIGNING_PREFIX)]
    return [key for value in signing if (key := find_signing_key(value))]


def _offered_signatures(header: str) -> list[bytes]:
    """The digests of a list such as ``v1,<base64> v1,<base64>``; others are left out."""
    versioned = [entry.partition(",") for entry in header.split(" ")]
    found = [_find_digest(text) for version, _, text in versioned if version == "v1"]
    return [digest for digest in found if digest]


def _find_digest(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _check_secret(secrets: Iterable[str], offered: str) -> None:
    theirs = _as_bytes(offered)
    matches = [
        hmac.compare_digest(theirs, _as_bytes(secret)) for secret in secrets if secret
    ]
    if not any(matches):
        raise DeliveryRejected("token")


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
