"""Searching differs by deployment, and tells little of what it hides."""

from datetime import UTC, datetime

import httpx
import pytest
from jira import JIRAError

from sandbox.jira.jql import Reading
from tests.sandbox.conftest import JiraSite

CLOUD_SEARCH = "/rest/api/3/search/jql"
DC_SEARCH = "/rest/api/2/search"


def keys(jira: JiraSite, jql: str) -> list[str]:
    library = jira.library()
    if jira.cloud:
        return [one.key for one in library.enhanced_search_issues(jql, maxResults=0)]
    return [one.key for one in library.search_issues(jql, maxResults=0)]


def test_cloud_pages_by_token(cloud: JiraSite) -> None:
    made = [cloud.make(f"wish {number}").key for number in range(7)]
    library, token = cloud.library(), None
    seen: list[str] = []
    while True:
        page = library.enhanced_search_issues(
            "project = FIN ORDER BY created ASC, key ASC",
            nextPageToken=token,
            maxResults=3,
            fields="summary",
            json_result=True,
        )
        assert isinstance(page, dict)
        seen += [one["key"] for one in page["issues"]]
        token = page.get("nextPageToken")
        assert page["isLast"] is (token is None)
        if token is None:
            break
    assert seen == made


def test_cloud_search_gives_ids_unless_fields_are_asked_for(cloud: JiraSite) -> None:
    issue = cloud.make()
    with cloud.http() as http:
        page = http.get(CLOUD_SEARCH, params={"jql": "project = FIN"}).json()
    assert page == {"issues": [{"id": issue.id}], "isLast": True}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"jql": "ORDER BY created"}, "Unbounded JQL"),
        ({"jql": "project = FIN", "startAt": 0}, "Invalid request payload"),
        ({"jql": "project = FIN", "maxResults": 5001}, "maxResults"),
        ({"jql": "project = FIN", "maxResults": 0}, "maxResults"),
        ({"jql": "project = FIN", "nextPageToken": "§§"}, "token"),
        ({"jql": "project = NOPE"}, "does not exist for the field"),
        ({"jql": "colour = red"}, "Field 'colour' does not exist"),
        ({"jql": "project FIN"}, "Error in the JQL Query"),
        ({"jql": 'updated >= "yesterday"'}, "Date value"),
    ],
)
def test_cloud_refuses(cloud: JiraSite, body: dict[str, object], words: str) -> None:
    with cloud.http() as http:
        answer = http.post(CLOUD_SEARCH, json=body)
    assert answer.status_code == 400
    assert words in answer.json()["errorMessages"][0]


def test_old_search_is_gone_from_cloud_and_new_one_unknown_to_dc(
    cloud: JiraSite, data_center: JiraSite
) -> None:
    with cloud.http() as http:
        gone = http.get(DC_SEARCH, params={"jql": "project = FIN"})
    assert gone.status_code == 410
    assert "CHANGE-2046" in gone.text
    with data_center.http() as http:
        unknown = http.get("/rest/api/2/search/jql", params={"jql": "project = FIN"})
    assert unknown.status_code == 404


def test_dc_pages_by_offset(data_center: JiraSite) -> None:
    for number in range(5):
        data_center.make(f"wish {number}")
    body = {"jql": "project = FIN ORDER BY key ASC", "startAt": 2, "maxResults": 2}
    with data_center.http() as http:
        page = http.post(DC_SEARCH, json=body).json()
    assert [one["key"] for one in page["issues"]] == ["FIN-3", "FIN-4"]
    assert (page["startAt"], page["maxResults"], page["total"]) == (2, 2, 5)


def test_jql_that_clients_use(jira: JiraSite) -> None:
    jira.make("one", labels=["a", "b"])
    jira.make("two", labels=["b"])
    bug = {"name": "Bug"}
    jira.make("three", issuetype=bug)
    jira.make("four", project={"key": "OPS"})
    jira.library().transition_issue("FIN-2", "11")
    asked = {
        "project = FIN AND labels = b ORDER BY key": ["FIN-1", "FIN-2"],
        'project in (FIN, "OPS") AND labels IS EMPTY': ["OPS-1", "FIN-3"],
        'status = "In Progress"': ["FIN-2"],
        "project = FIN AND status not in ('In Progress') ORDER BY id": [
            "FIN-1",
            "FIN-3",
        ],
        "issuetype = Bug": ["FIN-3"],
        "key in (FIN-1, FIN-3) ORDER BY key DESC": ["FIN-3", "FIN-1"],
        "project = FIN AND NOT (labels = a OR type = Bug)": ["FIN-2"],
        "summary ~ three": ["FIN-3"],
        "project = FIN AND resolution = Unresolved AND labels != b": ["FIN-3"],
    }
    for jql, wanted in asked.items():
        assert keys(jira, jql) == wanted, jql


def test_one_missing_key_spoils_the_whole_list(jira: JiraSite) -> None:
    jira.make()
    with pytest.raises(JIRAError, match="'FIN-9' does not exist") as refused:
        keys(jira, "key in (FIN-1, FIN-9)")
    assert refused.value.status_code == 400


def test_date_literals_are_in_the_callers_zone(jira: JiraSite) -> None:
    jira.make()
    jira.clock.wind(hours=1)
    assert keys(jira, 'updated >= "2026-11-20 16:30"') == ["FIN-1"]
    assert keys(jira, 'updated >= "2026-11-20 16:31"') == []
    assert keys(jira, 'updated >= "2026/11/20 08:30" AND project = FIN') == ["FIN-1"]
    jira.bot.time_zone = "UTC"
    assert keys(jira, 'updated >= "2026-11-20 16:30"') == []
    assert keys(jira, 'updated >= "2026-11-20 08:30"') == ["FIN-1"]


def test_relative_dates_need_no_zone(jira: JiraSite) -> None:
    jira.make()
    jira.clock.wind(minutes=10)
    assert keys(jira, "updated >= -11m") == ["FIN-1"]
    assert keys(jira, "updated >= -9m") == []


def test_only_data_center_reads_epochs(jira: JiraSite) -> None:
    issue = jira.make()
    jql = f"updated >= {int(issue.updated_at.timestamp() * 1000)}"
    if jira.cloud:
        with pytest.raises(JIRAError, match="Date value"):
            keys(jira, jql)
    else:
        assert keys(jira, jql) == ["FIN-1"]


def test_search_lags_but_the_issue_itself_does_not(jira: JiraSite) -> None:
    jira.make("old")
    with jira.http() as http:
        http.post("/_sandbox/faults", json={"search_lag_seconds": 60})
    jira.library().issue("FIN-1").update(summary="new")
    jira.make("later")
    assert jira.library().issue("FIN-1").fields.summary == "new"
    assert keys(jira, "summary ~ old AND project = FIN") == ["FIN-1"]
    assert keys(jira, "project = FIN") == ["FIN-1"]
    jira.clock.wind(seconds=61)
    assert keys(jira, "project = FIN ORDER BY key") == ["FIN-1", "FIN-2"]
    assert keys(jira, "summary ~ old AND project = FIN") == []


def test_reconciled_issues_are_fresh(cloud: JiraSite) -> None:
    with cloud.http() as http:
        http.post("/_sandbox/faults", json={"search_lag_seconds": 60})
        issue = cloud.make()
        body = {"jql": "project = FIN", "reconcileIssues": [int(issue.id)]}
        assert http.post(CLOUD_SEARCH, json=body).json()["issues"] == [{"id": issue.id}]


def test_cloud_hides_a_bad_token_as_nothing_found(cloud: JiraSite) -> None:
    cloud.make()
    auth = httpx.BasicAuth("bot@example.com", "wrong")
    with httpx.Client(base_url=cloud.url, auth=auth) as http:
        found = http.get(CLOUD_SEARCH, params={"jql": "project = FIN"})
        issue = http.get("/rest/api/2/issue/FIN-1")
        myself = http.get("/rest/api/2/myself")
        write = http.post("/rest/api/2/issue/FIN-1/comment", json={"body": "x"})
    assert found.json() == {"issues": [], "isLast": True}
    for answer in (found, issue, myself):
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert (found.status_code, issue.status_code, myself.status_code) == (200, 404, 401)
    assert write.status_code in {401, 404}


def test_data_center_says_401(data_center: JiraSite) -> None:
    headers = {"Authorization": "Bearer wrong"}
    with httpx.Client(base_url=data_center.url, headers=headers) as http:
        answer = http.get("/rest/api/2/issue/FIN-1")
    assert answer.status_code == 401


def test_bearer_at_a_cloud_site_is_403(cloud: JiraSite) -> None:
    headers = {"Authorization": "Bearer whatever"}
    with httpx.Client(base_url=cloud.url, headers=headers) as http:
        assert http.get("/rest/api/3/myself").status_code == 403


def test_bulk_fetch_reports_what_it_cannot_see(cloud: JiraSite) -> None:
    first, second = cloud.make(), cloud.make()
    body = {"issueIdsOrKeys": ["FIN-2", first.id, "FIN-99"], "fields": ["summary"]}
    with cloud.http() as http:
        answer = http.post("/rest/api/2/issue/bulkfetch", json=body).json()
    assert [one["id"] for one in answer["issues"]] == [first.id, second.id]
    assert answer["issueErrors"][0]["id"] == "FIN-99"


def test_cloud_comments_come_a_hundred_at_a_time(cloud: JiraSite) -> None:
    key = cloud.make().key
    with cloud.http() as http:
        place = f"/rest/api/2/issue/{key}/comment"
        for number in range(103):
            http.post(place, json={"body": f"remark {number}"})
        first = http.get(place, params={"maxResults": 500}).json()
        rest = http.get(place, params={"startAt": 100}).json()
        wrong = http.get(place, params={"orderBy": "updated"})
    assert (len(first["comments"]), first["total"]) == (100, 103)
    assert len(rest["comments"]) == 3
    assert wrong.status_code == 400


def test_literals_mean_the_readers_minute(jira: JiraSite) -> None:
    reading = Reading(jira.tracker.site, jira.bot)
    test, _ = reading.query('updated < "2026-11-20 16:31"')
    issue = jira.make()
    assert test(issue)
    issue.updated_at = datetime(2026, 11, 20, 8, 31, tzinfo=UTC)
    assert not test(issue)
