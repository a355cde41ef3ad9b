"""Refusals: who may, what is there, how much, and in which shape it is said."""

from datetime import timedelta

import httpx
import pytest
from gitlab import exceptions

from sandbox.faults import Fault
from tests.sandbox.gitlab_site import PATH, TOKEN, GitLabSite


@pytest.mark.parametrize("headers", [{}, {"PRIVATE-TOKEN": "wrong"}])
def test_no_token_no_answer(gitlab: GitLabSite, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{gitlab.url}/api/v4/user", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"message": "401 Unauthorized"}


def test_bearer_is_as_good(gitlab: GitLabSite) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{gitlab.url}/api/v4/user", headers=headers).status_code == 200


def test_ended_and_revoked_tokens_say_why(gitlab: GitLabSite) -> None:
    token = gitlab.tracker.store.tokens[TOKEN]
    token.expires_on = gitlab.clock().date()
    with gitlab.http() as http:
        ended = http.get("/user")
        token.expires_on, token.revoked = None, True
        revoked = http.get("/user")
    assert ended.status_code == revoked.status_code == 401
    assert ended.json()["error"] == revoked.json()["error"] == "invalid_token"
    assert "expired" in ended.json()["error_description"]


def test_scope_that_is_missing_is_named(gitlab: GitLabSite) -> None:
    gitlab.tracker.store.tokens[TOKEN].scopes = ["read_api"]
    with gitlab.http() as http:
        assert http.get(gitlab.issues_path).status_code == 200
        refused = http.post(gitlab.issues_path, json={"title": "x"})
    assert refused.status_code == 403
    assert refused.json()["error"] == "insufficient_scope"
    assert refused.json()["scope"] == "api"


def test_three_kinds_of_404(gitlab: GitLabSite) -> None:
    with gitlab.http() as http:
        no_access = http.get("/projects/9999/issues")
        no_row = http.get(f"{gitlab.issues_path}/77")
        no_route = http.get(f"{gitlab.issues_path}/77/vulnerabilities")
    codes = [no_access.status_code, no_row.status_code, no_route.status_code]
    assert codes == [404, 404, 404]
    assert no_access.json() == {"message": "404 Project Not Found"}
    assert no_row.json() == {"message": "404 Not found"}
    assert no_route.json() == {"error": "404 Not Found"}


def test_project_out_of_reach_looks_like_none(gitlab: GitLabSite) -> None:
    del gitlab.project.members[gitlab.bot.id]
    with pytest.raises(exceptions.GitlabGetError, match="404 Project Not Found"):
        gitlab.library().projects.get(PATH)


def test_reporters_do_not_delete(gitlab: GitLabSite) -> None:
    gitlab.write()
    gitlab.project.members[gitlab.bot.id] = 20
    with gitlab.http() as http:
        assert http.delete(f"{gitlab.issues_path}/1").status_code == 403


def test_missing_and_empty_title_have_different_shapes(gitlab: GitLabSite) -> None:
    with gitlab.http() as http:
        missing = http.post(gitlab.issues_path, json={"description": "x"})
        empty = http.post(gitlab.issues_path, json={"title": " "})
    assert missing.json() == {"error": "title is missing"}
    assert empty.json() == {"message": {"title": ["can't be blank"]}}


def test_update_of_nothing_known_is_refused(gitlab: GitLabSite) -> None:
    gitlab.write()
    with gitlab.http() as http:
        answer = http.put(f"{gitlab.issues_path}/1", json={"labelz": "a"})
    assert answer.status_code == 400
    assert "at least one parameter must be provided" in answer.json()["error"]


def test_state_events_are_two(gitlab: GitLabSite) -> None:
    gitlab.write()
    with gitlab.http() as http:
        answer = http.put(f"{gitlab.issues_path}/1", json={"state_event": "closed"})
    assert answer.json() == {"error": "state_event does not have a valid value"}


def test_moved_project_redirects_reads_and_refuses_writes(gitlab: GitLabSite) -> None:
    gitlab.tracker.store.rename_project(gitlab.project, "acme/erp/money")
    old = PATH.replace("/", "%2F")
    with gitlab.http() as http:
        moved = http.get(f"/projects/{old}/issues?state=opened")
        refused = http.post(f"/projects/{old}/issues", json={"title": "x"})
        followed = http.get(moved.headers["location"])
    assert moved.status_code == 301
    assert refused.status_code == 405
    assert followed.status_code == 200
    where = f"{gitlab.url}/api/v4/projects/{gitlab.project.id}/issues?state=opened"
    assert moved.headers["location"] == where


def test_throttle_tells_the_rate(gitlab: GitLabSite) -> None:
    gitlab.tracker.bench.limits.set_rate(1, 2)
    with gitlab.http() as http:
        answers = [http.get("/user") for _ in range(3)]
        gitlab.clock.wind(seconds=1)
        later = http.get("/user")
    refused = answers[-1]
    assert [one.status_code for one in answers] == [200, 200, 429]
    left = [one.headers["ratelimit-remaining"] for one in answers]
    assert left == ["1", "0", "0"]
    assert refused.text == "Retry later\n"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit-remaining"] == "0"
    reset = gitlab.clock().timestamp()
    assert int(refused.headers["ratelimit-reset"]) == int(reset)
    assert later.status_code == 200


def test_application_limit_tells_no_rate(gitlab: GitLabSite) -> None:
    gitlab.switches.notes_per_minute = 1
    gitlab.write()
    path = f"{gitlab.issues_path}/1/notes"
    with gitlab.http() as http:
        codes = [http.post(path, json={"body": "x"}).status_code for _ in range(2)]
        refused = http.post(path, json={"body": "x"})
        gitlab.clock.wind(seconds=61)
        later = http.post(path, json={"body": "x"})
    assert codes == [201, 429]
    assert refused.text == "Retry later\n"
    assert refused.headers["retry-after"] == "60"
    assert not [name for name in refused.headers if name.startswith("ratelimit")]
    assert later.status_code == 201


def test_application_limit_may_speak_json(gitlab: GitLabSite) -> None:
    gitlab.switches.issues_per_minute = 1
    gitlab.switches.application_limit_text = ""
    gitlab.remote().issues.create({"title": "x"})
    with gitlab.http() as http:
        refused = http.post(gitlab.issues_path, json={"title": "y"})
    assert "too many times" in refused.json()["message"]["error"]


def test_answer_may_be_lost_after_the_note_was_stored(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    fault = Fault("POST", "/notes", status=0, apply_first=True)
    gitlab.tracker.bench.faults.fail_next = [fault]
    with gitlab.http() as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(f"{gitlab.issues_path}/1/notes", json={"body": "x"})
    assert [note.body for note in issue.user_notes] == ["x"]


def test_journal_tells_writes_from_reads(gitlab: GitLabSite) -> None:
    gitlab.remote().issues.create({"title": "x"})
    journal = gitlab.tracker.bench.journal
    assert (journal.total, journal.writes) == (2, 1)
    assert journal.entries[-1].user == gitlab.bot.username


def test_control_routes_answer(gitlab: GitLabSite) -> None:
    summary = httpx.get(f"{gitlab.url}/_sandbox/webhooks").json()
    assert summary["enabled"] is True


def test_users_token_in_time(gitlab: GitLabSite) -> None:
    token = gitlab.tracker.store.tokens[TOKEN]
    token.expires_on = gitlab.clock().date() + timedelta(days=1)
    with gitlab.http() as http:
        body = http.get("/personal_access_tokens/self").json()
    assert body["active"] is True
    assert body["expires_at"] == "2026-11-21"
