"""The real `jira` client works unchanged against both deployments."""

from typing import Any

import pytest
from jira import JIRA, JIRAError

from tests.sandbox.conftest import JiraSite


@pytest.fixture
def library(jira: JiraSite) -> JIRA:
    return jira.library()


def test_it_knows_the_deployment(jira: JiraSite, library: JIRA) -> None:
    assert library.deploymentType == ("Cloud" if jira.cloud else "Server")
    assert library.myself()["displayName"] == "reqpool"


def test_issue_is_created_read_and_updated(jira: JiraSite, library: JIRA) -> None:
    issue = library.create_issue(
        project="FIN",
        summary="资金报表导出",
        description="h2. Why\nWe print it.",
        issuetype={"name": "Story"},
        priority={"name": "High"},
        labels=["urgent"],
    )
    jira.clock.wind(seconds=5)
    issue.update(fields={"summary": "资金报表导出 Excel"})
    issue.update(update={"labels": [{"add": "reqpool-accepted"}, {"remove": "urgent"}]})
    again = library.issue(issue.key)
    assert again.fields.summary == "资金报表导出 Excel"
    assert again.fields.labels == ["reqpool-accepted"]
    assert again.fields.priority.name == "High"
    assert again.fields.updated == "2026-11-20T16:30:20.123+0800"


def test_label_with_a_space_is_refused(jira: JiraSite, library: JIRA) -> None:
    issue = library.issue(jira.make().key)
    with pytest.raises(JIRAError, match="contains spaces") as refused:
        issue.update(update={"labels": [{"add": "two words"}]})
    assert refused.value.status_code == 400


def test_comments_are_added_changed_listed_and_deleted(
    jira: JiraSite, library: JIRA
) -> None:
    key = jira.make().key
    comment = library.add_comment(key, "planned for 2026.11")
    comment.update(body="planned for 2026.12")
    assert [one.body for one in library.comments(key)] == ["planned for 2026.12"]
    comment.delete()
    assert library.comments(key) == []


def test_internal_comment_is_not_public(cloud: JiraSite) -> None:
    key = cloud.make().key
    cloud.library().add_comment(key, "the price", is_internal=True)
    assert cloud.library().comments(key)[0].raw["jsdPublic"] is False


def test_transitions_follow_the_workflow(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    names = [one["name"] for one in library.transitions(key)]
    assert names == ["In Progress", "Scheduled", "Done ✕"]
    library.transition_issue(key, "In Progress")
    assert library.issue(key).fields.status.name == "In Progress"
    with pytest.raises(JIRAError, match="not valid for this issue") as refused:
        library.transition_issue(key, "11")
    assert refused.value.status_code == 400


def test_a_screen_may_require_a_resolution(data_center: JiraSite) -> None:
    library, key = data_center.library(), data_center.make().key
    edges = library.transitions(key, expand="transitions.fields")
    assert edges[-1]["fields"]["resolution"]["required"] is True
    with pytest.raises(JIRAError, match="Resolution is required"):
        library.transition_issue(key, "61")
    library.transition_issue(key, "61", fields={"resolution": {"name": "Won't Do"}})
    assert library.issue(key).raw["fields"]["resolution"]["name"] == "Won't Do"


def test_versions_are_created_and_set(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    made = library.create_version("2026.12", "FIN", releaseDate="2026-12-31")
    add = {"fixVersions": [{"add": {"id": made.id}}]}
    library.issue(key).update(update=add)
    assert [v.name for v in library.issue(key).fields.fixVersions] == ["2026.12"]
    names = [one.name for one in library.project_versions("FIN")]
    assert names == ["2026.11", "2026.12"]
    made.delete()
    assert library.issue(key).fields.fixVersions == []


def test_changelog_says_who_changed_what(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    library.issue(key).update(priority={"name": "Highest"})
    history = library.issue(key, expand="changelog").changelog.histories[0]
    item = history.items[0]
    assert (item.field, item.fromString, item.toString) == (
        "priority",
        "Medium",
        "Highest",
    )
    assert history.author.displayName == "reqpool"


def test_an_edit_that_changes_nothing_leaves_no_trace(
    jira: JiraSite, library: JIRA
) -> None:
    issue = jira.make(labels=["a"])
    jira.clock.wind(hours=1)
    library.issue(issue.key).update(update={"labels": [{"add": "a"}]})
    assert (issue.histories, issue.updated_at) == ([], issue.created_at)


def test_moved_issue_answers_to_its_old_key(jira: JiraSite, library: JIRA) -> None:
    issue = jira.make()
    store = jira.tracker.store
    jira.server.call(lambda: store.move_issue(jira.client, issue, jira.other))
    moved = library.issue("FIN-1", expand="changelog")
    assert (moved.key, moved.id) == ("OPS-1", issue.id)
    fields = {item.field for item in moved.changelog.histories[0].items}
    assert fields == {"project", "Key"}


def test_deleted_issue_is_gone(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    library.issue(key).delete()  # type: ignore[no-untyped-call]
    with pytest.raises(JIRAError) as gone:
        library.issue(key)
    assert gone.value.status_code == 404


def test_lists_of_the_site(library: JIRA) -> None:
    assert "High" in [one.name for one in library.priorities()]
    assert "Scheduled" in [one.name for one in library.statuses()]
    assert "summary" in [one["id"] for one in library.fields()]
    assert library.project("FIN").name == "Finance"
    assert [one.key for one in library.projects()] == ["FIN", "OPS"]
    assert "Blocks" in [one.name for one in library.issue_link_types()]
    assert "Story" in [one.name for one in library.issue_types()]
    held: Any = library.my_permissions(permissions="EDIT_ISSUES,ADMINISTER")
    assert held["permissions"]["EDIT_ISSUES"]["havePermission"] is True


def test_links_between_issues(jira: JiraSite, library: JIRA) -> None:
    first, second = jira.make("one").key, jira.make("two").key
    library.create_issue_link("Blocks", first, second)
    link = library.issue(first).fields.issuelinks[0]
    assert link.outwardIssue.key == second
    library.delete_issue_link(link.id)
    assert library.issue(second).fields.issuelinks == []


def test_remote_link_is_put_once_per_global_id(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    for title in ("R-1", "R-1 accepted"):
        target = {"url": "https://pool.example.com/r/1", "title": title}
        library.add_remote_link(key, target, globalId="reqpool:1")
    links = library.remote_links(key)
    assert [one.object.title for one in links] == ["R-1 accepted"]


def test_worklogs_and_attachments(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    library.add_worklog(key, timeSpent="1h 30m", comment="looked into it")
    assert library.worklogs(key)[0].timeSpentSeconds == 5400
    library.add_attachment(key, __file__, filename="shot.txt")
    attachment = library.issue(key).fields.attachment[0]
    assert library.attachment(attachment.id).filename == "shot.txt"
    with jira.http() as http:
        assert http.get(attachment.content).content.startswith(b'"""The real')


def test_issue_properties(jira: JiraSite, library: JIRA) -> None:
    key = jira.make().key
    library.add_issue_property(key, "reqpool", {"hash": "abc"})
    assert library.issue_property(key, "reqpool").value.hash == "abc"


def test_people(jira: JiraSite, library: JIRA) -> None:
    found = (
        library.search_users(query="wang")
        if jira.cloud
        else library.search_users(user="wang")
    )
    assert [one.displayName for one in found] == ["王丽"]
    assert ("name" in found[0].raw) != jira.cloud
