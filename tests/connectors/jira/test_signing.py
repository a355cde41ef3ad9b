"""Whose webhook it is, and which."""

import hashlib
import hmac

import pytest

from connectors.jira.signing import authenticate_signature, authenticate_url_token
from model.errors import DeliveryRejected

KEY = "hook-secret-7c1d"
BODY = '{"webhookEvent": "jira:issue_updated", "summary": "资金报表"}'.encode()
DIGEST = hmac.digest(KEY.encode(), BODY, hashlib.sha256).hex()
SIGNED = {"x-hub-signature": f"sha256={DIGEST}"}


@pytest.mark.parametrize(
    ("sent", "delivery_id"),
    [("8f2c-1", "8f2c-1"), ("", ""), ("two words", ""), ("x" * 201, "")],
)
def test_a2_the_identifier_names_a_delivery_whichever_attempt_it_is(
    sent: str, delivery_id: str
) -> None:
    told = {
        "x-atlassian-webhook-identifier": sent,
        "x-atlassian-webhook-flow": "Primary",
    }
    for retry in ({}, {"x-atlassian-webhook-retry": "3"}):
        authentic = authenticate_signature(SIGNED | told | retry, BODY, [KEY])
        assert authentic.delivery_id == delivery_id


def test_a3_what_is_signed_are_the_bytes_and_not_what_they_mean() -> None:
    authenticate_signature(SIGNED, BODY, ["another", KEY])
    with pytest.raises(DeliveryRejected):
        authenticate_signature(SIGNED, BODY.replace(b": ", b":"), [KEY])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature": DIGEST},
        {"x-hub-signature": f"sha1={DIGEST[:40]}"},
        {"x-hub-signature-256": f"sha256={DIGEST}"},
    ],
)
def test_a3_without_jira_s_signature_only_a_secret_address_will_do(
    headers: dict[str, str],
) -> None:
    with pytest.raises(DeliveryRejected):
        authenticate_signature(headers, BODY, [KEY])
    assert not authenticate_url_token(headers, KEY, [KEY]).stale
