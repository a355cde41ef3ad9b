"""Every real Jira webhook that we have seen comes out right.

The outcomes below were reviewed one by one against the bodies: which issue, what
changed, who did it, when on the site's clock.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.jira import JiraConfig, JiraConnector
from connectors.jira.content import NO_FIELDS
from connectors.jira.mapping import fields_for, parse_issue
from connectors.jira.rows import parser_for
from model.deliveries import Hint, Quarantined
from tests.contracts.rig import delivery_of

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"

pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="the recorded payloads are not part of the checkout"
)

UPDATED, CREATED = "jira:issue_updated", "jira:issue_created"

# file: (issue id, key, event, what changed, who, when)
HINTS: dict[str, tuple[str, str, str, str, str, str]] = {
    "jira-trigger-plugin/integration_addComment.json": (
        "10000",
        "TEST-1",
        UPDATED,
        "comment",
        "admin",
        "2016-12-08T07:51:55.208+00:00",
    ),
    "jira-trigger-plugin/integration_updateDescription.json": (
        "10001",
        "TEST-2",
        UPDATED,
        "description",
        "admin",
        "2016-12-08T07:52:07.124+00:00",
    ),
    "jira-trigger-plugin/integration_updateStatus.json": (
        "10011",
        "TEST-12",
        UPDATED,
        "status,resolution",
        "admin",
        "2016-12-08T07:55:13.759+00:00",
    ),
    "jira-trigger-plugin/parameter_single_value_custom_field.json": (
        "10400",
        "TEST-25",
        UPDATED,
        "summary",
        "admin",
        "2017-08-17T06:41:29.844+00:00",
    ),
    "jira-trigger-plugin/webhook_cloud_comment_added.json": (
        "10023",
        "TEST-24",
        "comment_created",
        "comment",
        "557058:eb43b4a2-fad1-4ff6-a2d9-38eee0b088b9",
        "2018-04-20T06:24:52.300+00:00",
    ),
    "jira-trigger-plugin/webhook_issue_created.json": (
        "10003",
        "TEST-4",
        CREATED,
        "",
        "admin",
        "2015-12-20T18:25:09.598+00:00",
    ),
    "jira-trigger-plugin/webhook_issue_updated_fields_updated.json": (
        "10010",
        "TEST-11",
        UPDATED,
        "summary,description,priority,resolution",
        "admin",
        "2016-01-14T23:01:40.356+00:00",
    ),
    "jira-trigger-plugin/webhook_issue_updated_with_comment.json": (
        "10003",
        "TEST-4",
        UPDATED,
        "comment",
        "admin",
        "2015-12-20T19:04:58.448+00:00",
    ),
    "mattermost-jira/webhook-cloud-comment-created-mention-user.json": (
        "10040",
        "TES-41",
        "comment_created",
        "comment",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:11:18.321+00:00",
    ),
    "mattermost-jira/webhook-cloud-comment-created.json": (
        "10040",
        "TES-41",
        "comment_created",
        "comment",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:11:18.321+00:00",
    ),
    "mattermost-jira/webhook-cloud-comment-deleted.json": (
        "10357",
        "KT-7",
        "comment_deleted",
        "comment",
        "5cedcb4355a88a0fc86388ba",
        "2019-10-08T05:42:25.538+00:00",
    ),
    "mattermost-jira/webhook-issue-assigned-empty-changelog.json": (
        "10001",
        "TEST-123",
        UPDATED,
        "",
        "123456",
        "2024-08-20T18:47:42.935+00:00",
    ),
    "mattermost-jira/webhook-issue-created-no-description-nor-relevant-fields.json": (
        "10040",
        "TES-41",
        CREATED,
        "description,priority,reporter,Status,summary",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:01:53.023+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-assigned-nobody.json": (
        "10040",
        "TES-41",
        UPDATED,
        "assignee",
        "5c5f880629be9642ba529340",
        "2019-02-16T21:10:32.604+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-assigned.json": (
        "10040",
        "TES-41",
        UPDATED,
        "assignee",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:18:01.752+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-attachments.json": (
        "10040",
        "TES-41",
        UPDATED,
        "Attachment",
        "5c5f880629be9642ba529340",
        "2019-02-16T21:12:10.065+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-components.json": (
        "10360",
        "TES-10",
        UPDATED,
        "Component",
        "5cedcb4355a88a0fc86388ba",
        "2019-12-05T14:38:23.833+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-fix-version.json": (
        "10040",
        "TES-41",
        UPDATED,
        "Fix Version",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:07:51.789+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-issue-type.json": (
        "10040",
        "TES-41",
        UPDATED,
        "issuetype",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:07:51.789+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-multiple-custom-fields.json": (
        "10040",
        "TES-41",
        UPDATED,
        "Field Name",
        "5c5f880629be9642ba529340",
        "2019-02-16T21:12:10.065+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-raised-priority.json": (
        "10040",
        "TES-41",
        UPDATED,
        "priority",
        "5c5f880629be9642ba529340",
        "2019-02-16T21:15:16.080+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-rank.json": (
        "10040",
        "TES-41",
        UPDATED,
        "Rank",
        "5c5f880629be9642ba529340",
        "2019-02-16T21:12:10.065+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-renamed.json": (
        "10040",
        "TES-41",
        UPDATED,
        "summary",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:07:51.789+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-reopened.json": (
        "10040",
        "TES-41",
        UPDATED,
        "resolution,status",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:17:06.531+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-resolved-one-changelog.json": (
        "10040",
        "TES-41",
        UPDATED,
        "resolution",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:15:40.507+00:00",
    ),
    "mattermost-jira/webhook-issue-updated-resolved.json": (
        "10040",
        "TES-41",
        UPDATED,
        "resolution,status",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:15:40.507+00:00",
    ),
    "mattermost-jira/webhook-server-comment-created.json": (
        "10013",
        "",
        "comment_created",
        "comment",
        "levbrouk",
        "2019-06-04T00:15:17.234+00:00",
    ),
    "mattermost-jira/webhook-server-comment-deleted.json": (
        "10013",
        "",
        "comment_deleted",
        "comment",
        "levbrouk",
        "2019-06-04T01:08:08.109+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-comment-deleted.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "comment",
        "levbrouk",
        "2019-06-04T01:08:08.109+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-comment-edited.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "comment",
        "levbrouk",
        "2019-06-04T00:53:33.673+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-commented-1.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "comment",
        "levbrouk",
        "2019-06-04T00:15:17.244+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-commented-3.json": (
        "10231",
        "PRJA-42",
        UPDATED,
        "comment",
        "TestUser",
        "2019-06-28T21:32:16.066+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-in-progress.json": (
        "10300",
        "TES-4",
        UPDATED,
        "status",
        "admin",
        "2019-08-14T03:02:33.680+00:00",
    ),
    "mattermost-jira/webhook-server-issue-updated-many-fields.json": (
        "10400",
        "HEY-15",
        UPDATED,
        "labels",
        "mickmister",
        "2019-09-03T06:03:39.156+00:00",
    ),
    "mattermost-jira/webhook-server-old-issue-updated-no-event-type-assigned.json": (
        "10040",
        "TES-41",
        UPDATED,
        "assignee",
        "5c5f880629be9642ba529340",
        "2019-02-16T03:18:01.752+00:00",
    ),
    "mattermost-jira/webhook-server-old-issue-updated-no-event-type-comment-deleted.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "",
        "levbrouk",
        "2019-06-04T01:08:08.109+00:00",
    ),
    "mattermost-jira/webhook-server-old-issue-updated-no-event-type-comment-edited.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "comment",
        "levbrouk",
        "2019-06-04T00:53:33.673+00:00",
    ),
    "mattermost-jira/webhook-server-old-issue-updated-no-event-type-commented.json": (
        "10013",
        "PRJX-14",
        UPDATED,
        "comment",
        "levbrouk",
        "2019-06-04T00:15:17.244+00:00",
    ),
    "mattermost-jira/webhook-server-updated-custom-field.json": (
        "10106",
        "TES-8",
        UPDATED,
        "numfield",
        "test",
        "2019-08-12T01:41:00.611+00:00",
    ),
    "zulip/jira_comment_created_no_issue_details.json": (
        "10000",
        "",
        "comment_created",
        "comment",
        "admin",
        "2019-08-16T14:00:17.153+00:00",
    ),
    "zulip/jira_comment_created_partial_issue.json": (
        "10000",
        "ZUL-1",
        "comment_created",
        "comment",
        "5a1b0e47748e770ed11f338c",
        "2019-01-07T20:25:51.184+00:00",
    ),
    "zulip/jira_worklog_deleted.json": (
        "10014",
        "",
        "worklog_deleted",
        "worklog",
        "99:27935d01-92a7-4687-8272-a9b8d3b2ae2e",
        "2026-09-21T15:41:41.877+00:00",
    ),
}

QUARANTINED = {
    "malformed-derived/jira_bom_utf8.json": "bom",
    "malformed-derived/jira_latin1.json": "invalid_utf8",
    "malformed-derived/jira_truncated.json": "invalid_json",
}


def recorded() -> Iterator[str]:
    """Webhooks of Jira by the index."""
    for line in (PAYLOADS / "INDEX.tsv").read_text("utf-8").splitlines():
        path, tracker, kind, *_ = line.split("\t")
        if (tracker, kind) == ("jira", "webhook"):
            yield path


def test_every_recorded_webhook_has_a_reviewed_outcome() -> None:
    assert set(recorded()) == set(HINTS) | set(QUARANTINED)


@pytest.mark.parametrize("path", HINTS)
def test_a_real_webhook_hints_at_its_issue(path: str) -> None:
    hint = JiraConnector.parse(delivery_of((PAYLOADS / path).read_bytes(), {}))
    assert isinstance(hint, Hint)
    at = hint.at.isoformat(timespec="milliseconds") if hint.at else ""
    facts = (hint.issue_id, hint.key, hint.event, ",".join(hint.changed))
    assert (*facts, hint.actor, at) == HINTS[path]
    assert hint.project == hint.key.rpartition("-")[0]


@pytest.mark.parametrize("path", QUARANTINED)
def test_a_spoilt_webhook_is_kept_with_its_reason(path: str) -> None:
    kept = JiraConnector.parse(delivery_of((PAYLOADS / path).read_bytes(), {}))
    assert kept == Quarantined(QUARANTINED[path])


CHINESE = sorted(PAYLOADS.glob("devlake/jira_search_issue*.json"))


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.stem)
def test_a_real_chinese_issue_keeps_its_characters(path: Path) -> None:
    raw = json.loads(path.read_bytes())
    config = JiraConfig.model_validate(
        {
            "project": "p",
            "base_url": "https://jira.example.com",
            "project_keys": ["EE"],
            "token": "x",
        }
    )
    issue = parse_issue("acme", raw, config)
    parse = parser_for(tuple(fields_for(config, NO_FIELDS)), ())
    [listed] = parse(json.dumps({"issues": [raw]}).encode())["issues"]
    assert parse_issue("acme", listed, config) == issue
    fields = raw["fields"]
    assert issue.title == fields["summary"]
    assert issue.status == fields["status"]["name"] == "已完成"
    assert issue.labels == frozenset(fields["labels"])
    assert len(issue.comments or ()) == len(fields["comment"]["comments"])
