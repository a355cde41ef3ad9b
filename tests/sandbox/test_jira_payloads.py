"""Webhook bodies have every key that bodies recorded from real sites have."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.jira import catalog, talk
from sandbox.jira.events import EVENTS
from sandbox.jira.records import Deployment, User
from sandbox.jira.tracker import JiraTracker

RECORDED = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded webhooks are not at hand"
)
# Until 2019 Cloud showed names and addresses; pictures and estimates are not ours.
NOT_OURS = {
    "Cloud": {"name", "key", "emailAddress", "avatarId", "description"},
    "Server": {"avatarId", "percent", "remainingEstimate", "remainingEstimateSeconds"},
}
CASES: list[tuple[Deployment, str]] = [
    ("Cloud", "mattermost-jira/webhook-issue-updated-raised-priority.json"),
    ("Cloud", "zulip/jira_comment_created_partial_issue.json"),
    ("Cloud", "zulip/jira_worklog_deleted.json"),
    ("Server", "mattermost-jira/webhook-server-comment-created.json"),
    ("Server", "mattermost-jira/webhook-server-issue-updated-commented-1.json"),
    ("Server", "mattermost-jira/webhook-server-issue-updated-in-progress.json"),
]


def keys(node: Any, place: str = "") -> set[str]:
    """Every path of keys, but for custom fields and pictures."""
    if isinstance(node, list):
        return {key for one in node for key in keys(one, f"{place}[]")}
    if not isinstance(node, dict):
        return set()
    found: set[str] = set()
    for name, value in node.items():
        if not name.startswith(("customfield", "avatarUrls")):
            found |= {f"{place}.{name}"} | keys(value, f"{place}.{name}")
    return found


def sent(deployment: Deployment) -> dict[str, set[str]]:
    """All keys of each event after one of everything was done."""
    tracker = JiraTracker(deployment)
    site, store = tracker.site, tracker.store
    user = site.add_user(User("u", "U", "u@example.com"))
    workflow = catalog.demo_workflow(catalog.EN_STATUSES)
    site.add_project("FIN", "Finance", user, workflow, ["Ledger"])
    tracker.bench.deliveries.add_hook("http://127.0.0.1:9/", EVENTS)
    kind, project = {"name": "Bug"}, {"key": "FIN"}
    fields = {"project": project, "issuetype": kind, "summary": "s"}
    issue = store.create_issue(user, fields)
    whom = {"accountId" if site.cloud else "name": "u"}
    changed = {"priority": {"name": "High"}, "components": [{"name": "Ledger"}]}
    store.edit_issue(user, issue, {**changed, "assignee": whom})
    talk.add_comment(store, user, issue, "x")
    worklog = talk.add_worklog(store, user, issue, talk.Work(60, "", site.now()))
    talk.delete_worklog(store, user, issue, worklog.id)
    found: dict[str, set[str]] = {}
    for delivery in tracker.bench.deliveries.kept:
        body = json.loads(delivery.event.body)
        found.setdefault(body["webhookEvent"], set()).update(keys(body))
    return found


@pytest.mark.parametrize(("deployment", "name"), CASES)
def test_no_recorded_key_is_missing(deployment: Deployment, name: str) -> None:
    recorded = json.loads((RECORDED / name).read_text("utf-8"))
    missing = keys(recorded) - sent(deployment)[recorded["webhookEvent"]]
    ours = {key for key in missing if key.split(".")[-1] not in NOT_OURS[deployment]}
    assert ours == set()
