"""Recordings of real webhooks, kept outside of the repository."""

import csv
import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from connectors.gitlab import GitLabConnector
from connectors.gitlab.mapping import IssueReader
from connectors.gitlab.rows import parse_issues
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from tests.connectors.gitlab.test_mapping import config

RECORDINGS = Path(__file__).parents[4] / "shared" / "payloads"

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings are not beside the checkout"
)

HINTS = {
    "drone-go-scm/issue_comment_create.json": "note gitlab-org/hello-world#1",
    "drone-go-scm/issue_create.json": "issue.open gitlab-org/hello-world#1",
    "go-gitlab/note_issue.json": "note.create gitlab-org/gitlab-test#17",
    "go-playground-webhooks/confidential-comment-event.json": (
        "confidential_note gitlab-org/gitlab-test#17"
    ),
    "go-playground-webhooks/confidential-issue-event.json": (
        "issue.open gitlabhq/gitlab-test#23"
    ),
    "go-playground-webhooks/issue-event.json": "issue.open gitlabhq/gitlab-test#23",
    "mattermost-gitlab/issue_CloseIssue.json": "issue.close manland/webhook#1",
    "mattermost-gitlab/issue_NewIssue.json": "issue.open manland/webhook#1",
    "mattermost-gitlab/issue_NewIssueUnassigned.json": "issue.open manland/webhook#2",
    "zulip/gitlab_incident_open.json": "work_item.open bo-williams/example-project#1",
    "zulip/gitlab_internal_note_on_public_issue.json": (
        "confidential_note sbansal1999/testing-zulip-gitlab-integration#1"
    ),
    "zulip/gitlab_task_closed_as_update_with_status.json": (
        "work_item.update sathwikshetty33-group/mVc#8"
    ),
}

QUARANTINED = {
    "malformed-derived/gitlab_no_object_attributes.json": (
        "mistyped_field: object_attributes"
    ),
    "malformed-derived/gitlab_test_hook_null_ids.json": "mistyped_field: iid",
}

IGNORED = {
    "drone-go-scm/branch_delete_subgroup.json": "not_about_an_issue: push",
    "drone-go-scm/merge_request_comment_create.json": "note_on: MergeRequest",
    "drone-go-scm/merge_request_comment_subgroup.json": "note_on: MergeRequest",
    "drone-go-scm/pull_request_create.json": "not_about_an_issue: merge_request",
    "drone-go-scm/review_comment_create.json": "note_on: MergeRequest",
    "go-gitlab/deployment.json": "not_about_an_issue: deployment",
    "go-gitlab/feature_flag.json": "not_about_an_issue: feature_flag",
    "go-gitlab/group_merge_request.json": "not_about_an_issue: merge_request",
    "go-gitlab/job.json": "not_about_an_issue: build",
    "go-gitlab/member.json": "not_about_an_issue: user_add_to_group",
    "go-gitlab/merge_request.json": "not_about_an_issue: merge_request",
    "go-gitlab/note_snippet.json": "note_on: Snippet",
    "go-gitlab/release.json": "not_about_an_issue: release",
    "go-gitlab/resource_access_token_group.json": "not_about_an_issue: access_token",
    "go-gitlab/service_merge_request.json": "not_about_an_issue: merge_request",
    "go-gitlab/system_group_rename.json": "not_about_an_issue: group_rename",
    "go-gitlab/system_project_destroy.json": "not_about_an_issue: project_destroy",
    "go-gitlab/system_project_rename.json": "not_about_an_issue: project_rename",
    "go-gitlab/tag_push.json": "not_about_an_issue: tag_push",
    "go-gitlab/wiki_page.json": "not_about_an_issue: wiki_page",
    "go-playground-webhooks/build-event.json": "not_about_an_issue: build",
    "go-playground-webhooks/comment-commit-event.json": "note_on: Commit",
    "go-playground-webhooks/comment-snippet-event.json": "note_on: Snippet",
    "go-playground-webhooks/job-event.json": "not_about_an_issue: build",
    "go-playground-webhooks/merge-request-event.json": (
        "not_about_an_issue: merge_request"
    ),
    "go-playground-webhooks/pipeline-event.json": "not_about_an_issue: pipeline",
    "go-playground-webhooks/release-event.json": "not_about_an_issue: release",
    "go-playground-webhooks/system-merge-request-event.json": (
        "not_about_an_issue: merge_request"
    ),
    "go-playground-webhooks/system-project-created.json": (
        "not_about_an_issue: project_create"
    ),
    "go-playground-webhooks/system-project-destroyed.json": (
        "not_about_an_issue: project_destroy"
    ),
    "go-playground-webhooks/system-project-transferred.json": (
        "not_about_an_issue: project_transfer"
    ),
    "go-playground-webhooks/system-user-created.json": (
        "not_about_an_issue: user_create"
    ),
    "jenkins-x-go-scm/pull_request_comment_create.json": "note_on: MergeRequest",
    "jenkins-x-go-scm/review_comment_create.json": "note_on: MergeRequest",
    "jenkins-x-go-scm/tag_create.json": "not_about_an_issue: tag_push",
    "malformed-derived/gitlab_unknown_kind.json": "unknown_event: quantum_issue",
    "mattermost-gitlab/deployment_DeploymentEventRunning.json": (
        "not_about_an_issue: deployment"
    ),
    "mattermost-gitlab/deployment_DeploymentEventSuccessful.json": (
        "not_about_an_issue: deployment"
    ),
    "mattermost-gitlab/job_JobPending.json": "not_about_an_issue: build",
    "mattermost-gitlab/note_MergeRequestComment.json": "note_on: MergeRequest",
    "mattermost-gitlab/pipeline_PipelineRun.json": "not_about_an_issue: pipeline",
    "mattermost-gitlab/push_PushEvent.json": "not_about_an_issue: push",
    "mattermost-gitlab/push_pushEventWithTwoCommits.json": "not_about_an_issue: push",
    "mattermost-gitlab/release_ReleaseEventUpdate.json": "not_about_an_issue: release",
    "mattermost-gitlab/tag_SimpleTag.json": "not_about_an_issue: tag_push",
    "woodpecker/HookPullRequestLabelsUpdated.json": "not_about_an_issue: merge_request",
    "woodpecker/HookPullRequestUnsupportedAction.json": (
        "not_about_an_issue: merge_request"
    ),
    "woodpecker/HookPush.json": "not_about_an_issue: push",
    "zulip/gitlab_epic_updated_project_null.json": "group_work_item",
}


def parse(body: bytes) -> Hint | Ignored | Quarantined:
    digest, at = sha256(body).hexdigest(), datetime(2026, 3, 2, tzinfo=UTC)
    return GitLabConnector.parse(
        Delivery(UUID(int=1), "recorded", "", {}, body, digest, at)
    )


def recorded_webhooks() -> list[str]:
    if not RECORDINGS.is_dir():
        return []
    with (RECORDINGS / "INDEX.tsv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    return [
        row["path"]
        for row in rows
        if row["tracker"] == "gitlab" and row["kind"] == "webhook"
    ]


def recorded_issues() -> list[str]:
    """Answers of REST that hold whole issues."""
    if not RECORDINGS.is_dir():
        return []
    names = ("devlake/gitlab_issue_*", "drone-go-scm/rest_issue*", "narkoz-gitlab/*")
    files = [path for name in names for path in RECORDINGS.glob(f"{name}.json")]
    return sorted(
        str(path.relative_to(RECORDINGS)) for path in files if _issues_in(path)
    )


def _issues_in(path: Path) -> list[dict[str, Any]]:
    answer = json.loads(path.read_bytes())
    rows = answer if isinstance(answer, list) else [answer]
    needed = {"iid", "project_id", "title", "state", "labels", "created_at", "web_url"}
    return [
        row
        for row in rows
        if isinstance(row, dict)
        and row.keys() >= needed
        and "/issues/" in row["web_url"]
    ]


@pytest.mark.parametrize("path", recorded_issues())
def test_each_recorded_issue_becomes_a_snapshot(path: str) -> None:
    reader = IssueReader("recorded", config())
    for row in _issues_in(RECORDINGS / path):
        snapshot = reader.read(row)
        assert [snapshot] == [reader.read(it) for it in _as_listed(row)]
        assert snapshot.title == row["title"]
        assert snapshot.labels == frozenset(row["labels"])
        assert snapshot.status == row["state"]
        assert snapshot.key.endswith(f"#{row['iid']}")
        assert "/" in snapshot.key


def _as_listed(row: dict[str, Any]) -> list[dict[str, Any]]:
    """With the fields that are read, and no other."""
    rows: list[dict[str, Any]] = parse_issues(json.dumps([row]).encode())
    assert rows[0].keys() < row.keys()
    return rows


def test_the_tables_name_every_recording_once() -> None:
    named = [*HINTS, *QUARANTINED, *IGNORED]
    assert sorted(named) == sorted(recorded_webhooks())


@pytest.mark.parametrize("path", recorded_webhooks())
def test_each_recording_is_what_it_is_about(path: str) -> None:
    match parse((RECORDINGS / path).read_bytes()):
        case Hint() as hint:
            assert f"{hint.event} {hint.key}" == HINTS[path]
            assert hint.issue_id.endswith("#" + hint.key.partition("#")[2])
            assert hint.at is not None
            assert hint.actor
        case Ignored(reason):
            assert reason == IGNORED[path]
        case Quarantined(reason):
            assert reason == QUARANTINED[path]


@pytest.mark.parametrize("path", sorted(HINTS))
def test_chinese_in_a_recording_comes_through_intact(path: str) -> None:
    body = json.loads((RECORDINGS / path).read_bytes())
    if isinstance(body.get("project"), dict):
        body["project"]["path_with_namespace"] = "财务/资金管理"
    body["user"]["username"] = "财务部用户"
    body["changes"] = {"标签": {}}
    hint = parse(json.dumps(body, ensure_ascii=False).encode())
    assert isinstance(hint, Hint)
    assert hint.project == "财务/资金管理"
    assert hint.actor == "财务部用户"
    assert "标签" in hint.changed
