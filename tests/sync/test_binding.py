"""Host, credential, issue and rule of every request belong to one client."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pool.database import Database
from sandbox.gitlab.issues import open_issue
from sandbox.gitlab.records import Actor
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from tests.sync.conftest import SECRET
from tests.sync.stages import CLIENT, GitLabPlace, JiraPlace, Stage, open_stage


@pytest.fixture(params=["jira-dc", "jira-cloud", "gitlab"])
async def stage(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with open_stage(request.param, database, tmp_path) as opened:
        yield opened


def raise_elsewhere(place: JiraPlace | GitLabPlace) -> str:
    """An issue of another client, where the token may read, too; its tracker id."""
    if isinstance(place, JiraPlace):
        desk = place.desk
        workflow = demo_workflow(EN_STATUSES, resolve=False)
        desk.tracker.site.add_project(
            "SEC", "Another client's", desk.client, workflow, []
        )
        return desk.raise_issue("Their secret wish", project={"key": "SEC"}).id
    store = place.tracker.store
    project = store.add_project("nordwind/erp", "Another client's")
    project.members.update(place.project.members)
    actor = Actor(place.people[CLIENT])
    issue = place.server.call(
        lambda: open_issue(store, project, actor, {"title": "Their secret wish"})
    )
    return f"{project.id}#{issue.iid}"


def hook_of(
    place: JiraPlace | GitLabPlace, tracker_id: str
) -> tuple[bytes, dict[str, str]]:
    """A delivery about an issue, signed with our own client's secret."""
    if isinstance(place, JiraPlace):
        issue = {
            "id": tracker_id,
            "key": "SEC-1",
            "fields": {"project": {"key": "SEC"}},
        }
        body = json.dumps(
            {"webhookEvent": "jira:issue_updated", "issue": issue}
        ).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return body, {"X-Hub-Signature": f"sha256={digest}"}
    project, _, iid = tracker_id.partition("#")
    told = {
        "object_kind": "issue",
        "project": {"id": int(project), "path_with_namespace": "nordwind/erp"},
        "object_attributes": {"id": 99, "iid": int(iid), "project_id": int(project)},
    }
    headers = {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Issue Hook"}
    return json.dumps(told).encode(), headers


async def test_an_issue_of_a_project_that_is_not_ours_is_quarantined_and_not_taken_in(
    stage: Stage,
) -> None:
    await stage.mirror("Our own wish")
    tracker_id = raise_elsewhere(stage.place)
    body, headers = hook_of(stage.place, tracker_id)
    before = stage.writes()
    answer = await asyncio.to_thread(
        httpx.post,
        f"{stage.world.url}/webhooks/acme",
        content=body,
        headers=headers | {"Content-Type": "application/json"},
        trust_env=False,
    )
    assert answer.status_code == 202
    await stage.settle()
    titles = await stage.rows("SELECT title FROM issues")
    assert titles == [{"title": "Our own wish"}]
    assert stage.writes() == before
    [delivery] = await stage.rows("SELECT state, outcome FROM inbox")
    assert delivery["state"] == "quarantined"
    assert delivery["outcome"]["reason"] == "project_not_configured"
