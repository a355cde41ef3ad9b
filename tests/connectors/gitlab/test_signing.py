"""Who may deliver, and what no header can do."""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Authentic
from connectors.gitlab.signing import (
    authenticate_signature,
    authenticate_url,
    find_delivery_id,
)
from model.errors import DeliveryRejected

NOW = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
SIGNING = "whsec_" + base64.b64encode(KEY).decode()
OTHER = "whsec_" + base64.b64encode(KEY[::-1]).decode()
TOKEN = "hook-token-7c1d"
BODY = '{"object_kind":"issue","title":"资金报表"}'.encode()


def sign(
    body: bytes = BODY, at: datetime = NOW, key: bytes = KEY, event: str = "evt-1"
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signed = f"{event}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{digest}",
    }


def judge(headers: Mapping[str, str], *secrets: str, body: bytes = BODY) -> Authentic:
    return authenticate_signature(secrets, headers, body, NOW)


def test_a_signed_delivery_is_authentic_and_named_by_its_id() -> None:
    assert judge(sign(), SIGNING) == Authentic("evt-1", stale=False)


def test_either_of_two_signing_tokens_will_do_during_rotation() -> None:
    assert judge(sign(), OTHER, SIGNING).delivery_id == "evt-1"


def test_c2_one_right_signature_in_a_list_is_enough() -> None:
    headers = sign()
    headers["webhook-signature"] = f"v1a,xx v1,AAAA {headers['webhook-signature']}"
    assert judge(headers, SIGNING).delivery_id == "evt-1"


@pytest.mark.parametrize(
    ("off", "stale"),
    [
        (timedelta(minutes=5), False),
        (timedelta(minutes=-5), False),
        (timedelta(minutes=5, seconds=1), True),
        (timedelta(days=-30), True),
    ],
)
def test_c2_a_signed_time_more_than_five_minutes_off_is_stale_and_not_rejected(
    off: timedelta, stale: bool
) -> None:
    assert judge(sign(at=NOW + off), SIGNING).stale is stale


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "evt-2"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v1,签名"},
        {"webhook-signature": "v1,ÿþ"},
    ],
)
def test_whatever_was_changed_after_signing_is_rejected(
    changed: dict[str, str],
) -> None:
    with pytest.raises(DeliveryRejected):
        judge({**sign(), **changed}, SIGNING)


@pytest.mark.parametrize("timestamp", ["soon", "-1", "1e9", "٤٢", "9" * 40, " 1 "])
def test_a_signed_timestamp_that_is_no_number_is_rejected(timestamp: str) -> None:
    signed = f"evt-1.{timestamp}.".encode() + BODY
    digest = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    headers = {
        "webhook-id": "evt-1",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{digest}",
    }
    with pytest.raises(DeliveryRejected):
        judge(headers, SIGNING)


def test_a_changed_body_is_rejected() -> None:
    with pytest.raises(DeliveryRejected):
        judge(sign(), SIGNING, body=BODY + b" ")


def test_a_wrong_signature_gets_no_second_chance_with_the_right_token() -> None:
    headers = {**sign(key=b"another"), "x-gitlab-token": TOKEN}
    with pytest.raises(DeliveryRejected):
        judge(headers, SIGNING, TOKEN)


def test_c2_without_a_signature_the_hook_token_counts() -> None:
    headers = {"x-gitlab-token": TOKEN, "idempotency-key": "key-1"}
    assert judge(headers, SIGNING, TOKEN) == Authentic("key-1")


def test_a_signing_token_sent_as_plain_token_is_rejected() -> None:
    with pytest.raises(DeliveryRejected):
        judge({"x-gitlab-token": SIGNING}, SIGNING)


@pytest.mark.parametrize("headers", [{}, {"x-gitlab-token": ""}, sign()])
def test_without_a_secret_everything_is_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(DeliveryRejected):
        judge(headers)
    with pytest.raises(DeliveryRejected):
        judge(headers, "")
    with pytest.raises(DeliveryRejected):
        judge(headers, "whsec_", "whsec_%%%")


def test_the_url_token_is_one_of_the_secrets() -> None:
    secrets = ("new-9f", "old-1a")
    assert authenticate_url(secrets, {"webhook-id": "evt-1"}, "old-1a") == ("evt-1", 0)
    for wrong in ("", "new", "new-9f ", "秘密"):
        with pytest.raises(DeliveryRejected):
            authenticate_url(secrets, {}, wrong)
    with pytest.raises(DeliveryRejected):
        authenticate_url((), {}, "")


def test_c1_the_id_of_the_hook_is_no_id_of_a_delivery() -> None:
    assert find_delivery_id({"x-gitlab-webhook-uuid": "hook-1"}) == ""
    assert find_delivery_id({"x-gitlab-event-uuid": "event-1"}) == "event-1"


headers_of_strangers = st.dictionaries(
    st.sampled_from(
        [
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "x-gitlab-token",
            "idempotency-key",
        ]
    ),
    st.one_of(st.text(), st.text("v1, =AZ9", max_size=80), st.just("v1,")),
)


@given(headers_of_strangers, st.binary(max_size=200))
def test_no_header_of_a_stranger_gets_in_or_raises_anything_else(
    headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(DeliveryRejected):
        judge(headers, SIGNING, TOKEN, body=body)


@given(st.text(min_size=1), st.binary(max_size=500), st.binary(min_size=1))
def test_what_is_signed_with_a_key_is_authentic_for_that_key(
    event: str, body: bytes, key: bytes
) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    try:
        headers = sign(body, key=key, event=event)
    except UnicodeEncodeError:
        return
    assert judge(headers, secret, body=body).delivery_id == event
