"""Webhooks: who is told what, how it is signed, and what failures do."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from gitlab import exceptions

from sandbox.gitlab.issues import update_issue
from sandbox.gitlab.records import Actor
from tests.sandbox.gitlab_site import GitLabSite
from tests.sandbox.receiver import Receiver

KEY = bytes(range(32))
SIGNING_TOKEN = f"whsec_{base64.b64encode(KEY).decode()}"


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(arrival.body) for arrival in receiver.arrivals]


def kinds(receiver: Receiver) -> list[tuple[str, str, str]]:
    return [
        (
            arrival.headers["x-gitlab-event"],
            body["event_type"],
            body["object_attributes"].get("action", ""),
        )
        for arrival, body in zip(receiver.arrivals, bodies(receiver), strict=True)
    ]


def test_opened_issue_is_told_with_what_changed(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url)
    issue = gitlab.write("导出", description="Excel", labels=["需求"])
    gitlab.settle()
    (body,) = bodies(receiver)
    assert body["object_kind"] == body["event_type"] == "issue"
    assert body["user"]["username"] == "wang.li"
    assert body["user"]["email"] == "[REDACTED]"
    assert body["object_attributes"]["action"] == "open"
    assert body["object_attributes"]["iid"] == issue.iid
    assert [label["title"] for label in body["labels"]] == ["需求"]
    assert body["changes"]["title"] == {"previous": None, "current": "导出"}
    assert body["changes"]["id"] == {"previous": None, "current": issue.id}


def test_label_change_tells_both_sets(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.write(labels=["a"])
    gitlab.hook(receiver.url)
    gitlab.remote().issues.update(1, {"add_labels": "b", "remove_labels": "a"})
    gitlab.settle()
    (body,) = bodies(receiver)
    told = body["changes"]["labels"]
    assert [row["title"] for row in told["previous"]] == ["a"]
    assert [row["title"] for row in told["current"]] == ["b"]
    assert body["object_attributes"]["action"] == "update"
    assert "title" not in body["changes"]


def test_state_event_is_told_apart_from_the_rest(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.write()
    gitlab.hook(receiver.url)
    gitlab.remote().issues.update(1, {"add_labels": "b", "state_event": "close"})
    gitlab.remote().issues.update(1, {"state_event": "reopen"})
    gitlab.settle()
    actions = [body["object_attributes"]["action"] for body in bodies(receiver)]
    assert actions == ["close", "update", "reopen"]
    assert bodies(receiver)[0]["changes"]["state_id"] == {"previous": 1, "current": 2}


def test_every_issue_of_a_bulk_edit_is_told(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    for _ in range(3):
        gitlab.write()
    gitlab.hook(receiver.url)
    for iid in (1, 2, 3):
        gitlab.remote().issues.update(iid, {"add_labels": "bulk"})
    gitlab.settle()
    assert [body["object_attributes"]["iid"] for body in bodies(receiver)] == [1, 2, 3]


def test_closed_task_is_an_update_of_a_work_item(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.switches.premium = True
    gitlab.write(issue_type="task")
    gitlab.hook(receiver.url)
    gitlab.remote().issues.update(1, {"state_event": "close"})
    gitlab.settle()
    (body,) = bodies(receiver)
    assert kinds(receiver) == [("Issue Hook", "work_item", "update")]
    assert body["object_attributes"]["type"] == "Task"
    assert body["object_attributes"]["state"] == "closed"
    assert body["object_attributes"]["url"].endswith("/-/work_items/1")
    assert body["changes"]["status"]["current"]["category"] == "done"


def test_confidential_issues_have_a_trigger_of_their_own(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url, confidential_issues_events=False)
    gitlab.write(confidential=True)
    gitlab.settle()
    assert receiver.arrivals == []
    gitlab.hook(receiver.url)
    gitlab.write(confidential=True)
    gitlab.settle()
    assert kinds(receiver) == [
        ("Confidential Issue Hook", "confidential_issue", "open")
    ]


def test_notes_are_told_and_internal_ones_only_by_their_kind(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.write()
    gitlab.hook(receiver.url)
    issue = gitlab.remote().issues.get(1)
    note = issue.notes.create({"body": "hello"})
    issue.notes.create({"body": "the price", "internal": True})
    issue.notes.update(note.id, {"body": "hello again"})
    issue.notes.delete(note.id)
    gitlab.settle()
    assert kinds(receiver) == [
        ("Note Hook", "note", "create"),
        ("Confidential Note Hook", "confidential_note", "create"),
        ("Note Hook", "note", "update"),
    ]
    internal = bodies(receiver)[1]
    assert "internal" not in internal["object_attributes"]
    assert internal["issue"]["confidential"] is False


def test_command_note_tells_the_issue_and_no_note(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.write()
    gitlab.hook(receiver.url)
    gitlab.remote().issues.get(1).notes.create({"body": "/close"})
    gitlab.settle()
    assert kinds(receiver) == [("Issue Hook", "issue", "close")]


def test_deletion_tells_nobody(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.write()
    gitlab.hook(receiver.url)
    gitlab.remote().issues.delete(1)
    gitlab.settle()
    assert receiver.arrivals == []


def test_move_closes_the_source(gitlab: GitLabSite, receiver: Receiver) -> None:
    issue = gitlab.write()
    gitlab.hook(receiver.url)
    gitlab.remote().issues.get(1).move(gitlab.other.id)
    gitlab.settle()
    (body,) = bodies(receiver)
    assert body["object_attributes"]["action"] == "close"
    assert issue.moved_to is not None
    assert body["object_attributes"]["moved_to_id"] == issue.moved_to.id


def test_milestones_are_told(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.hook(receiver.url)
    milestone = gitlab.remote().milestones.create({"title": "2026.12"})
    milestone.state_event = "close"
    milestone.save()
    gitlab.settle()
    assert [body["action"] for body in bodies(receiver)] == ["create", "close"]
    assert receiver.arrivals[0].headers["x-gitlab-event"] == "Milestone Hook"


def test_times_come_in_both_styles(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.hook(receiver.url)
    gitlab.write()
    gitlab.switches.iso_hook_times = False
    gitlab.write()
    gitlab.settle()
    moments = [body["object_attributes"]["created_at"] for body in bodies(receiver)]
    assert moments == ["2026-11-20T08:30:15.123Z", "2026-11-20 08:30:15 UTC"]


def test_headers_name_hook_event_and_delivery(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url, token="plain secret")
    gitlab.write()
    gitlab.write()
    gitlab.settle()
    first, second = (arrival.headers for arrival in receiver.arrivals)
    assert first["x-gitlab-token"] == "plain secret"
    assert first["x-gitlab-instance"] == gitlab.url
    assert first["x-gitlab-webhook-uuid"] == second["x-gitlab-webhook-uuid"]
    assert first["x-gitlab-event-uuid"] != second["x-gitlab-event-uuid"]
    assert first["idempotency-key"] == first["webhook-id"] != second["webhook-id"]
    assert first["webhook-timestamp"] == str(int(gitlab.clock().timestamp()))
    assert "webhook-signature" not in first


def test_signature_is_that_of_standard_webhooks(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url, signing_token=SIGNING_TOKEN)
    gitlab.write("导出")
    gitlab.settle()
    (arrival,) = receiver.arrivals
    head = arrival.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode()
    digest = hmac.new(KEY, signed + arrival.body, hashlib.sha256).digest()
    assert head["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("token", ["secret", "whsec_c2hvcnQ=", "whsec_!"])
def test_signing_token_must_be_32_bytes(gitlab: GitLabSite, token: str) -> None:
    with pytest.raises(exceptions.GitlabCreateError, match="32-byte key"):
        gitlab.hook("http://127.0.0.1:1/", signing_token=token)


def test_update_without_token_deletes_the_secret(gitlab: GitLabSite) -> None:
    hook = gitlab.hook(
        "http://127.0.0.1:1/", token="plain", signing_token=SIGNING_TOKEN
    )
    remote = gitlab.remote().hooks
    assert remote.get(hook.id).token_present is True
    remote.update(hook.id, {"url": "http://127.0.0.1:1/", "push_events": False})
    again = remote.get(hook.id)
    assert (again.token_present, again.signing_token_present) == (False, True)
    assert (again.push_events, again.issues_events) == (False, True)
    assert "token" not in again.attributes


def test_hooks_are_listed_and_deleted(gitlab: GitLabSite) -> None:
    hook = gitlab.hook("http://127.0.0.1:1/")
    remote = gitlab.remote().hooks
    assert [one.id for one in remote.list()] == [hook.id]
    remote.delete(hook.id)
    assert remote.list() == []


def test_hook_url_must_be_one(gitlab: GitLabSite) -> None:
    with pytest.raises(exceptions.GitlabCreateError, match="Invalid url") as refused:
        gitlab.hook("ftp://x")
    assert refused.value.response_code == 422


def test_four_failures_pause_the_hook_and_what_happens_then_is_lost(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    hook = gitlab.hook(receiver.url)
    receiver.status = 500
    for _ in range(5):
        gitlab.write()
        gitlab.settle()
    assert len(receiver.arrivals) == 4
    told = gitlab.remote().hooks.get(hook.id)
    assert told.alert_status == "temporarily_disabled"
    assert told.disabled_until == "2026-11-20T08:31:15.123Z"
    gitlab.clock.wind(seconds=61)
    gitlab.write()
    gitlab.settle()
    assert len(receiver.arrivals) == 5
    told = gitlab.remote().hooks.get(hook.id)
    assert told.disabled_until == "2026-11-20T08:33:16.123Z"


def test_forty_failures_end_the_hook_until_a_test_succeeds(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    hook = gitlab.hook(receiver.url)
    receiver.status = 404
    for _ in range(41):
        gitlab.write()
        gitlab.settle()
        gitlab.clock.wind(days=2)
    assert len(receiver.arrivals) == 40
    assert gitlab.remote().hooks.get(hook.id).alert_status == "disabled"
    receiver.status = 200
    gitlab.remote().hooks.get(hook.id).test("issues_events")
    assert gitlab.remote().hooks.get(hook.id).alert_status == "executable"


def test_success_forgets_failures(gitlab: GitLabSite, receiver: Receiver) -> None:
    hook = gitlab.hook(receiver.url)
    receiver.answers = [500, 500, 500, 200]
    for _ in range(4):
        gitlab.write()
        gitlab.settle()
    assert hook.failures == 0


def test_test_needs_something_to_send(gitlab: GitLabSite, receiver: Receiver) -> None:
    hook = gitlab.hook(receiver.url)
    with pytest.raises(exceptions.GitlabHookTestError, match="Ensure the project has"):
        gitlab.remote().hooks.get(hook.id).test("issues_events")


def test_past_deliveries_can_be_resent(gitlab: GitLabSite, receiver: Receiver) -> None:
    hook = gitlab.hook(receiver.url)
    gitlab.write()
    gitlab.settle()
    path = f"/projects/{gitlab.project.id}/hooks/{hook.id}/events"
    with gitlab.http() as http:
        (event,) = http.get(path).json()
        again = http.post(f"{path}/{event['id']}/resend")
    assert event["response_status"] == "200"
    assert again.json() == {"response_status": 200}
    first, second = receiver.arrivals
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    uuids = {arrival.headers["x-gitlab-event-uuid"] for arrival in receiver.arrivals}
    assert len(uuids) == 2


def test_replay_sends_everything_again(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.hook(receiver.url)
    gitlab.write()
    gitlab.write()
    gitlab.settle()
    control = f"{gitlab.url}/_sandbox/webhooks/replay"
    answer = httpx.post(control, json={"same_id": True}).json()
    assert answer == {"replayed": 2, "by_status": {"200": 2}}
    keys = [arrival.headers["idempotency-key"] for arrival in receiver.arrivals]
    assert keys[:2] == keys[2:]


def test_cut_webhooks_are_lost(gitlab: GitLabSite, receiver: Receiver) -> None:
    gitlab.hook(receiver.url)
    httpx.post(f"{gitlab.url}/_sandbox/webhooks", json={"enabled": False})
    gitlab.write()
    gitlab.settle()
    assert receiver.arrivals == []


def test_request_in_a_chain_does_not_fire_the_same_hook_again(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url)
    gitlab.write()
    gitlab.settle()
    chain = receiver.arrivals[0].headers["x-gitlab-event-uuid"]
    with gitlab.http() as http:
        path, edit = f"{gitlab.issues_path}/1", {"title": "y"}
        http.put(path, json=edit, headers={"X-Gitlab-Event-UUID": chain})
    gitlab.settle()
    assert len(receiver.arrivals) == 1
    with gitlab.http() as http:
        http.put(path, json={"title": "z"}, headers={"X-Gitlab-Event-UUID": "other"})
    gitlab.settle()
    assert receiver.arrivals[1].headers["x-gitlab-event-uuid"] == "other"


def test_edit_that_changes_nothing_tells_nobody(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    issue = gitlab.write(labels=["a"])
    gitlab.hook(receiver.url)
    store, actor = gitlab.tracker.store, Actor(gitlab.client)
    gitlab.server.call(lambda: update_issue(store, issue, actor, {"labels": ["a"]}))
    gitlab.settle()
    assert receiver.arrivals == []
