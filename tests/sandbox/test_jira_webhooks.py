"""Webhooks leave as Jira sends them: signed, named, repeated, and replayable."""

import hashlib
import hmac
import json
from typing import Any

import httpx

from sandbox.jira import talk
from sandbox.jira.catalog import EN_STATUSES
from tests.sandbox.conftest import JiraSite
from tests.sandbox.receiver import Arrival, Receiver

SECRET = "between us"
EVENTS = [
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_deleted",
    "worklog_created",
]


def place_of(jira: JiraSite) -> str:
    old, new = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
    return new if jira.tracker.site.has_new_webhooks else old


def register(
    jira: JiraSite, receiver: Receiver, jql: str = "project = FIN"
) -> dict[str, Any]:
    section = {"issue-related-events-section": jql}
    old = {"filters": section, "secret": SECRET}
    new = {"configuration": {"FILTERS": jql, "SECRET": SECRET}}
    said = new if jira.tracker.site.has_new_webhooks else old
    body = {"name": "reqpool", "url": receiver.url, "events": EVENTS, **said}
    with jira.http() as http:
        answer = http.post(place_of(jira), json=body)
    assert answer.status_code == 201
    return dict(answer.json())


def bodies(jira: JiraSite, receiver: Receiver) -> list[dict[str, Any]]:
    assert jira.server.wait_idle()
    return [json.loads(arrival.body) for arrival in receiver.arrivals]


def signed(arrival: Arrival) -> bool:
    digest = hmac.new(SECRET.encode(), arrival.body, hashlib.sha256).hexdigest()
    return arrival.headers["x-hub-signature"] == f"sha256={digest}"


def test_hooks_are_registered_changed_and_removed(
    jira: JiraSite, receiver: Receiver
) -> None:
    made = register(jira, receiver)
    place = place_of(jira)
    hook = made.get("self", f"{place}/{made.get('id')}")
    with jira.http() as http:
        assert http.get(place).json() == [made]
        changed = http.put(hook, json={"enabled": False, "active": False}).json()
        assert changed["events"] == sorted(EVENTS)
        jira.make()
        assert bodies(jira, receiver) == []
        assert http.delete(hook).status_code == 204
        assert http.get(hook).status_code == 404


def test_only_an_administrator_registers(jira: JiraSite) -> None:
    jira.bot.admin = False
    with jira.http() as http:
        assert http.get(place_of(jira)).status_code == 403


def test_data_center_moved_its_webhooks_and_signs_since(
    data_center: JiraSite, receiver: Receiver
) -> None:
    with data_center.http() as http:
        assert http.get("/rest/webhooks/1.0/webhook").status_code == 404
        data_center.tracker.site.version = (9, 12, 5)
        assert http.get("/rest/jira-webhook/1.0/webhooks").status_code == 404
    register(data_center, receiver)
    data_center.make()
    assert len(bodies(data_center, receiver)) == 1
    assert "x-hub-signature" not in receiver.arrivals[0].headers


def test_a_new_issue_is_announced_and_signed(
    jira: JiraSite, receiver: Receiver
) -> None:
    register(jira, receiver)
    issue = jira.make("资金报表怎么导出?")
    (body,) = bodies(jira, receiver)
    assert (body["webhookEvent"], body["issue"]["key"]) == (
        "jira:issue_created",
        issue.key,
    )
    assert body["issue"]["fields"]["summary"] == "资金报表怎么导出?"
    assert signed(receiver.arrivals[0])
    names = {name for name in receiver.arrivals[0].headers if "atlassian" in name}
    wanted = {"x-atlassian-webhook-identifier", "x-atlassian-webhook-flow"}
    assert names == (wanted if jira.cloud else set())


def test_other_projects_are_filtered_out(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver)
    jira.make(project={"key": "OPS"})
    assert bodies(jira, receiver) == []


def test_an_edit_carries_its_changelog(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver)
    issue = jira.make()
    jira.library().issue(issue.key).update(priority={"name": "High"})
    body = bodies(jira, receiver)[-1]
    assert body["issue_event_type_name"] == "issue_updated"
    (item,) = body["changelog"]["items"]
    assert (item["field"], item["from"], item["to"]) == ("priority", "3", "2")
    assert ("fieldId" in item) == jira.cloud


def test_a_transition_is_an_update_too(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver)
    jira.library().transition_issue(jira.make().key, EN_STATUSES[1])
    body = bodies(jira, receiver)[-1]
    wanted = "issue_generic" if jira.cloud else "issue_work_started"
    assert body["issue_event_type_name"] == wanted
    assert body["changelog"]["items"][0]["toString"] == "In Progress"


def test_comments_are_told_the_cloud_way(cloud: JiraSite, receiver: Receiver) -> None:
    register(cloud, receiver)
    cloud.library().add_comment(cloud.make().key, "when?")
    created, comment = bodies(cloud, receiver)
    assert comment["webhookEvent"] == "comment_created"
    assert set(comment["issue"]["fields"]) == {
        "summary",
        "issuetype",
        "project",
        "assignee",
        "priority",
        "status",
    }
    assert comment["comment"]["jsdPublic"] is True
    assert "comment" not in created["issue"]["fields"]


def test_comments_are_told_twice_by_data_center(
    data_center: JiraSite, receiver: Receiver
) -> None:
    register(data_center, receiver)
    issue = data_center.make()
    data_center.library().add_comment(issue.key, "when?")
    _, comment, update = bodies(data_center, receiver)
    assert "issue" not in comment
    assert f"/issue/{issue.id}/comment/" in comment["comment"]["self"]
    assert update["issue_event_type_name"] == "issue_commented"
    assert "changelog" not in update
    assert update["comment"]["body"] == "when?"


def test_deleting_tells_of_the_comments_too(
    cloud: JiraSite, receiver: Receiver
) -> None:
    issue = cloud.make()
    store = cloud.tracker.store
    cloud.server.call(lambda: talk.add_comment(store, cloud.client, issue, "x"))
    register(cloud, receiver)
    cloud.library().issue(issue.key).delete()  # type: ignore[no-untyped-call]
    events = [body["webhookEvent"] for body in bodies(cloud, receiver)]
    flows = [one.headers["x-atlassian-webhook-flow"] for one in receiver.arrivals]
    assert events == ["jira:issue_deleted", "comment_deleted"]
    assert flows == ["Primary", "Secondary"]


def test_moving_names_both_keys(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver, "")
    issue = jira.make()
    store = jira.tracker.store
    jira.server.call(lambda: store.move_issue(jira.client, issue, jira.other))
    body = bodies(jira, receiver)[-1]
    assert body["issue_event_type_name"] == "issue_moved"
    key = next(one for one in body["changelog"]["items"] if one["field"] == "Key")
    assert (key["fromString"], key["toString"]) == ("FIN-1", "OPS-1")


def test_cloud_repeats_what_failed_under_the_same_name(
    cloud: JiraSite, receiver: Receiver
) -> None:
    register(cloud, receiver)
    receiver.answers = [503, 429]
    cloud.make()
    assert cloud.server.wait_idle()
    heads = [arrival.headers for arrival in receiver.arrivals]
    assert [head.get("x-atlassian-webhook-retry") for head in heads] == [None, "1", "2"]
    assert len({head["x-atlassian-webhook-identifier"] for head in heads}) == 1
    assert len({arrival.body for arrival in receiver.arrivals}) == 1


def test_cloud_gives_up_on_400(cloud: JiraSite, receiver: Receiver) -> None:
    register(cloud, receiver)
    receiver.status = 400
    cloud.make()
    assert len(bodies(cloud, receiver)) == 1


def test_data_center_tries_once(data_center: JiraSite, receiver: Receiver) -> None:
    register(data_center, receiver)
    receiver.status = 503
    data_center.make()
    assert len(bodies(data_center, receiver)) == 1


def test_replay_sends_the_same_bytes_under_new_names(
    cloud: JiraSite, receiver: Receiver
) -> None:
    register(cloud, receiver)
    cloud.make("one")
    cloud.make("two")
    first = [json.dumps(body) for body in bodies(cloud, receiver)]
    with cloud.http() as http:
        answer = http.post("/_sandbox/webhooks/replay", json={"same_id": False})
        again = http.post("/_sandbox/webhooks/replay", json={"same_id": True})
    assert answer.json() == {"replayed": 2, "by_status": {"200": 2}}
    assert again.json()["replayed"] == 2
    assert [json.dumps(body) for body in bodies(cloud, receiver)] == first * 3
    names = [a.headers["x-atlassian-webhook-identifier"] for a in receiver.arrivals]
    assert names[4:] == names[:2]
    assert len(set(names)) == 4
    assert all(signed(arrival) for arrival in receiver.arrivals)


def test_cut_webhooks_are_lost(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver)
    with jira.http() as http:
        http.post("/_sandbox/webhooks", json={"enabled": False})
        jira.make("lost")
        http.post("/_sandbox/webhooks", json={"enabled": True})
        jira.make("found")
        told = [body["issue"]["fields"]["summary"] for body in bodies(jira, receiver)]
        summary = http.get("/_sandbox/webhooks").json()
    assert told == ["found"]
    assert (summary["lost"], summary["deliveries"], summary["pending"]) == (1, 1, 0)


def test_order_is_kept(jira: JiraSite, receiver: Receiver) -> None:
    register(jira, receiver)
    for number in range(30):
        jira.make(f"wish {number}")
    told = [body["issue"]["fields"]["summary"] for body in bodies(jira, receiver)]
    assert told == [f"wish {number}" for number in range(30)]


def test_held_webhooks_are_let_go_out_of_order(
    jira: JiraSite, receiver: Receiver
) -> None:
    register(jira, receiver)
    made = [f"wish {number}" for number in range(20)]
    with jira.http() as http:
        http.post("/_sandbox/webhooks", json={"hold": True})
        for summary in made:
            jira.make(summary)
        waiting = http.get("/_sandbox/webhooks").json()["pending"]
        http.post("/_sandbox/webhooks", json={"hold": False, "shuffle_seed": 1})
    told = [body["issue"]["fields"]["summary"] for body in bodies(jira, receiver)]
    assert waiting == 20
    assert told != made
    assert sorted(told) == sorted(made)


def test_an_unreachable_receiver_counts_as_no_answer(cloud: JiraSite) -> None:
    with Receiver() as gone:
        register(cloud, gone)
    cloud.make()
    assert cloud.server.wait_idle()
    (delivery,) = cloud.tracker.bench.deliveries.kept
    assert delivery.answers == [0] * 6


def test_page_edits_raise_webhooks_as_the_chosen_person(
    jira: JiraSite, receiver: Receiver
) -> None:
    register(jira, receiver)
    key = jira.make().key
    with httpx.Client(base_url=jira.url, follow_redirects=True) as browser:
        form = {"title": "Export to Excel", "labels": "a, b", "priority": "High"}
        page = browser.post(f"/browse/{key}", data={**form, "status": "In Progress"})
        browser.post(f"/browse/{key}", data={"remark": "please <b>soon</b>"})
        shown = browser.get(f"/browse/{key}").text
    assert page.status_code == 200
    assert "please &lt;b&gt;soon&lt;/b&gt;" in shown
    updates = bodies(jira, receiver)[1:]
    assert {body["user"]["displayName"] for body in updates if "user" in body} == {
        "王丽"
    }
    assert jira.tracker.site.get_issue(key).labels == ["a", "b"]
    assert jira.tracker.site.get_issue(key).status.name == "In Progress"
