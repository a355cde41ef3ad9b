"""Commands in text act, from the API as from the browser."""

import pytest

from sandbox.gitlab.issues import set_labels
from sandbox.gitlab.records import Actor
from tests.sandbox.gitlab_site import GitLabSite


def send(gitlab: GitLabSite, body: str) -> tuple[int, dict[str, object]]:
    with gitlab.http() as http:
        answer = http.post(f"{gitlab.issues_path}/1/notes", json={"body": body})
    return answer.status_code, answer.json()


def test_note_of_commands_alone_is_accepted_and_not_stored(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    status, body = send(gitlab, "/close")
    assert status == 202
    assert body == {
        "commands_changes": {"state_event": "close"},
        "summary": ["Closed this issue."],
    }
    assert issue.state == "closed"
    assert issue.user_notes == []


def test_commands_leave_the_text_around_them(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    store, actor = gitlab.tracker.store, Actor(gitlab.client)
    set_labels(store, issue, actor, ["old", "quick win"], ["quick win"])
    status, body = send(
        gitlab, 'Done.\n/label ~"quick win"\n/unlabel ~old\n/title New name\nThanks.'
    )
    assert status == 201
    assert body["body"] == "Done.\nThanks."
    assert [label.name for label in issue.labels] == ["quick win"]
    assert issue.title == "New name"


@pytest.mark.parametrize(
    "body",
    [
        "/nonsense",
        "\\/close",
        "see /close",
        "```\n/close\n```",
        "> /close",
        "\u200b/close",
    ],
)
def test_what_is_no_command_is_text(gitlab: GitLabSite, body: str) -> None:
    issue = gitlab.write()
    status, _ = send(gitlab, body)
    assert (status, issue.state) == (201, "opened")
    assert issue.user_notes[0].body == body


def test_assign_due_milestone_estimate_and_spend(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    gitlab.remote().milestones.create({"title": "2026.12"})
    lines = (
        "/assign @wang.li", "/due 2026-12-24", '/milestone %"2026.12"',
        "/estimate 2h", "/spend 30m", "/confidential",
    )  # fmt: skip
    assert send(gitlab, "\n".join(lines))[0] == 202
    assert issue.assignees == [gitlab.client]
    assert str(issue.due_on) == "2026-12-24"
    assert issue.milestone is not None
    assert issue.milestone.title == "2026.12"
    assert (issue.time_estimate, issue.time_spent) == (7200, 1800)
    assert issue.confidential
    send(gitlab, "/unassign\n/remove_due_date\n/remove_milestone\n/reopen")
    again = gitlab.remote().issues.get(1)
    assert (again.assignees, again.due_date, again.milestone) == ([], None, None)


def test_commands_in_descriptions_run_too(gitlab: GitLabSite) -> None:
    made = gitlab.remote().issues.create(
        {"title": "x", "description": "Text\n/close\n/title y"}
    )
    assert (made.state, made.title, made.description) == ("closed", "y", "Text")


def test_a_command_can_move_the_issue_away(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    send(gitlab, "/move acme/erp/archive")
    assert issue.moved_to is gitlab.other.issues[1]


def test_edit_down_to_commands_deletes_the_note(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    note_id = send(gitlab, "text")[1]["id"]
    with gitlab.http() as http:
        path = f"{gitlab.issues_path}/1/notes/{note_id}"
        assert http.put(path, json={"body": "/close"}).status_code == 202
    assert (issue.user_notes, issue.state) == ([], "closed")
