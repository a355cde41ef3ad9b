"""Host, credential, issue and rule of every request belong to one client."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.bootstrap import new_id
from connectors.base import SourceConfig
from pool.database import Database
from sandbox.gitlab.issues import open_issue
from sandbox.gitlab.records import Actor
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sync.bind import bind
from sync.register import register
from tests.sync.conftest import SECRET, TOKEN, found_catalogue, jira_config
from tests.sync.stages import CLIENT, GitLabPlace, JiraPlace, Stage, open_stage
from tests.sync.world import Wound, open_world


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


# -- a credential stays at its address -----------------------------------------------

NEW_TOKEN = "another-token-of-the-test"


def jira_at(base_url: str, token: str = TOKEN) -> SourceConfig:
    return jira_config(base_url).model_copy(
        update={"base_url": base_url, "token": SecretStr(token)}
    )


@pytest.mark.parametrize(
    ("base_url", "token", "bound"),
    [
        ("https://jira.example", TOKEN, True),
        ("https://jira.example/jira", TOKEN, True),
        ("https://jira.example:443", NEW_TOKEN, True),
        ("https://evil.example", TOKEN, False),
        ("http://jira.example", TOKEN, False),
        ("https://jira.example:8443", TOKEN, False),
        ("https://127.0.0.1", TOKEN, False),
        ("https://new.example", NEW_TOKEN, True),
    ],
)
async def test_a_new_address_needs_a_new_token(
    database: Database, tmp_path: Path, base_url: str, token: str, bound: bool
) -> None:
    clock, before = Wound(), {"acme": jira_at("https://jira.example")}
    async with open_world(database, before, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        after = {"acme": jira_at(base_url, token)}
        opened = await bind(database, new_id, clock, after)
        assert set(opened) == ({"acme"} if bound else set())
        concerns = await world.rows("SELECT code, params FROM attention")
        assert [row["code"] for row in concerns] == (
            [] if bound else ["credential_reused"]
        )
        # again, as after a restart: nothing was learned from the refused one
        assert set(await bind(database, new_id, clock, after)) == set(opened)


async def test_a_source_never_goes_over_to_another_project(
    database: Database, tmp_path: Path
) -> None:
    clock, before = Wound(), {"acme": jira_at("https://jira.example")}
    async with open_world(database, before, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
    theirs = jira_at("https://other.example", NEW_TOKEN).model_copy(
        update={"project": "somebody-elses"}
    )
    assert not await bind(database, new_id, clock, {"acme": theirs})
    async with open_world(database, {"acme": theirs}, clock) as world:
        assert await register(world.engine) == ("acme",)
        [row] = await world.rows("SELECT base_url FROM sources")
        assert row["base_url"] == "https://jira.example"
        [concern] = await world.rows(
            "SELECT params FROM attention WHERE code = 'source_taken'"
        )
        assert concern["params"]["project"] == "acme-finance"


async def test_the_seal_does_not_tell_the_token(
    database: Database, tmp_path: Path
) -> None:
    configs = {"acme": jira_at("https://jira.example")}
    async with open_world(database, configs, Wound()) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        [row] = await world.rows("SELECT seal FROM sources")
        assert len(row["seal"]) == 64
        assert TOKEN not in row["seal"]


async def test_tests_on_this_machine_may_change_their_port(
    database: Database, tmp_path: Path
) -> None:
    clock, before = Wound(), {"acme": jira_at("http://127.0.0.1:1001")}
    async with open_world(database, before, clock) as world:
        await found_catalogue(world, tmp_path)
        await register(world.engine)
        after = {"acme": jira_at("http://localhost:1002")}
        assert set(await bind(database, new_id, clock, after)) == {"acme"}
