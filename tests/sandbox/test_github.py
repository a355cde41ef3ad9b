"""The stand-in for GitHub, asked over HTTP as anybody would."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.demo import build_tracker, configured_server
from sandbox.github.records import Issue, Repository
from sandbox.github.site import GitHub
from sandbox.github.tracker import GitHubTracker
from sandbox.limits import RateLimits
from sandbox.server import SandboxServer
from tests.contracts.rig import WoundClock

TOKEN = "github_pat_of_a_test"


class Asking(httpx.Client):
    """A person's client that does not follow redirects by itself."""

    tracker: GitHubTracker
    repository: Repository

    @property
    def store(self) -> GitHub:
        return self.tracker.store

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.request(method, f"/api/v3/repos/octo/hello{path}", **more)

    def open_issue(self, title: str) -> Issue:
        number = self.ask("POST", "/issues", json={"title": title}).json()["number"]
        return self.repository.issues[number]


@pytest.fixture
def github() -> Iterator[Asking]:
    tracker = GitHubTracker(WoundClock())
    repository = tracker.store.add_repository("octo/hello")
    user = tracker.store.add_user("octocat", "Mona")
    repository.members[user.id] = "admin"
    tracker.store.add_token(TOKEN, user)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        SandboxServer({"github": tracker}) as server,
        Asking(base_url=server.urls["github"], headers=headers, trust_env=False) as me,
    ):
        me.tracker, me.repository = tracker, repository
        yield me


def test_a_stranger_is_told_nothing(github: Asking) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    assert github.get("/api/v3/user", headers=wrong).status_code == 401
    private = github.store.add_repository("octo/private")
    assert private.full_name == "octo/private"
    assert github.get("/api/v3/repos/octo/private").status_code == 404


def test_lists_tell_their_next_page_and_an_etag_that_saves_it(github: Asking) -> None:
    for number in range(5):
        github.open_issue(f"Issue {number}")
    first = github.ask("GET", "/issues", params={"per_page": 2, "state": "all"})
    second = github.get(first.links["next"]["url"])
    assert [len(first.json()), len(second.json())] == [2, 2]
    etag = {"If-None-Match": first.headers["etag"]}
    again = github.get(str(first.request.url), headers=etag)
    assert (again.status_code, again.content) == (304, b"")


def test_since_counts_whole_seconds_and_its_own_moment(github: Asking) -> None:
    issue = github.open_issue("now")
    shown = github.ask("GET", f"/issues/{issue.number}").json()
    for since, found in (
        (shown["updated_at"], 1),
        ("2030-01-01T00:00:00Z", 0),
    ):
        rows = github.ask("GET", "/issues", params={"since": since}).json()
        assert len(rows) == found


def test_deleted_transferred_and_renamed_are_told_apart(github: Asking) -> None:
    gone, moved = github.open_issue("gone"), github.open_issue("moved")
    other = github.store.add_repository("octo/other")
    github.store.delete_issue(gone, gone.user)
    twin = github.store.transfer_issue(moved, other, moved.user)
    assert github.ask("GET", f"/issues/{gone.number}").status_code == 410
    assert github.ask("GET", "/issues/999").status_code == 404
    answer = github.ask("GET", f"/issues/{moved.number}/comments")
    assert answer.status_code == 301
    target = f"/repositories/{other.id}/issues/{twin.number}/comments"
    assert answer.headers["location"].endswith(target)
    github.store.rename(github.repository, "octo/renamed")
    renamed = github.ask("GET", "/issues", params={"state": "all"})
    here = f"/repositories/{github.repository.id}/issues"
    assert renamed.headers["location"].endswith(here)
    assert github.ask("POST", "/issues", json={"title": "x"}).status_code == 307


def test_a_milestone_falls_on_the_day_of_the_american_west(github: Asking) -> None:
    for due_on, day in (
        ("2026-12-31T00:00:00Z", "2026-12-30"),
        ("2026-12-31T12:00:00Z", "2026-12-31"),
    ):
        body = {"title": due_on, "due_on": due_on}
        made = github.ask("POST", "/milestones", json=body).json()
        assert made["due_on"] == f"{day}T08:00:00Z"


def test_reading_members_may_comment_but_neither_label_nor_close(
    github: Asking,
) -> None:
    issue = github.open_issue("theirs")
    github.repository.members[issue.user.id] = "read"
    path = f"/issues/{issue.number}"
    said = github.ask("POST", f"{path}/comments", json={"body": "hello"})
    labelled = github.ask("POST", f"{path}/labels", json={"labels": ["a"]})
    closed = github.ask("PATCH", path, json={"state": "closed"})
    assert (said.status_code, labelled.status_code) == (201, 403)
    assert (closed.status_code, issue.state) == (403, "open")


def test_too_many_requests_are_refused_with_403(github: Asking) -> None:
    limits = RateLimits(per_second=0.1, burst=1, now=github.store.now)
    github.store.bench.limits = limits
    assert github.ask("GET", "").status_code == 200
    refused = github.ask("GET", "")
    assert refused.status_code == 403
    assert refused.headers["retry-after"] == "10"
    assert "secondary rate limit" in refused.json()["message"]


def test_a_person_plays_the_client_on_the_page(github: Asking) -> None:
    form = {"project": "octo/hello", "title": "资金报表", "labels": "紧急"}
    made = github.post("/_new", data=form)
    path = made.headers["location"]
    assert path == "/octo/hello/issues/1"
    github.post(path, data={"remark": "什么时候?"})
    edit = {"title": "资金日报", "labels": "紧急", "status": "close as not planned"}
    github.post(path, data=edit)
    page = github.get(path).text
    assert "什么时候?" in page
    assert "资金日报" in github.get("/", params={"q": "日报"}).text
    [issue] = github.repository.issues.values()
    assert (issue.state, issue.state_reason) == ("closed", "not_planned")


def test_it_can_be_filled_with_the_demos_data_and_served_by_configuration() -> None:
    tracker = build_tracker({"kind": "github", "seed": "beigang"}, WoundClock())
    assert isinstance(tracker, GitHubTracker)
    [repository] = tracker.store.repositories.values()
    assert repository.full_name == "beigang/management-portal"
    states = {issue.state for issue in repository.issues.values()}
    assert (states, len(repository.issues) > 100) == ({"open", "closed"}, True)
    server = configured_server({"trackers": {"one": {"kind": "github"}}})
    assert server.trackers["one"].kind == "github"
