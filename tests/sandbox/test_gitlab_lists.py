"""Lists: filters, both kinds of pages, and what is silently ignored."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from gitlab import exceptions

from tests.sandbox.gitlab_site import GitLabSite


def fill(gitlab: GitLabSite, count: int) -> None:
    for number in range(count):
        gitlab.write(f"issue {number}")
        gitlab.clock.wind(seconds=1)


def titles(gitlab: GitLabSite, **query: Any) -> list[str]:
    with gitlab.http() as http:
        answer = http.get(gitlab.issues_path, params=query)
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json()]


def test_pages_hold_twenty_rows_unless_asked_and_never_more_than_a_hundred(
    gitlab: GitLabSite,
) -> None:
    fill(gitlab, 105)
    assert len(titles(gitlab)) == 20
    assert len(titles(gitlab, per_page=1000)) == 100


def test_offset_pages_carry_their_headers(gitlab: GitLabSite) -> None:
    fill(gitlab, 5)
    with gitlab.http() as http:
        answer = http.get(gitlab.issues_path, params={"per_page": 2, "page": 2})
    assert answer.headers["x-total"] == "5"
    assert answer.headers["x-total-pages"] == "3"
    assert answer.headers["x-next-page"] == "3"
    assert answer.headers["x-prev-page"] == "1"
    assert set(answer.links) == {"prev", "next", "first", "last"}
    assert answer.links["next"]["url"].startswith(gitlab.url)


def test_totals_are_left_out_of_long_lists(gitlab: GitLabSite) -> None:
    fill(gitlab, 5)
    gitlab.switches.rows_without_total = 4
    with gitlab.http() as http:
        answer = http.get(gitlab.issues_path, params={"per_page": 2})
    assert "x-total" not in answer.headers
    assert "last" not in answer.links
    assert answer.headers["x-next-page"] == "2"


def test_offsets_end_at_fifty_thousand(gitlab: GitLabSite) -> None:
    with gitlab.http() as http:
        query = {"per_page": 100, "page": 501}
        refused = http.get(gitlab.issues_path, params=query)
        gitlab.switches.keyset = False
        older = http.get(gitlab.issues_path, params=query)
    assert refused.status_code == 405
    assert "maximum allowed offset of 50000" in refused.json()["error"]
    assert older.status_code == 200


def test_keyset_pages_are_followed_by_the_library(gitlab: GitLabSite) -> None:
    fill(gitlab, 7)
    listed = gitlab.remote().issues.list(
        pagination="keyset",
        order_by="updated_at",
        sort="asc",
        per_page=3,
        iterator=True,
    )
    assert [one.title for one in listed] == [f"issue {number}" for number in range(7)]


def test_keyset_pages_have_an_opaque_link_and_no_total(gitlab: GitLabSite) -> None:
    fill(gitlab, 3)
    query = {"pagination": "keyset", "order_by": "updated_at", "per_page": "2"}
    with gitlab.http() as http:
        first = http.get(gitlab.issues_path, params=query)
        second = http.get(first.links["next"]["url"])
    assert "x-total" not in first.headers
    assert "cursor" in first.links["next"]["url"]
    assert [row["title"] for row in second.json()] == ["issue 0"]
    assert "next" not in second.links


def test_keyset_pages_lose_nothing_when_a_row_moves_meanwhile(
    gitlab: GitLabSite,
) -> None:
    fill(gitlab, 5)
    rows = gitlab.remote().issues.list(
        pagination="keyset",
        order_by="updated_at",
        sort="asc",
        per_page=2,
        iterator=True,
    )
    seen = [one.title for one in itertools.islice(rows, 2)]
    gitlab.remote().issues.update(2, {"title": "issue 1 again"})
    seen += [one.title for one in rows]
    assert seen == [*(f"issue {number}" for number in range(5)), "issue 1 again"]


def test_older_servers_have_no_keyset(gitlab: GitLabSite) -> None:
    gitlab.switches.keyset = False
    with pytest.raises(exceptions.GitlabListError, match="not yet available") as no:
        gitlab.remote().issues.list(pagination="keyset", order_by="updated_at")
    assert no.value.response_code == 405


def test_order_without_keyset_falls_back_to_offset(gitlab: GitLabSite) -> None:
    fill(gitlab, 1)
    query = {"pagination": "keyset", "order_by": "popularity"}
    with gitlab.http() as http:
        answer = http.get(gitlab.issues_path, params=query)
    assert answer.headers["x-total"] == "1"


def test_unknown_names_are_ignored(gitlab: GitLabSite) -> None:
    fill(gitlab, 2)
    assert (
        len(titles(gitlab, labelz="a", assignee="x", **{"or[label_name][]": "b"})) == 2
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("state", "open", "state does not have a valid value"),
        ("scope", "mine", "scope does not have a valid value"),
        ("order_by", "age", "order_by does not have a valid value"),
        ("sort", "up", "sort does not have a valid value"),
        ("updated_after", "yesterday", "updated_after is invalid"),
        ("iids[]", "one", "iids is invalid"),
        ("per_page", "0", "per_page has a value not allowed"),
        ("issue_type", "bug", "issue_type does not have a valid value"),
    ],
)
def test_bad_values_are_refused(
    gitlab: GitLabSite, name: str, value: str, problem: str
) -> None:
    with gitlab.http() as http:
        answer = http.get(gitlab.issues_path, params={name: value})
    assert answer.status_code == 400
    assert answer.json() == {"error": problem}


def test_filters(gitlab: GitLabSite) -> None:
    gitlab.write("task", issue_type="task", labels=["a", "b"])
    gitlab.write("closed", state_event="close", labels=["a"])
    gitlab.write("plain", description="the Ledger")
    assert titles(gitlab, state="closed") == ["closed"]
    assert titles(gitlab, labels="a,b") == ["task"]
    assert titles(gitlab, labels="None") == ["plain"]
    assert titles(gitlab, **{"not[labels]": "b"}) == ["plain", "closed"]
    assert titles(gitlab, issue_type="task") == ["task"]
    assert titles(gitlab, search="ledger") == ["plain"]
    assert titles(gitlab, search="ledger", **{"in": "title"}) == []
    assert titles(gitlab, **{"iids[]": ["1", "3"]}) == ["plain", "task"]
    assert titles(gitlab, scope="created_by_me") == []
    assert titles(gitlab, author_username="wang.li", order_by="title", sort="asc") == [
        "closed",
        "plain",
        "task",
    ]


def test_window_holds_both_its_ends(gitlab: GitLabSite) -> None:
    start = gitlab.clock()
    fill(gitlab, 4)
    second, third = start + timedelta(seconds=1), start + timedelta(seconds=2)
    found = titles(
        gitlab,
        updated_after=second.isoformat(),
        updated_before=third.isoformat(),
        order_by="updated_at",
        sort="asc",
    )
    assert found == ["issue 1", "issue 2"]


def test_confidential_issues_hide_from_guests(gitlab: GitLabSite) -> None:
    gitlab.write("secret", confidential=True)
    gitlab.project.members[gitlab.bot.id] = 10
    assert titles(gitlab) == []
    with gitlab.http() as http:
        assert http.get(f"{gitlab.issues_path}/1").status_code == 404


def test_replicas_lag_on_request(gitlab: GitLabSite) -> None:
    fill(gitlab, 2)
    gitlab.tracker.bench.faults.search_lag_seconds = 1.5
    assert titles(gitlab) == ["issue 0"]


def test_unchanged_list_is_not_sent_again(gitlab: GitLabSite) -> None:
    fill(gitlab, 1)
    with gitlab.http() as http:
        etag = http.get(gitlab.issues_path).headers["etag"]
        same = http.get(gitlab.issues_path, headers={"If-None-Match": etag})
        fill(gitlab, 1)
        new = http.get(gitlab.issues_path, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    assert new.status_code == 200


def test_label_details_on_request(gitlab: GitLabSite) -> None:
    gitlab.write("x", labels=["a"])
    with gitlab.http() as http:
        query = {"with_labels_details": "true"}
        rows = http.get(gitlab.issues_path, params=query).json()
    assert rows[0]["labels"][0]["name"] == "a"


def test_group_lists_issues_of_all_its_projects(gitlab: GitLabSite) -> None:
    fill(gitlab, 1)
    group = gitlab.library().groups.get("acme")
    assert [one.title for one in group.issues.list()] == ["issue 0"]
