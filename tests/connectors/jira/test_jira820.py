"""The connector against a Data Center stand-in that is not ours.

jira820 does not look issues up by number, drops ``update`` verbs and has no GET of one
comment (see its documentation), so issues go by key here, and labels are only accepted.
"""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from jira820 import make_app

from connectors.http import Budget, Door, open_client, scan_nothing
from connectors.jira import JiraConfig, JiraConnector
from model.changes import SetLabels, Transition, UpsertComment
from model.errors import PermanentError
from tests.contracts.rig import client_text, ref_of

KEY = "JIRA820"


def at_noon() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()  # who comes before the server has started waits for it
    config = uvicorn.Config(make_app(), log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    bound.close()


@pytest.fixture
def connector(url: str) -> Iterator[JiraConnector]:
    config = JiraConfig.model_validate(
        {"project": "p", "base_url": url, "project_keys": [KEY], "token": "any"}
    )
    with open_client(Door(url, at_noon, Budget(at_noon), scan=scan_nothing)) as client:
        yield JiraConnector("acme", config, client, at_noon)


@pytest.fixture
def issue(url: str) -> str:
    fields = {"project": {"key": KEY}, "summary": "x", "issuetype": {"name": "Task"}}
    asked = f"{url}/rest/api/2/issue"
    made = httpx.post(asked, json={"fields": fields}, timeout=60).json()
    return str(made["key"])


@pytest.fixture
def total(url: str) -> int:
    found = httpx.get(f"{url}/rest/api/2/search?maxResults=1", timeout=60).json()
    return int(found["total"])


async def test_the_backfill_brings_every_issue_once(
    connector: JiraConnector, total: int
) -> None:
    pages = [page async for page in connector.fetch_changed(None)]
    keys = [one.key for page in pages for one in page.snapshots]
    assert len(keys) == len(set(keys)) == total > 300
    assert pages[0].total == total


async def test_issues_are_read_directly_and_the_missing_reported(
    connector: JiraConnector, issue: str
) -> None:
    fetched = await connector.fetch([issue, f"{KEY}-999999"])
    assert [one.key for one in fetched.snapshots] == [issue]
    assert fetched.missing == [f"{KEY}-999999"]


async def test_labels_are_accepted(connector: JiraConnector, issue: str) -> None:
    change = SetLabels(frozenset({"reqpool"}), frozenset())
    assert (await connector.apply(ref_of(issue), change, "op")).calls == 1


async def test_transitions_follow_the_workflow(
    connector: JiraConnector, issue: str
) -> None:
    ref = ref_of(issue)
    await connector.apply(ref, Transition("In Progress"), "op-1")
    fetched = await connector.fetch([issue])
    assert fetched.snapshots[0].status == "In Progress"
    again = await connector.apply(ref, Transition("in progress"), "op-2")
    assert not again.written


async def test_a_screen_that_asks_for_work_is_a_person_s_matter(
    connector: JiraConnector, issue: str
) -> None:
    with pytest.raises(PermanentError) as raised:
        await connector.apply(ref_of(issue), Transition("Done"), "op-1")
    assert raised.value.code == "transition_needs_field"
    assert "Log Work" in raised.value.params["fields"]


async def test_the_comment_is_found_again_by_its_mark(
    connector: JiraConnector, issue: str
) -> None:
    ref = ref_of(issue)
    first = await connector.apply(ref, UpsertComment(client_text("已计划")), "op-1")
    same = await connector.apply(ref, UpsertComment(client_text("已计划")), "op-1")
    other = await connector.apply(ref, UpsertComment(client_text("已交付")), "op-2")
    assert first.comment_id == same.comment_id == other.comment_id
    assert (first.written, same.written, other.written) == (True, False, True)
