"""Whether a webhook really comes from the site.

Jira signs the hooks that an administrator registered with a secret (WebSub's
``X-Hub-Signature``: ``sha256=`` and the HMAC of the raw body); Cloud, and Data Center
from 10. See Atlassian, "Webhooks", section "Secure admin webhooks".
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from connectors.base import Authentic
from model.errors import DeliveryRejected

_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")
_DELIVERY_ID = re.compile(r"[\x21-\x7e]{1,200}")


def authenticate_signature(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> Authentic:
    """Check ``X-Hub-Signature`` against each of our secrets.

    Raises:
        DeliveryRejected: it is missing, malformed or wrong, or there is no secret.
    """
    found = _SIGNATURE.fullmatch(headers.get("x-hub-signature", ""))
    if found is None:
        raise DeliveryRejected("signature missing or malformed")
    sent = bytes.fromhex(found.group(1))
    expected = [hmac.digest(key, body, hashlib.sha256) for key in _keys(secrets)]
    return _accept([hmac.compare_digest(sent, one) for one in expected], headers)


def authenticate_url_token(
    headers: Mapping[str, str], url_token: str, secrets: Sequence[str]
) -> Authentic:
    """Check the unguessable last segment of the URL: for hooks that cannot sign.

    Raises:
        DeliveryRejected: it is wrong, or there is no secret.
    """
    sent = url_token.encode(errors="surrogatepass")
    tries = [hmac.compare_digest(sent, key) for key in _keys(secrets)]
    return _accept(tries, headers)


def _accept(tries: Sequence[bool], headers: Mapping[str, str]) -> Authentic:
    if not any(tries):
        raise DeliveryRejected("no secret matches")
    sent_id = headers.get("x-atlassian-webhook-identifier", "")
    # An odd identifier is no reason to lose an authentic event: the body's hash is left.
    return Authentic(sent_id if _DELIVERY_ID.fullmatch(sent_id) else "")


def _keys(secrets: Sequence[str]) -> list[bytes]:
    """An empty secret would make everybody authentic."""
    return [secret.encode() for secret in secrets if secret]
