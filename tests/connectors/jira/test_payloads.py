import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.jira import JiraConnector, payloads
from connectors.jira.people import parse_moment
from model.deliveries import Hint, Ignored, Quarantined
from tests.contracts.rig import delivery_of

FIXTURES = Path(payloads.__file__).parent / "fixtures"
ZHAO = "712020:0b6d6a2e-6a0c-4b7e-9a55-3f2c1d8e7f10"

# file: (issue id, key, what changed, who, deleted)
HINTS: dict[str, tuple[str, str, tuple[str, ...], str, bool]] = {
    "issue_created__cloud": ("10412", "FIN-12", ("priority",), ZHAO, False),
    "issue_updated__field_with_chinese_name": (
        "10412",
        "FIN-12",
        ("合同条款", "labels"),
        ZHAO,
        False,
    ),
    "issue_updated__comment_on_data_center": (
        "31007",
        "PORT-88",
        ("comment",),
        "chen.wei",
        False,
    ),
    "issue_updated__comment_deleted_on_data_center": (
        "31007",
        "PORT-88",
        ("comment",),
        "chen.wei",
        False,
    ),
    "issue_updated__moved": ("10412", "OPS-3", ("project", "Key"), ZHAO, False),
    "issue_updated__bulk": ("10413", "FIN-13", ("status",), ZHAO, False),
    "issue_updated__empty_changelog": ("10413", "FIN-13", (), ZHAO, False),
    "issue_deleted__cloud": ("10414", "FIN-14", (), ZHAO, True),
    "comment_created__cloud_partial_issue": (
        "10412",
        "FIN-12",
        ("comment",),
        ZHAO,
        False,
    ),
    "comment_created__without_issue": ("31007", "", ("comment",), "chen.wei", False),
    "comment_updated__internal": ("10412", "FIN-12", ("comment",), ZHAO, False),
    "comment_deleted__by_another_person": ("31007", "", ("comment",), "admin", False),
    "worklog_created__cloud": ("10412", "", ("worklog",), ZHAO, False),
    "worklog_updated__cloud": ("10412", "", ("worklog",), ZHAO, False),
    "worklog_deleted__cloud": ("10412", "", ("worklog",), ZHAO, False),
}
IGNORED = {
    "issue_property_set__our_own_write": "no_issue_content",
    "version_deleted__merged": "no_issue_content",
    "plugin_event__unknown": "unknown_event",
}


def load(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parse(body: bytes) -> Hint | Ignored | Quarantined:
    return JiraConnector.parse(delivery_of(body, {}))


def spoilt(name: str, **fields: Any) -> bytes:
    return json.dumps(json.loads(load(name)) | fields).encode()


def test_every_fixture_has_an_outcome() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(HINTS) | set(IGNORED)


def test_every_supported_event_has_a_fixture() -> None:
    events = {json.loads(load(name))["webhookEvent"] for name in HINTS}
    assert events == set(payloads.EVENTS)


def test_no_event_is_both_supported_and_ignored() -> None:
    assert not set(payloads.EVENTS) & payloads.OTHER_EVENTS


@pytest.mark.parametrize("name", HINTS)
def test_a8_a_supported_event_hints_at_its_issue_whatever_its_shape(name: str) -> None:
    hint = parse(load(name))
    assert isinstance(hint, Hint)
    facts = (hint.issue_id, hint.key, hint.changed, hint.actor, hint.deleted)
    assert facts == HINTS[name]
    assert hint.at is not None


@pytest.mark.parametrize("name", IGNORED)
def test_a1_other_events_are_ignored_with_a_reason(name: str) -> None:
    assert parse(load(name)) == Ignored(IGNORED[name])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"webhookEvent": None}, "mistyped:webhookEvent"),
        ({"webhookEvent": ["jira:issue_updated"]}, "mistyped:webhookEvent"),
        ({"timestamp": "yesterday"}, "mistyped:timestamp"),
        ({"timestamp": True}, "mistyped:timestamp"),
        ({"timestamp": 2**62}, "mistyped:timestamp"),
        ({"user": "zhao"}, "mistyped:user"),
        ({"user": {"accountId": 7}}, "mistyped:accountId"),
        ({"changelog": []}, "mistyped:changelog"),
        ({"changelog": {"items": {}}}, "mistyped:changelog.items"),
        ({"changelog": {"items": [1]}}, "mistyped:changelog.items"),
        ({"changelog": {"items": [{"field": None}]}}, "mistyped:field"),
    ],
)
def test_a_mistyped_field_is_quarantined_and_the_issue_still_named(
    fields: dict[str, Any], reason: str
) -> None:
    assert parse(spoilt("issue_created__cloud", **fields)) == Quarantined(
        reason, "10412"
    )


@pytest.mark.parametrize(
    "issue", [None, [], {}, {"id": None}, {"id": "FIN-12"}, {"id": 1.5}, {"id": "../1"}]
)
def test_an_issue_without_its_number_is_quarantined(issue: object) -> None:
    kept = parse(spoilt("issue_created__cloud", issue=issue))
    assert isinstance(kept, Quarantined)
    assert kept.issue_id == ""


def test_a_comment_that_names_no_issue_is_quarantined() -> None:
    comment = {"self": "https://x/rest/api/2/comment/1"}
    kept = parse(spoilt("comment_created__without_issue", comment=comment))
    assert kept == Quarantined("mistyped:comment.self")


@pytest.mark.parametrize(
    "name", ["comment_created__without_issue", "comment_created__cloud_partial_issue"]
)
def test_a8a_of_a_comment_s_body_only_its_issue_s_number_is_taken(name: str) -> None:
    whole, body = parse(load(name)), json.loads(load(name))
    cleared = dict.fromkeys(("summary", "labels", "description", "updated"))
    held = {**body.get("issue", {}), "fields": cleared} if "issue" in body else None
    assert isinstance(whole, Hint)
    assert whole.issue_id in body["comment"]["self"]
    assert parse(spoilt(name, issue=held)) == replace(whole, project="")


def test_a8b_both_ways_to_tell_of_a_comment_hint_at_a_comment() -> None:
    for name in ("comment", "comment_deleted"):
        hint = parse(load(f"issue_updated__{name}_on_data_center"))
        assert isinstance(hint, Hint)
        assert hint.changed == ("comment",)
    twin = json.loads(load("comment_created__cloud_partial_issue"))
    twin["webhookEvent"] = "jira:issue_updated"
    again = parse(json.dumps(twin).encode())
    told = parse(load("comment_created__cloud_partial_issue"))
    assert isinstance(told, Hint)
    assert isinstance(again, Hint)
    assert (again.issue_id, again.changed) == (told.issue_id, told.changed)


@pytest.mark.parametrize(
    "kind", [None, "issue_generic", "issue_work_started", "issue_of_a_plugin"]
)
def test_a8c_what_an_event_is_called_besides_changes_nothing(kind: str | None) -> None:
    name = "issue_created__cloud"
    assert parse(spoilt(name, issue_event_type_name=kind)) == parse(load(name))


def test_a8d_a_changelog_tells_names_of_fields_and_may_be_empty_or_absent() -> None:
    item = {"field": "status", "from": "1", "fromString": "a", "to": "2"}
    cloud = {**item, "fieldId": "status", "fieldtype": "jira", "toString": "b"}
    for log, changed in (
        ({"items": [item, cloud]}, ("status",)),
        ({"items": []}, ()),
        (None, ()),
    ):
        hint = parse(spoilt("issue_updated__empty_changelog", changelog=log))
        assert isinstance(hint, Hint)
        assert hint.changed == changed


def test_a8e_a_worklog_s_issue_number_is_enough() -> None:
    bare = {
        "webhookEvent": "worklog_created",
        "timestamp": 1_764_000_000_000,
        "worklog": {"issueId": "10412"},
        "isFromIssueLimitTransformation": False,
    }
    hint = parse(json.dumps(bare).encode())
    assert isinstance(hint, Hint)
    assert (hint.issue_id, hint.actor) == ("10412", "")


def test_a8f_people_and_moments_are_read_in_every_form() -> None:
    name, old = "issue_created__cloud", {"name": "zhao", "key": "JIRAUSER10100"}
    for user, actor in (
        ({"accountId": ZHAO}, ZHAO),
        (old, "zhao"),
        ({**old, "accountId": ZHAO}, ZHAO),
    ):
        hint = parse(spoilt(name, user=user, timestamp=1_764_000_000_123))
        assert isinstance(hint, Hint)
        assert hint.actor == actor
        assert hint.at == datetime(2025, 11, 24, 16, 0, 0, 123000, UTC)
    assert parse_moment("2026-11-22T10:00:00.120+0800") == datetime(
        2026, 11, 22, 2, 0, 0, 120000, UTC
    )


def test_a8h_a_bulk_operation_s_event_is_like_any_other() -> None:
    alone = json.loads(load("issue_updated__bulk"))
    assert alone.pop("bulkOperationMetaData")
    assert parse(json.dumps(alone).encode()) == parse(load("issue_updated__bulk"))
