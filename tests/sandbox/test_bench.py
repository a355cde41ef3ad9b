"""Faults, limits, the journal and the pages, shown on Jira."""

import httpx
import pytest

from tests.sandbox.conftest import JiraSite

COMMENTS = "/rest/api/2/issue/FIN-1/comment"


def order(jira: JiraSite, **faults: object) -> None:
    with jira.http() as http:
        assert http.post("/_sandbox/faults", json=faults).status_code == 200


def test_an_answer_may_be_lost_after_the_write(jira: JiraSite) -> None:
    issue = jira.make()
    fault = {"method": "POST", "path_contains": "/comment", "apply_first": True}
    order(jira, fail_next=[{**fault, "status": 502}])
    with jira.http() as http:
        assert http.post(COMMENTS, json={"body": "once"}).status_code == 502
        assert http.post(COMMENTS, json={"body": "twice"}).status_code == 201
    assert [one.body for one in issue.comments] == ["once", "twice"]


def test_the_connection_may_be_cut_after_the_write(jira: JiraSite) -> None:
    issue = jira.make()
    fault = {"method": "POST", "path_contains": "/comment", "apply_first": True}
    order(jira, fail_next=[{**fault, "status": 0}])
    with jira.http() as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(COMMENTS, json={"body": "once"})
    assert [one.body for one in issue.comments] == ["once"]


def test_a_write_may_fail_before_it_happens(jira: JiraSite) -> None:
    issue = jira.make()
    order(jira, fail_next=[{"status": 409, "times": 2, "method": "PUT"}])
    place = "/rest/api/2/issue/FIN-1"
    with jira.http() as http:
        body = {"fields": {"summary": "new"}}
        codes = [http.put(place, json=body).status_code for _ in range(3)]
    assert codes == [409, 409, 204]
    assert issue.summary == "new"


def test_too_many_requests_say_when_to_come_back(jira: JiraSite) -> None:
    order(jira, rate_limit={"per_second": 0.5, "burst": 2})
    with jira.http() as http:
        answers = [http.get("/rest/api/2/serverInfo") for _ in range(3)]
        jira.clock.wind(seconds=2)
        later = http.get("/rest/api/2/serverInfo")
    assert [one.status_code for one in answers] == [200, 200, 429]
    refused = answers[-1].headers
    assert refused["Retry-After"] == "2"
    assert refused["RateLimit-Reason"] == "jira-burst-based"
    assert later.status_code == 200


def test_the_journal_tells_reads_from_writes(jira: JiraSite) -> None:
    jira.make()
    library = jira.library()
    with jira.http() as http:
        before = http.get("/_sandbox/journal").json()
        library.issue("FIN-1")
        jql = {"jql": "project = FIN"}
        http.post(
            "/rest/api/2/search/jql" if jira.cloud else "/rest/api/2/search", json=jql
        )
        read = http.get("/_sandbox/journal", params={"since": before["total"]}).json()
        library.add_comment("FIN-1", "x")
        written = http.get("/_sandbox/journal").json()
    assert (read["writes_since"], len(read["entries"])) == (0, 2)
    assert written["writes"] == before["writes"] + 1
    entry = written["entries"][-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", COMMENTS, 201)
    assert entry["user"] == jira.bot.id


def test_unknown_orders_are_refused(jira: JiraSite) -> None:
    with jira.http() as http:
        assert http.post("/_sandbox/faults", json={"fail": 1}).status_code == 422


def test_the_pages_list_search_create_and_refuse(jira: JiraSite) -> None:
    jira.make("Export the ledger", labels=["urgent"])
    with httpx.Client(base_url=jira.url, follow_redirects=True) as browser:
        assert "Export the ledger" in browser.get("/").text
        assert "Export the ledger" not in browser.get("/", params={"q": "payroll"}).text
        assert browser.get("/_new").status_code == 200
        form = {"project": "FIN", "title": "新报表", "priority": "Low"}
        made = browser.post("/_new", data=form)
        refused = browser.post("/browse/FIN-2", data={**form, "labels": "a b"})
        missing = browser.get("/browse/FIN-99")
    assert (made.status_code, made.url.path) == (200, "/browse/FIN-2")
    assert refused.status_code == 400
    assert "contains spaces" in refused.text
    assert missing.status_code == 404


def test_a_person_is_chosen(jira: JiraSite) -> None:
    human = jira.tracker.site.add_user(
        type(jira.client)("zhao", "赵敏", "zhao@example.com")
    )
    jira.make()
    with httpx.Client(base_url=jira.url, follow_redirects=True) as browser:
        chosen = {"person": human.id, "back": "/browse/FIN-1"}
        assert browser.post("/_person", data=chosen).url.path == "/browse/FIN-1"
        browser.post("/browse/FIN-1", data={"remark": "me"})
        away = browser.post("/_person", data={"person": "x", "back": "//evil.example"})
    assert jira.tracker.site.get_issue("FIN-1").comments[0].author is human
    assert away.url.path == "/"
