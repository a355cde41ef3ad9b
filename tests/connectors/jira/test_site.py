"""What the library's client sends, and what it does not."""

import asyncio
import base64
import threading
from collections.abc import Iterator

import httpx
import pytest
import respx

from connectors.http import Budget, Door, Patience, open_client, scan_nothing
from connectors.jira import JiraConfig
from connectors.jira.site import QuietJira, Site
from model.errors import RetriableError
from tests.connectors.jira.rig import JiraRig
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
    return open_client(
        Door(base_url, clock, Budget(clock), scan=scan_nothing, patience=patience)
    )


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


def test_e1a_every_request_has_a_time_limit(web: respx.MockRouter) -> None:
    url = "https://jira.kunlun.example"
    myself = web.get(f"{url}/rest/api/2/myself").respond(json={"name": "reqpool"})
    with open_http(url, WoundClock()) as http:
        open_site(http, url, {"token": "pat-7c1d"}).get("myself")
    limits = myself.calls.last.request.extensions["timeout"]
    assert set(limits) == {"connect", "read", "write", "pool"}
    assert all(limits.values())


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("300", 300), ("1.5", 1.5), ("Fri, 20 Nov 2026 08:35:15 GMT", 300)],
)
def test_e1b_how_long_to_wait_is_told_whole_in_every_form(
    web: respx.MockRouter, said: str, seconds: float
) -> None:
    url = "https://jira.kunlun.example"
    busy = web.post(f"{url}/rest/api/2/issue").respond(
        429, headers={"Retry-After": said}
    )
    with open_http(url, WoundClock()) as http:
        site = open_site(http, url, {"token": "pat-7c1d"})
        with pytest.raises(RetriableError) as raised:
            site.send("POST", "issue", {})
    assert raised.value.retry_after_seconds == pytest.approx(seconds, abs=0.2)
    assert busy.call_count == 1


async def test_e1c_a_search_of_many_pages_asks_for_the_fields_once(
    jira: JiraRig,
) -> None:
    made = {jira.make_issue(str(number)) for number in range(8)}
    connector = jira.connect()
    read = [page async for page in connector.fetch_changed(None)]
    assert {one.ref.tracker_id for page in read for one in page.snapshots} == made
    paths = [one.path for one in jira.bench.journal.entries]
    assert sum("/search" in path for path in paths) > 2
    assert sum(path.endswith("/field") for path in paths) == 1


async def test_e1e_no_thread_has_another_s_client() -> None:
    url, meeting = "https://jira.kunlun.example", threading.Barrier(3, timeout=30)

    def meet(client: QuietJira) -> tuple[QuietJira, int]:
        meeting.wait()
        return client, threading.get_ident()

    asked = {"project": "finance", "project_keys": ["FIN"], "base_url": url}
    config = JiraConfig.model_validate(
        {**asked, "token": "pat-7c1d", "max_concurrency": 3}
    )
    with open_http(url, WoundClock()) as http:
        site = Site(config, http)
        met = await asyncio.gather(*(site.ask(meet) for _ in range(6)))
    clients = {(id(client), thread) for client, thread in met}
    assert len(clients) == len({client for client, _ in clients}) == 3
