"""Whether a delivery comes from GitHub, and which issue it is about.

Signatures: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
Bodies: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.base import Authentic
from connectors.github.mapping import IssuePlace, parse_moment
from connectors.shapes import (
    MistypedField,
    find_moment,
    find_object,
    find_text,
    get_id,
    get_object,
)
from connectors.strict_json import (
    JsonObject,
    NotStrictJson,
    parse_object,
    quarantine_for,
)
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.errors import DeliveryRejected

Outcome = Hint | Ignored | Quarantined

_GONE = frozenset({"deleted", "transferred"})


def authenticate_signature(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes
) -> Authentic:
    """Check ``X-Hub-Signature-256``; GitHub signs no time, so nothing is ever stale.

    Raises:
        DeliveryRejected: it is not made with one of the secrets.
    """
    expected = [
        "sha256=" + hmac.digest(_bytes(secret), body, "sha256").hex()
        for secret in secrets
        if secret
    ]
    _demand_match(headers.get("x-hub-signature-256", ""), expected)
    return Authentic(headers.get("x-github-delivery", ""))


def authenticate_url(
    secrets: Sequence[str], headers: Mapping[str, str], url_token: str
) -> Authentic:
    """Check the unguessable last segment of the URL.

    Raises:
        DeliveryRejected: it is none of the secrets.
    """
    _demand_match(url_token, [secret for secret in secrets if secret])
    return Authentic(headers.get("x-github-delivery", ""))


def _demand_match(offered: str, expected: Iterable[str]) -> None:
    theirs = _bytes(offered)
    matches = [hmac.compare_digest(theirs, _bytes(ours)) for ours in expected]
    if not any(matches):
        raise DeliveryRejected("signature")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def parse_delivery(delivery: Delivery) -> Outcome:
    """Tell which issue an authentic delivery is about. Never raises."""
    media = delivery.headers.get("content-type", "application/json").partition(";")[0]
    if media.strip().lower() != "application/json":
        # The hook is set to application/x-www-form-urlencoded.
        return Quarantined("content_type")
    try:
        body = parse_object(delivery.body)
    except NotStrictJson as error:
        return quarantine_for(error)
    event = delivery.headers.get("x-github-event") or _guess_event(body)
    try:
        return _read(event, body)
    except MistypedField as error:
        return Quarantined(str(error), _find_issue_id(body))


def _guess_event(body: JsonObject) -> str:
    """For a body that was kept without its headers."""
    if "issue" in body:
        return "issue_comment" if "comment" in body else "issues"
    return "ping" if "zen" in body else ""


def _read(event: str, body: JsonObject) -> Outcome:
    if not event:
        return Quarantined("no_event")
    read = EVENTS.get(event)
    return read(event, body) if read else Ignored(f"unknown_event: {event[:64]}")


def _read_issue_event(event: str, body: JsonObject) -> Outcome:
    issue, told = get_object(body, "issue"), find_object(body, "comment")
    if issue.get("pull_request") is not None:
        return Ignored("pull_request")
    repository, action = get_object(body, "repository"), find_text(body, "action")
    name, place = find_text(repository, "full_name"), _get_place(body)
    return Hint(
        tracker="github",
        issue_id=str(place),
        event=f"{event}.{action}" if action else event,
        key=f"{name}#{place.number}" if name else "",
        changed=_changed(event, body),
        actor=find_text(find_object(body, "sender"), "login"),
        at=find_moment(told or issue, "updated_at", parse_moment),
        project=name,
        deleted=event == "issues" and action in _GONE,
    )


def _ignore(event: str, body: JsonObject) -> Outcome:
    del body
    return Ignored(f"not_about_an_issue: {event}")


EVENTS: Mapping[str, Callable[[str, JsonObject], Outcome]] = {
    "issues": _read_issue_event,
    "issue_comment": _read_issue_event,
    **dict.fromkeys(
        (
            "create",
            "delete",
            "fork",
            "issue_dependencies",
            "label",
            "member",
            "meta",
            "milestone",
            "ping",
            "public",
            "pull_request",
            "pull_request_review",
            "pull_request_review_comment",
            "push",
            "release",
            "repository",
            "star",
            "sub_issues",
            "watch",
        ),
        _ignore,
    ),
}
"""The events that repositories are often subscribed to; others are ignored alike."""

_FIELD_OF_ACTION: Mapping[str, str] = {
    "assigned": "assignee",
    "unassigned": "assignee",
    "labeled": "labels",
    "unlabeled": "labels",
    "milestoned": "milestone",
    "demilestoned": "milestone",
    "closed": "state",
    "reopened": "state",
    "typed": "type",
    "untyped": "type",
}


def _changed(event: str, body: JsonObject) -> tuple[str, ...]:
    if event == "issue_comment":
        return ("comment",)
    field = _FIELD_OF_ACTION.get(find_text(body, "action"))
    return tuple(sorted({*find_object(body, "changes"), *([field] if field else ())}))


def _get_place(body: JsonObject) -> IssuePlace:
    repository = get_id(get_object(body, "repository"), "id")
    return IssuePlace(repository, get_id(get_object(body, "issue"), "number"))


def _find_issue_id(body: JsonObject) -> str:
    """Of a body with something else wrong: the issue to fetch again, if it says so."""
    try:
        return str(_get_place(body))
    except MistypedField:
        return ""
