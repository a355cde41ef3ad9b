"""Trackers whose lists never end: a look at them ends, and says so."""

from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest

from connectors.base import Connector
from connectors.github import GitHubConfig, GitHubConnector
from connectors.gitlab import GitLabConfig, GitLabConnector
from model.errors import PermanentError
from sandbox.clock import utc_now
from tests.contracts.reads import pages_of

AT = "2026-11-20T08:30:15.000Z"
URL = "https://tracker.example"
COMMON = {"project": "finance", "base_url": URL, "token": "t"}
GITHUB = GitHubConfig.model_validate(
    {**COMMON, "kind": "github", "repositories": [1], "page_size": 1}
)
GITLAB = GitLabConfig.model_validate(
    {**COMMON, "kind": "gitlab", "projects": [1], "page_size": 1}
)
WHO = {"id": 9, "login": "wang", "username": "wang", "name": "Wang Li", "type": "User"}
ROW: dict[str, Any] = {
    "id": 41,
    "iid": 1,
    "number": 1,
    "project_id": 1,
    "title": "Export fails",
    "body": "",
    "description": "",
    "state": "open",
    "labels": [],
    "repository_url": f"{URL}/repositories/1",
    "html_url": f"{URL}/acme/erp/issues/1",
    "web_url": f"{URL}/acme/erp/-/issues/1",
    "created_at": AT,
    "updated_at": AT,
    "user": WHO,
    "author": WHO,
    "assignees": [],
    "comments": 0,
    "user_notes_count": 0,
}
STEPS: dict[str, Callable[[int], str]] = {
    "the same next page": lambda _: "cursor=again&after=again&page=2",
    "two that take turns": lambda n: f"cursor={n % 2}&after={n % 2}&page={n % 2 + 2}",
    "always another one": lambda n: f"cursor={n}&after={n}&page={n}",
}


def connect(kind: str, step: Callable[[int], str]) -> tuple[Connector, list[str]]:
    """A source of one place with one issue, of which there is always a next page."""
    numbers, asked = count(2), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        assert len(asked) < 200, asked[-3:]
        path = request.url.path
        if path.endswith("graphql"):
            return httpx.Response(200, json={"errors": [{"message": "unknown"}]})
        if not path.endswith("/issues"):
            single = path.endswith(("/1", "/user"))
            return httpx.Response(200, json=ROW if single else [])
        following = f'<{URL}{path}?{step(next(numbers))}>; rel="next"'
        headers = {"Link": following, "X-Total": "1"}
        return httpx.Response(200, json=[ROW], headers=headers)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    if kind == "github":
        return GitHubConnector("acme", GITHUB, http, utc_now), asked
    return GitLabConnector("acme", GITLAB, http, utc_now), asked


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("kind", ["github", "gitlab"])
async def test_a_list_that_never_ends_is_told(
    kind: str, step: Callable[[int], str]
) -> None:
    connector, asked = connect(kind, step)
    with pytest.raises(PermanentError, match="list_without_end"):
        await pages_of(connector, None)
    assert len(asked) < 80
