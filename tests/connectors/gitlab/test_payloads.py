"""What each kind of webhook body turns out to be."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.gitlab
from connectors.gitlab import GitLabConnector
from connectors.gitlab.payloads import EVENTS, Outcome
from model.deliveries import Delivery, Hint, Ignored, Quarantined

FIXTURES = Path(connectors.gitlab.__file__).parent / "fixtures"
AT = datetime(2026, 3, 2, 1, 15, 30, 120000, UTC)
NOTED_AT = datetime(2026, 3, 2, 2, 1, 9, tzinfo=UTC)


def deliver(body: bytes, **headers: str) -> Delivery:
    digest = sha256(body).hexdigest()
    return Delivery(UUID(int=1), "kunlun", "", headers, body, digest, AT)


def parse(body: object) -> Outcome:
    return GitLabConnector.parse(deliver(json.dumps(body).encode()))


def hint(event: str, *changed: str, iid: int = 12, at: datetime = AT) -> Hint:
    return Hint(
        "gitlab",
        f"4711#{iid}",
        event,
        f"finance/funds#{iid}",
        changed,
        "finance.user",
        at,
        "finance/funds",
    )


EXPECTED: dict[str, Outcome] = {
    "issue__opened": hint("issue.open", "id", "title", "updated_at"),
    "issue__labels_changed": hint(
        "issue.update",
        "labels",
        "updated_at",
        at=datetime(2026, 3, 2, 1, 20, tzinfo=UTC),
    ),
    "issue__closed_old_timestamps": hint(
        "issue.close",
        "state_id",
        "updated_at",
        at=datetime(2019, 4, 6, 21, 8, tzinfo=UTC),
    ),
    "issue__moved_away": hint(
        "issue.close", "moved_to_id", "state_id", at=datetime(2026, 3, 5, 9, tzinfo=UTC)
    ),
    "issue__confidential": hint("confidential_issue.update", "confidential"),
    "work_item__task_closed_as_update": hint(
        "work_item.update", "state_id", "status", iid=13
    ),
    "work_item__group_epic": Ignored("group_work_item"),
    "note__on_issue": hint("note.create", "notes", at=NOTED_AT),
    "note__on_issue_without_action": hint("note", "notes", at=NOTED_AT),
    "note__internal_on_public_issue": hint(
        "confidential_note.create", "notes", at=NOTED_AT
    ),
    "note__on_merge_request": Ignored("note_on: MergeRequest"),
    "push__branch": Ignored("not_about_an_issue: push"),
    "custom_template__without_kind": Quarantined("no_object_kind"),
    "issue__id_of_wrong_type": Quarantined("mistyped_field: iid"),
    "issue__moment_of_wrong_type": Quarantined("mistyped_field: updated_at", "4711#12"),
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda p: p.stem)
def test_c7_each_fixture_is_what_its_name_says(path: Path) -> None:
    assert GitLabConnector.parse(deliver(path.read_bytes())) == EXPECTED[path.stem]


def test_every_kind_that_is_about_issues_has_a_fixture() -> None:
    kinds = {path.stem.partition("__")[0] for path in FIXTURES.glob("*.json")}
    assert kinds >= {"issue", "note", "work_item"}
    assert kinds - {"custom_template"} <= set(EVENTS)


def test_an_event_that_gitlab_may_invent_is_ignored() -> None:
    assert parse({"object_kind": "quantum_issue"}) == Ignored(
        "unknown_event: quantum_issue"
    )


def test_c11_the_body_of_another_template_is_kept_aside() -> None:
    for body in ({"text": "issue"}, {"text": "issue", "object_attributes": {"iid": 1}}):
        assert parse(body) == Quarantined("no_object_kind")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "invalid_json"),
        (b"[]", "not_an_object"),
        (b'{"object_kind": "issue", "object_kind": "note"}', "duplicate_key"),
        (
            b'{"object_kind": "issue", "weight": 9223372036854775808}',
            "integer_too_large",
        ),
        (b'{"object_kind": "issue", "weight": NaN}', "not_finite"),
        (b'{"object_kind": "issue", "title": "\\u0000"}', "nul"),
        (b'{"object_kind": "issue", "title": "\\ud800"}', "lone_surrogate"),
        (b'{"object_kind": "issue\xff"}', "invalid_utf8"),
        (b"[" * 70 + b"]" * 70, "too_deep"),
        (b'{"object_kind": "issue"}', "mistyped_field: object_attributes"),
        (b'{"object_kind": ["issue"]}', "no_object_kind"),
    ],
)
def test_a_body_that_cannot_be_trusted_to_mean_one_thing_is_kept_aside(
    body: bytes, reason: str
) -> None:
    assert GitLabConnector.parse(deliver(body)) == Quarantined(reason)


def test_another_content_type_is_kept_aside() -> None:
    body = (FIXTURES / "issue__opened.json").read_bytes()
    form = deliver(body, **{"content-type": "application/x-www-form-urlencoded"})
    plain = deliver(body, **{"content-type": "application/json; charset=utf-8"})
    assert GitLabConnector.parse(form) == Quarantined("content_type")
    assert isinstance(GitLabConnector.parse(plain), Hint)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "object_kind",
                    "event_type",
                    "project",
                    "user",
                    "issue",
                    "object_attributes",
                    "changes",
                    "iid",
                    "project_id",
                    "id",
                    "action",
                    "updated_at",
                    "noteable_type",
                    "username",
                    "path_with_namespace",
                    "moved_to_id",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    outcome = GitLabConnector.parse(deliver(body))
    assert isinstance(outcome, Quarantined | Ignored)


@given(st.sampled_from(sorted(EVENTS)), values)
def test_no_object_makes_it_raise(kind: str, value: object) -> None:
    body = value if isinstance(value, dict) else {"object_attributes": value}
    outcome = parse({**body, "object_kind": kind})
    assert isinstance(outcome, Hint | Ignored | Quarantined)


@given(st.data())
def test_one_spoilt_field_of_a_real_body_never_makes_it_raise(
    data: st.DataObject,
) -> None:
    path = data.draw(st.sampled_from(sorted(FIXTURES.glob("*.json"))))
    body = json.loads(path.read_bytes())
    part = data.draw(st.sampled_from([body, *_objects(body)]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(values)
    assert isinstance(parse(body), Hint | Ignored | Quarantined)


def _objects(body: dict[str, object]) -> list[dict[str, object]]:
    return [value for value in body.values() if isinstance(value, dict) and value]


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_bytes())
    return loaded


def with_attributes(name: str, **attributes: object) -> dict[str, Any]:
    body = load(name)
    return {**body, "object_attributes": {**body["object_attributes"], **attributes}}


def test_c7a_what_an_event_calls_itself_says_nothing_of_the_state() -> None:
    name = "work_item__task_closed_as_update"
    told = parse(load(name))
    assert isinstance(told, Hint)
    assert told.event == "work_item.update"
    assert "state_id" in told.changed
    assert parse(with_attributes(name, state="opened", state_id=1)) == told


def test_c7b_the_status_of_a_work_item_is_a_change_like_any_other() -> None:
    name = "work_item__task_closed_as_update"
    status = {
        "id": "gid://gitlab/WorkItems::Statuses::Custom::Status/7",
        "name": "验收",
    }
    told = parse(with_attributes(name, status=status))
    assert told == parse(load(name))
    assert isinstance(told, Hint)
    assert "status" in told.changed


def test_c7c_what_belongs_to_a_group_is_no_issue_of_a_project() -> None:
    assert parse(load("work_item__group_epic")) == Ignored("group_work_item")
    note = {**load("note__on_issue"), "project": None, "project_id": None}
    note["issue"] = {**note["issue"], "project_id": None}
    assert parse(note) == Ignored("group_work_item")


def test_c7d_neither_labels_nor_people_are_taken_from_a_body() -> None:
    body = load("issue__labels_changed")
    bare = {**body, "labels": [], "assignees": [], "user": {"username": "finance.user"}}
    told = parse(bare)
    assert told == parse(body)
    assert "REDACTED" not in repr(told)


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (load("note__on_issue"), "note.create"),
        (load("note__on_issue_without_action"), "note"),
        (load("note__internal_on_public_issue"), "confidential_note.create"),
        (with_attributes("note__on_issue", system=True), "note.create"),
        (with_attributes("note__on_issue", noteable_type="WorkItem"), "note.create"),
    ],
)
def test_c7e_a_note_hints_at_its_issue_whatever_its_kind(
    body: dict[str, Any], event: str
) -> None:
    told = parse(body)
    assert isinstance(told, Hint)
    assert (told.issue_id, told.event, told.changed) == ("4711#12", event, ("notes",))


@pytest.mark.parametrize("kind", ["Commit", "Snippet", "DesignManagement::Design"])
def test_c7e_a_note_on_something_else_is_ignored(kind: str) -> None:
    other = with_attributes("note__on_issue", noteable_type=kind)
    assert parse(other) == Ignored(f"note_on: {kind}")


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02 01:15:30 UTC", "2026-03-02T01:15:30Z", "2026-03-02T09:15:30+08:00"],
)
def test_c7f_both_styles_of_moments_are_read(moment: str) -> None:
    told = parse(with_attributes("issue__opened", updated_at=moment))
    assert isinstance(told, Hint)
    assert told.at == datetime(2026, 3, 2, 1, 15, 30, tzinfo=UTC)
