"""What is sent to GitLab, and what its refusals mean."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import gitlab
import httpx
import pytest
import respx

from connectors.gitlab import GitLabConnector
from connectors.gitlab.rest import Rest
from connectors.http import Budget, Door, Patience, open_client, scan_nothing
from model.changes import SetLabels
from model.errors import PermanentError, RetriableError, TrackerError
from sandbox.faults import Fault
from tests.connectors.gitlab.rig import GitLabRig, id_of
from tests.contracts.rig import WoundClock, ref_of

URL = "https://gitlab.kunlun.example"
LIST_PARAMETERS = {
    "scope",
    "state",
    "order_by",
    "sort",
    "updated_after",
    "updated_before",
    "iids[]",
    "pagination",
    "cursor",
    "per_page",
    "page",
}
"""https://docs.gitlab.com/api/issues/#list-project-issues and /api/rest/#pagination."""


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def rest() -> Iterator[Rest]:
    clock = WoundClock()
    patience = Patience(sleep=clock.wind)
    with open_client(
        Door(URL, clock, Budget(clock), scan=scan_nothing, patience=patience)
    ) as http:
        yield Rest(URL, "glpat-secret", http)


@pytest.mark.parametrize("keyset", [True, False])
async def test_d2_lists_name_their_scope_and_no_parameter_that_is_unknown(
    site: GitLabRig, keyset: bool
) -> None:
    site.tracker.store.switches.keyset = keyset
    issues = [site.open_issue(str(number)) for number in range(8)]
    connector = site.connect(page_size=3)
    read = [page async for page in connector.fetch_changed(None)]
    [_ async for _ in connector.fetch_changed(read[-1].cursor)]
    await connector.fetch([id_of(issue) for issue in issues])
    entries = site.bench.journal.entries
    asked = [parse_qs(one.query) for one in entries if one.path.endswith("/issues")]
    assert len(asked) >= 4
    for query in asked:
        assert set(query) <= LIST_PARAMETERS
        assert (query["scope"], query["state"]) == (["all"], ["all"])


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, '{"message": "labels 无效"}', PermanentError, "bad_request"),
        (400, '{"message": {"labels": ["无效"]}}', PermanentError, "bad_request"),
        (403, '{"error": "无效"}', PermanentError, "permission_missing"),
        (
            401,
            '{"error": "invalid_token", "error_description": "无效"}',
            PermanentError,
            "credentials_refused",
        ),
        (429, "Retry later: 无效", RetriableError, "rate_limited"),
    ],
)
async def test_d9_each_shape_of_an_error_is_told_in_gitlab_s_words(
    site: GitLabRig,
    connector: GitLabConnector,
    status: int,
    body: str,
    error: type[TrackerError],
    code: str,
) -> None:
    issue = site.open_issue("one")
    refusal = Fault(method="PUT", status=status, body=body)
    site.bench.faults.fail_next = [refusal]
    change = SetLabels(frozenset({"ours"}), frozenset())
    with pytest.raises(error) as raised:
        await connector.apply(ref_of(id_of(issue)), change, "op")
    assert raised.value.code == code
    assert "无效" in raised.value.params["detail"]


def test_d12_the_token_goes_no_further_than_its_origin(
    rest: Rest, web: respx.MockRouter
) -> None:
    evil = web.route(host="evil.example").respond(json=[])
    moved = {"Location": "https://evil.example/api/v4/projects/1"}
    web.get(f"{URL}/api/v4/projects/1").respond(302, headers=moved)
    with pytest.raises(PermanentError, match="redirected"):
        rest.get_row("/projects/1")
    assert not evil.called


def test_e2_the_library_repeats_and_waits_for_nothing_by_itself(
    rest: Rest, web: respx.MockRouter
) -> None:
    note = web.post(f"{URL}/api/v4/projects/1/issues/2/notes")
    note.side_effect = [
        httpx.ReadTimeout("no answer"),
        httpx.Response(502),
        httpx.Response(409, json={"message": "409 Resource lock"}),
        httpx.Response(429, headers={"Retry-After": "600"}),
    ]
    for sent in (1, 2, 3, 4):
        with pytest.raises(TrackerError):
            rest.post("/projects/1/issues/2/notes", {"body": "计划版本"})
        assert note.call_count == sent


def test_e2a_every_request_has_a_time_limit(rest: Rest, web: respx.MockRouter) -> None:
    user = web.get(f"{URL}/api/v4/user").respond(json={"id": 1})
    rest.get_row("/user")
    limits = user.calls.last.request.extensions["timeout"]
    assert set(limits) == {"connect", "read", "write", "pool"}
    assert all(limits.values())


@pytest.mark.parametrize("said", ["600", "600.0", "Fri, 20 Nov 2026 08:40:15 GMT"])
def test_e2b_how_long_to_wait_is_told_and_not_slept(
    rest: Rest, web: respx.MockRouter, said: str
) -> None:
    busy = web.put(f"{URL}/api/v4/projects/1/issues/2")
    busy.respond(429, headers={"Retry-After": said})
    with pytest.raises(RetriableError) as raised:
        rest.put("/projects/1/issues/2", {"add_labels": "ours"})
    assert raised.value.retry_after_seconds == pytest.approx(600, abs=0.2)
    assert busy.call_count == 1


def test_e2c_a_next_page_that_is_this_one_is_told(
    rest: Rest, web: respx.MockRouter
) -> None:
    path = f"{URL}/api/v4/projects/1/labels"
    again = {"Link": f'<{path}?page=2>; rel="next"'}
    page = web.get(path).respond(json=[{"id": 1}], headers=again)
    with pytest.raises(PermanentError, match="list_without_end"):
        rest.get_all("/projects/1/labels")
    assert page.call_count == 2


def test_e2d_a_next_page_elsewhere_is_asked_for_here(
    rest: Rest, web: respx.MockRouter
) -> None:
    evil = web.route(host="evil.example").respond(json=[])
    away = {"Link": '<https://evil.example/api/v4/labels?page=2>; rel="next"'}
    page = web.get(f"{URL}/api/v4/projects/1/labels")
    page.side_effect = [
        httpx.Response(200, json=[{"id": 1}], headers=away),
        httpx.Response(200, json=[{"id": 2}]),
    ]
    rows = rest.get_all("/projects/1/labels")
    assert [row["id"] for row in rows] == [1, 2]
    assert not evil.called


def test_e2f_lists_are_asked_for_a_hundred_at_a_time(
    rest: Rest, web: respx.MockRouter
) -> None:
    page = web.get(f"{URL}/api/v4/projects/1/labels").respond(json=[])
    rest.get_all("/projects/1/labels")
    assert page.calls.last.request.url.params["per_page"] == "100"


def test_f_no_thread_has_another_s_library_object(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[int, int]]()
    meeting = threading.Barrier(3, timeout=30)

    def note(library: gitlab.Gitlab, *_: object, **__: object) -> httpx.Response:
        meeting.wait()
        asked.append((id(library), threading.get_ident()))
        request = httpx.Request("GET", URL)
        return httpx.Response(200, json={}, request=request)

    monkeypatch.setattr(gitlab.Gitlab, "http_request", note)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(rest.get_row, ["/user"] * 6))
    assert len(asked) == 6
    assert len(set(asked)) == len({library for library, _ in asked}) == 3
