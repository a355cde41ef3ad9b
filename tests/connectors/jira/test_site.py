"""What the library's client sends, and what it does not."""

import base64
from collections.abc import Iterator

import httpx
import pytest
import respx

from connectors.http import Budget, Door, Patience, open_client
from connectors.jira import JiraConfig
from connectors.jira.site import QuietJira
from model.errors import RetriableError
from tests.contracts.rig import WoundClock

SCOPED = "https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789"
BASIC = base64.b64encode(b"bot@vendor.example:token-7c1d").decode()
CLOUD = {"email": "bot@vendor.example", "api_token": "token-7c1d"}


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def open_site(
    http: httpx.Client, base_url: str, credentials: dict[str, str]
) -> QuietJira:
    asked = {"project": "finance", "project_keys": ["FIN"], "base_url": base_url}
    return QuietJira(JiraConfig.model_validate(asked | credentials), http)


def open_http(base_url: str, clock: WoundClock) -> httpx.Client:
    patience = Patience(sleep=clock.wind)
    return open_client(Door(base_url, clock, Budget(clock), patience=patience))


@pytest.mark.parametrize(
    ("base_url", "credentials", "authorization"),
    [
        ("https://kunlun.atlassian.net", CLOUD, f"Basic {BASIC}"),
        (SCOPED, CLOUD, f"Basic {BASIC}"),
        ("https://jira.kunlun.example", {"token": "pat-7c1d"}, "Bearer pat-7c1d"),
    ],
    ids=["cloud", "token with scopes", "data center"],
)
def test_b14_each_deployment_is_signed_in_to_as_it_wants(
    web: respx.MockRouter,
    base_url: str,
    credentials: dict[str, str],
    authorization: str,
) -> None:
    myself = web.get(f"{base_url}/rest/api/2/myself").respond(json={"name": "reqpool"})
    with open_http(base_url, WoundClock()) as http:
        found = open_site(http, base_url, credentials).get("myself")
    assert found == {"name": "reqpool"}
    assert myself.calls.last.request.headers["authorization"] == authorization


def test_e1_the_library_asks_nothing_and_repeats_no_write_by_itself(
    web: respx.MockRouter,
) -> None:
    url, clock = "https://jira.kunlun.example", WoundClock()
    begun = clock.at
    comment = web.post(f"{url}/rest/api/2/issue/1/comment")
    comment.side_effect = [
        httpx.Response(503, headers={"Retry-After": "1.5"}),
        httpx.ConnectError("dropped"),
        httpx.ReadTimeout("no answer"),
    ]
    with open_http(url, clock) as http:
        site = open_site(http, url, {"token": "pat-7c1d"})
        assert not web.calls
        for sent in (1, 2, 3):
            with pytest.raises(RetriableError):
                site.send("POST", "issue/1/comment", {"body": "计划版本"})
            assert comment.call_count == sent
            clock.wind(2)
    assert (clock.at - begun).seconds <= 8
