"""The real `python-gitlab` client works unchanged."""

import pytest
from gitlab import exceptions
from gitlab.v4.objects import Project as RemoteProject

from tests.sandbox.gitlab_site import PATH, GitLabSite


@pytest.fixture
def project(gitlab: GitLabSite) -> RemoteProject:
    return gitlab.remote()


def test_it_knows_who_it_is_and_where(gitlab: GitLabSite) -> None:
    library = gitlab.library()
    library.auth()
    assert library.user is not None
    assert library.user.username.startswith(f"project_{gitlab.project.id}_bot_")
    assert library.version()[0] == "19.2.0-ee"
    assert library.http_get("/metadata")["version"] == "19.2.0-ee"  # type: ignore[index]


def test_token_tells_its_scopes_and_end(gitlab: GitLabSite) -> None:
    token = gitlab.library().personal_access_tokens.get("self")
    assert token.scopes == ["api"]
    assert token.expires_at is None


def test_people_are_found_by_username(gitlab: GitLabSite) -> None:
    assert gitlab.library().users.list(username="wang.li")[0].name == "王丽"
    assert gitlab.library().users.list(username="nobody") == []


def test_project_is_found_by_path_of_subgroups(gitlab: GitLabSite) -> None:
    found = gitlab.library().projects.get(PATH)
    assert found.id == gitlab.project.id
    assert found.web_url == f"{gitlab.url}/{PATH}"


def test_group_and_its_projects(gitlab: GitLabSite) -> None:
    group = gitlab.library().groups.get("acme/erp")
    assert len(group.projects.list(get_all=True)) == 2
    assert gitlab.library().groups.get(group.parent_id).full_path == "acme"


def test_own_projects_are_listed(gitlab: GitLabSite) -> None:
    assert len(gitlab.library().projects.list(membership=True, get_all=True)) == 2


def test_members_and_their_level(gitlab: GitLabSite, project: RemoteProject) -> None:
    levels = {one.username: one.access_level for one in project.members_all.list()}
    assert levels["wang.li"] == 20
    assert project.members_all.get(gitlab.bot.id).access_level == 50


def test_issue_is_created_read_and_updated(
    gitlab: GitLabSite, project: RemoteProject
) -> None:
    milestone = project.milestones.create({"title": "2026.12"})
    issue = project.issues.create(
        {"title": "资金报表导出", "description": "Excel", "labels": "需求,财务"}
    )
    gitlab.clock.wind(seconds=5)
    project.issues.update(
        issue.iid,
        {
            "title": "资金报表导出 Excel",
            "milestone_id": milestone.id,
            "due_date": "2026-12-31",
            "assignee_ids": [gitlab.client.id],
        },
    )
    again = project.issues.get(issue.iid)
    assert again.title == "资金报表导出 Excel"
    assert again.milestone["title"] == "2026.12"
    assert again.due_date == "2026-12-31"
    assert again.assignee["username"] == "wang.li"
    assert again.updated_at == "2026-11-20T08:30:20.123Z"
    assert again.web_url == f"{gitlab.url}/{PATH}/-/issues/{issue.iid}"


def test_labels_are_added_removed_and_created_in_one_request(
    project: RemoteProject,
) -> None:
    issue = project.issues.create({"title": "x", "labels": "keep,drop"})
    changed = project.issues.update(
        issue.iid,
        {"add_labels": "new,drop", "remove_labels": "drop", "state_event": "close"},
    )
    assert changed["labels"] == ["keep", "new"]
    assert changed["state"] == "closed"
    assert changed["closed_by"]["id"] == changed["author"]["id"]
    assert {label.name for label in project.labels.list()} == {"keep", "drop", "new"}


def test_label_names_are_case_sensitive(project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x", "labels": "review,REVIEW"})
    assert sorted(issue.labels) == ["REVIEW", "review"]


def test_scoped_labels_exclude_each_other_on_premium_only(
    gitlab: GitLabSite, project: RemoteProject
) -> None:
    issue = project.issues.create({"title": "x", "labels": "scope::a"})
    changed = project.issues.update(issue.iid, {"add_labels": "scope::b"})
    assert changed["labels"] == ["scope::a", "scope::b"]
    gitlab.switches.premium = True
    changed = project.issues.update(issue.iid, {"add_labels": "scope::c"})
    assert changed["labels"] == ["scope::c"]


def test_saving_nothing_new_leaves_the_issue_alone(
    gitlab: GitLabSite, project: RemoteProject
) -> None:
    issue = project.issues.create({"title": "x", "labels": "a"})
    gitlab.clock.wind(minutes=1)
    changed = project.issues.update(issue.iid, {"add_labels": "a", "title": "x"})
    assert changed["updated_at"] == issue.updated_at


def test_two_requests_at_once_both_succeed_and_the_last_set_wins(
    project: RemoteProject,
) -> None:
    issue = project.issues.create({"title": "x"})
    project.issues.update(issue.iid, {"labels": "mine"})
    project.issues.update(issue.iid, {"labels": "yours"})
    assert project.issues.get(issue.iid).labels == ["yours"]


def test_deleted_issue_is_gone_and_its_number_is_not_reused(
    project: RemoteProject,
) -> None:
    project.issues.create({"title": "x"}).delete()
    with pytest.raises(exceptions.GitlabGetError, match="404 Not found"):
        project.issues.get(1)
    assert project.issues.create({"title": "y"}).iid == 2


def test_moved_issue_is_closed_and_names_its_twin(
    gitlab: GitLabSite, project: RemoteProject
) -> None:
    issue = project.issues.create({"title": "x"})
    issue.notes.create({"body": "please"})
    issue.move(gitlab.other.id)
    source = project.issues.get(1)
    twin = gitlab.library().projects.get(gitlab.other.id).issues.get(1)
    assert source.state == "closed"
    assert source.moved_to_id == twin.id != source.id
    bodies = [note.body for note in twin.notes.list(sort="asc")]
    assert bodies == ["please", f"moved from {PATH}#1"]
    gitlab.clock.wind(minutes=1)
    twin.delete()
    left = project.issues.get(1)
    assert (left.state, left.moved_to_id) == ("closed", None)
    assert left.updated_at == source.updated_at


def test_notes_are_written_changed_listed_and_deleted(
    gitlab: GitLabSite, project: RemoteProject
) -> None:
    issue = project.issues.create({"title": "x"})
    note = issue.notes.create({"body": "planned for 2026.11"})
    gitlab.clock.wind(seconds=1)
    issue.notes.update(note.id, {"body": "planned for 2026.12"})
    project.issues.update(issue.iid, {"title": "y"})
    comments = issue.notes.list(activity_filter="only_comments", sort="asc")
    assert [one.body for one in comments] == ["planned for 2026.12"]
    system = issue.notes.list(activity_filter="only_activity")
    assert [one.body for one in system] == ["changed title from **x** to **y**"]
    assert project.issues.get(1).user_notes_count == 1
    issue.notes.delete(note.id)
    assert issue.notes.list(activity_filter="only_comments") == []


def test_notes_come_newest_first(gitlab: GitLabSite, project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x"})
    for body in ("one", "two"):
        issue.notes.create({"body": body})
        gitlab.clock.wind(seconds=1)
    assert [one.body for one in issue.notes.list()] == ["two", "one"]


def test_internal_note_says_so(project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x"})
    note = issue.notes.create({"body": "the price", "internal": True})
    assert note.internal is note.confidential is True


@pytest.mark.parametrize("body", ["", "  \n"])
def test_empty_note_is_refused(project: RemoteProject, body: str) -> None:
    issue = project.issues.create({"title": "x"})
    with pytest.raises(exceptions.GitlabCreateError, match="can't be blank") as refused:
        issue.notes.create({"body": body})
    assert refused.value.response_code == 400


def test_discussions_hold_replies(project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x"})
    thread = issue.discussions.create({"body": "why?"})
    thread.notes.create({"body": "because"})
    again = issue.discussions.get(thread.id)
    assert [note["body"] for note in again.attributes["notes"]] == ["why?", "because"]


def test_links_join_two_issues(project: RemoteProject) -> None:
    first, second = (project.issues.create({"title": title}) for title in "ab")
    source, target = first.links.create(
        {"target_project_id": project.id, "target_issue_iid": second.iid}
    )
    assert (source.iid, target.iid) == (first.iid, second.iid)
    assert [one.iid for one in second.links.list()] == [first.iid]
    first.links.delete(second.links.list()[0].issue_link_id)
    assert first.links.list() == []


def test_blocking_links_need_a_licence(project: RemoteProject) -> None:
    first, second = (project.issues.create({"title": title}) for title in "ab")
    with pytest.raises(exceptions.GitlabCreateError, match="valid value"):
        first.links.create(
            {
                "target_project_id": project.id,
                "target_issue_iid": second.iid,
                "link_type": "blocks",
            }
        )


def test_related_merge_requests_are_none(project: RemoteProject) -> None:
    assert project.issues.create({"title": "x"}).related_merge_requests() == []


def test_history_tells_labels_states_and_milestones(project: RemoteProject) -> None:
    milestone = project.milestones.create({"title": "2026.12"})
    issue = project.issues.create({"title": "x"})
    project.issues.update(
        issue.iid,
        {"add_labels": "a", "milestone_id": milestone.id, "state_event": "close"},
    )
    project.issues.update(
        issue.iid, {"remove_labels": "a", "milestone_id": 0, "state_event": "reopen"}
    )
    labels = issue.resourcelabelevents.list()
    assert [(one.action, one.label["name"]) for one in labels] == [
        ("add", "a"),
        ("remove", "a"),
    ]
    states = issue.resourcestateevents.list()
    assert [one.state for one in states] == ["closed", "reopened"]
    assert [one.action for one in issue.resourcemilestoneevents.list()] == [
        "add",
        "remove",
    ]


def test_time_is_estimated_spent_and_reset(project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x"})
    issue.time_estimate("1w 2d")
    issue.add_spent_time("3h30m")
    stats = project.issues.get(issue.iid).time_stats()
    assert stats["human_time_estimate"] == "1w 2d"
    assert stats["total_time_spent"] == 12_600
    issue.reset_time_estimate()
    issue.reset_spent_time()
    stats = project.issues.get(issue.iid).time_stats()
    assert stats["human_total_time_spent"] is None


def test_labels_are_created_renamed_and_deleted(project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x", "labels": "old"})
    label = project.labels.get("old")
    label.new_name = "new"
    label.save()
    assert project.issues.get(issue.iid).labels == ["new"]
    project.labels.delete("new")
    assert project.issues.get(issue.iid).labels == []


def test_label_twins_are_refused(project: RemoteProject) -> None:
    project.labels.create({"name": "a", "color": "#ff0000"})
    with pytest.raises(exceptions.GitlabCreateError, match="already exists") as refused:
        project.labels.create({"name": "a", "color": "#ff0000"})
    assert refused.value.response_code == 409


def test_milestones_are_created_found_closed_and_deleted(
    project: RemoteProject,
) -> None:
    milestone = project.milestones.create(
        {"title": "2026.12", "due_date": "2026-12-31", "start_date": "2026-12-01"}
    )
    assert project.milestones.list(title="2026.12")[0].id == milestone.id
    assert project.milestones.list(title="2027.01") == []
    milestone.state_event = "close"
    milestone.save()
    assert project.milestones.get(milestone.id).state == "closed"
    issue = project.issues.create({"title": "x", "milestone_id": milestone.id})
    assert [one.iid for one in milestone.issues()] == [issue.iid]
    milestone.delete()
    assert project.issues.get(issue.iid).milestone is None


def test_milestone_titles_are_unique(project: RemoteProject) -> None:
    project.milestones.create({"title": "2026.12"})
    with pytest.raises(exceptions.GitlabCreateError, match="already being used"):
        project.milestones.create({"title": "2026.12"})


def test_weight_is_premium(gitlab: GitLabSite, project: RemoteProject) -> None:
    issue = project.issues.create({"title": "x", "weight": 3})
    assert "weight" not in issue.attributes
    gitlab.switches.premium = True
    changed = project.issues.update(issue.iid, {"weight": 5})
    assert changed["weight"] == 5
