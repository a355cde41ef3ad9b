"""What can happen to an issue; every path (API, GraphQL, page) ends here."""

from datetime import datetime

from sandbox.gitlab.announce import announce_issue
from sandbox.gitlab.edits import IssueEdit, combine
from sandbox.gitlab.errors import refused, unprocessable
from sandbox.gitlab.history import (
    note_change,
    record_labels,
    record_milestone,
    record_state,
)
from sandbox.gitlab.hook_bodies import told_state
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.quick_actions import read_quick_actions
from sandbox.gitlab.records import (
    DONE,
    TO_DO,
    Actor,
    Issue,
    Label,
    Project,
    Status,
    Timelog,
)

LONGEST_TITLE = 255


def open_issue(
    gitlab: GitLab,
    project: Project,
    actor: Actor,
    edit: IssueEdit,
    created_at: datetime | None = None,
) -> Issue:
    edit = _with_description_actions(gitlab, project, actor, edit)
    _check_title(edit.get("title", ""))
    moment = created_at or gitlab.now()
    issue = Issue(
        gitlab.deal_id(), project.deal_iid(), project, edit["title"], actor.user,
        moment, moment,
    )  # fmt: skip
    project.issues[issue.iid] = issue
    _apply(gitlab, issue, actor, edit, silent=True)
    announce_issue(gitlab, issue, actor, "open", {})
    if edit.get("state_event") == "close":
        _change_state(gitlab, issue, actor, "close")
    return issue


def update_issue(gitlab: GitLab, issue: Issue, actor: Actor, edit: IssueEdit) -> None:
    """A state event is a change of its own, before everything else in the request."""
    edit = _with_description_actions(gitlab, issue.project, actor, edit)
    if "title" in edit:
        _check_title(edit["title"])
    if edit.get("state_event"):
        _change_state(gitlab, issue, actor, edit["state_event"], edit.get("status"))
    before = told_state(gitlab, issue)
    _apply(gitlab, issue, actor, edit)
    if told_state(gitlab, issue) != before:
        _touch(gitlab, issue, actor)
        announce_issue(gitlab, issue, actor, "update", before)


def delete_issue(gitlab: GitLab, issue: Issue) -> None:
    """Nobody is told: GitLab has no webhook for deletions.

    What had moved here forgets where it went, and is not touched otherwise
    (``fk_a194299be1`` in GitLab's db/structure.sql: ON DELETE SET NULL).
    """
    del issue.project.issues[issue.iid]
    for project in gitlab.projects.values():
        for other in project.issues.values():
            if other.moved_to is issue:
                other.moved_to = None


def move_issue(gitlab: GitLab, issue: Issue, target: Project, actor: Actor) -> Issue:
    if target is issue.project:
        raise refused(400, "Cannot move issue to project it originates from!")
    if issue.moved_to:
        raise refused(400, "Cannot move issue due to insufficient permissions!")
    twin = _copy(gitlab, issue, target, actor)
    announce_issue(gitlab, twin, actor, "open", {})
    before = told_state(gitlab, issue)
    issue.moved_to = twin
    gitlab.write_system_note(issue, actor.user, f"moved to {reference(twin)}")
    if issue.state == "opened":
        _close(gitlab, issue, actor)
    _touch(gitlab, issue, actor)
    announce_issue(gitlab, issue, actor, "close", before)
    return twin


def reference(issue: Issue) -> str:
    return f"{issue.project.path_with_namespace}#{issue.iid}"


def set_labels(
    gitlab: GitLab, issue: Issue, actor: Actor, names: list[str], gone: list[str]
) -> None:
    """Removal wins over addition, unknown names become labels of the project."""
    wanted = [_ensure_label(gitlab, issue.project, name) for name in names]
    kept = [row for row in dict.fromkeys(wanted) if row.name not in gone]
    if gitlab.switches.premium:
        kept = _last_of_each_scope(kept)
    record_labels(gitlab, issue, actor, issue.labels, kept)
    issue.labels = sorted(kept, key=lambda row: row.name.casefold())


def _ensure_label(gitlab: GitLab, project: Project, name: str) -> Label:
    return gitlab.find_label(project, name) or gitlab.add_label(project, name)


def _last_of_each_scope(labels: list[Label]) -> list[Label]:
    """key::value excludes its siblings on Premium; the newest one stays."""
    newest = {_scope(label): label for label in labels}
    return [label for label in labels if newest[_scope(label)] is label]


def _scope(label: Label) -> str:
    scope, mark, _ = label.name.rpartition("::")
    return scope if mark else f"\0{label.name}"


def _check_title(title: str) -> None:
    if not title.strip():
        raise unprocessable(title=["can't be blank"])
    if len(title) > LONGEST_TITLE:
        raise unprocessable(title=["is too long (maximum is 255 characters)"])


def _with_description_actions(
    gitlab: GitLab, project: Project, actor: Actor, edit: IssueEdit
) -> IssueEdit:
    text = edit.get("description")
    if not text:
        return edit
    reading = read_quick_actions(gitlab, project, actor, text)
    cleaned: IssueEdit = {**edit, "description": reading.text}
    return combine(cleaned, reading.edit)


def _change_state(
    gitlab: GitLab, issue: Issue, actor: Actor, event: str, status: Status | None = None
) -> None:
    before = told_state(gitlab, issue)
    if event == "close" and issue.state == "opened":
        _close(gitlab, issue, actor)
    elif event == "reopen" and issue.state == "closed":
        _reopen(gitlab, issue, actor)
    else:
        return
    issue.status = status or issue.status
    _touch(gitlab, issue, actor)
    is_task = issue.issue_type == "task"
    action = "update" if is_task else event
    announce_issue(gitlab, issue, actor, action, before)


def _close(gitlab: GitLab, issue: Issue, actor: Actor) -> None:
    issue.state, issue.closed_at = "closed", gitlab.now()
    issue.closed_by, issue.status = actor.user, DONE
    record_state(gitlab, issue, actor, "closed")


def _reopen(gitlab: GitLab, issue: Issue, actor: Actor) -> None:
    issue.state, issue.closed_at, issue.closed_by = "opened", None, None
    issue.status = TO_DO
    record_state(gitlab, issue, actor, "reopened")


def _touch(gitlab: GitLab, issue: Issue, actor: Actor) -> None:
    issue.updated_at, issue.updated_by = gitlab.now(), actor.user


def _apply(
    gitlab: GitLab, issue: Issue, actor: Actor, edit: IssueEdit, *, silent: bool = False
) -> None:
    """A new issue gets its values without system notes about them."""
    if not silent:
        for sentence in note_change(issue, edit):
            gitlab.write_system_note(issue, actor.user, sentence)
    _apply_text(gitlab, issue, actor, edit, silent=silent)
    _apply_labels(gitlab, issue, actor, edit)
    _apply_planning(gitlab, issue, actor, edit)
    _apply_rest(issue, edit)
    if edit.get("spend"):
        log = Timelog(gitlab.deal_id(), actor.user, edit["spend"], gitlab.now())
        issue.timelogs.append(log)


def _apply_text(
    gitlab: GitLab, issue: Issue, actor: Actor, edit: IssueEdit, *, silent: bool
) -> None:
    old = issue.title, issue.description
    issue.title = edit.get("title", issue.title)
    issue.description = edit.get("description", issue.description)
    if not silent and (issue.title, issue.description) != old:
        issue.last_edited_at, issue.last_edited_by = gitlab.now(), actor.user


def _apply_labels(gitlab: GitLab, issue: Issue, actor: Actor, edit: IssueEdit) -> None:
    if edit.keys() & {"labels", "add_labels", "remove_labels"}:
        start = edit.get("labels", [label.name for label in issue.labels])
        names = start + edit.get("add_labels", [])
        set_labels(gitlab, issue, actor, names, edit.get("remove_labels", []))


def _apply_planning(
    gitlab: GitLab, issue: Issue, actor: Actor, edit: IssueEdit
) -> None:
    if "milestone" in edit and edit["milestone"] is not issue.milestone:
        record_milestone(gitlab, issue, actor, edit["milestone"])
        issue.milestone = edit["milestone"]
    issue.due_on = edit.get("due_on", issue.due_on)
    if "assignees" in edit:
        issue.assignees = edit["assignees"][: None if gitlab.switches.premium else 1]
    if gitlab.switches.premium:
        issue.weight = edit.get("weight", issue.weight)
        issue.status = edit.get("status", issue.status)


def _apply_rest(issue: Issue, edit: IssueEdit) -> None:
    issue.confidential = edit.get("confidential", issue.confidential)
    issue.discussion_locked = edit.get("discussion_locked", issue.discussion_locked)
    issue.issue_type = edit.get("issue_type", issue.issue_type)
    issue.time_estimate = edit.get("time_estimate", issue.time_estimate)
    issue.time_spent = max(0, issue.time_spent + edit.get("spend", 0))


def _copy(gitlab: GitLab, issue: Issue, target: Project, actor: Actor) -> Issue:
    """Labels and milestone come along only where the target has their names."""
    moment = gitlab.now()
    twin = Issue(
        gitlab.deal_id(), target.deal_iid(), target, issue.title, issue.author,
        moment, moment, issue.description, issue_type=issue.issue_type,
        assignees=list(issue.assignees), due_on=issue.due_on, weight=issue.weight,
        confidential=issue.confidential,
    )  # fmt: skip
    found = (gitlab.find_label(target, label.name) for label in issue.labels)
    twin.labels = [label for label in found if label]
    titles = {row.title: row for row in gitlab.milestones_of(target)}
    twin.milestone = titles.get(issue.milestone.title) if issue.milestone else None
    target.issues[twin.iid] = twin
    for note in issue.notes:
        gitlab.copy_note(note, twin)
    gitlab.write_system_note(twin, actor.user, f"moved from {reference(issue)}")
    return twin
