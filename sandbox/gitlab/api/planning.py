"""Labels and milestones of projects and groups."""

from starlette.responses import Response

from sandbox.gitlab.announce import announce_milestone
from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call, no_content
from sandbox.gitlab.entities import (
    issue_entity,
    label_counts,
    label_entity,
    milestone_entity,
)
from sandbox.gitlab.errors import not_found, refused, unprocessable
from sandbox.gitlab.records import REPORTER, Issue, Json, Label, Milestone, Project

MILESTONE_TITLE_TAKEN = "already being used for another group or project milestone."


def list_labels(call: Call) -> Response:
    project = call.project()
    rows = sorted(call.gitlab.labels_of(project), key=lambda row: row.name.casefold())
    search = (call.params.text("search") or "").casefold()
    found = [row for row in rows if search in row.name.casefold()]
    return call.page(found, lambda row: _label(call, project, row))


def _label(call: Call, project: Project, label: Label) -> Json:
    counts = label_counts(project, label) if call.params.flag("with_counts") else {}
    return {**label_entity(label, project), **counts}


def list_group_labels(call: Call) -> Response:
    return call.page(call.group().labels, label_entity)


def _find_label(call: Call, project: Project) -> Label:
    key = call.path.get("label") or str(call.params.get("name", ""))
    for label in call.gitlab.labels_of(project):
        if key in {label.name, str(label.id)}:
            return label
    raise not_found(what="Label")


def show_label(call: Call) -> Response:
    project = call.project()
    return call.answer(_label(call, project, _find_label(call, project)))


def create_label(call: Call) -> Response:
    project = call.project(REPORTER)
    call.params.require("name", "color")
    name, color = str(call.params["name"]), str(call.params["color"])
    _check_label_name(call, project, name)
    label = call.gitlab.add_label(project, name, color)
    label.description = call.params.text("description")
    label.priority = call.params.integer("priority")
    return call.answer(_label(call, project, label), 201)


def _check_label_name(call: Call, project: Project, name: str) -> None:
    if not name.strip():
        raise unprocessable(title=["can't be blank", "is invalid"])
    if call.gitlab.find_label(project, name):
        raise refused(409, message="Label already exists")


def change_label(call: Call) -> Response:
    """Renaming tells no hook and touches no issue."""
    project = call.project(REPORTER)
    label, params = _find_label(call, project), call.params
    params.require_one_of("new_name", "color", "description", "priority")
    label.name = params.text("new_name") or label.name
    label.color = params.text("color") or label.color
    label.description = params.text("description", label.description)
    label.priority = params.integer("priority", label.priority)
    label.updated_at = call.gitlab.now()
    return call.answer(_label(call, project, label))


def remove_label(call: Call) -> Response:
    project = call.project(REPORTER)
    label = _find_label(call, project)
    if label not in project.labels:
        raise not_found(what="Label")
    project.labels.remove(label)
    for issue in project.issues.values():
        issue.labels = [row for row in issue.labels if row is not label]
    return no_content()


def list_milestones(call: Call) -> Response:
    project, params = call.project(), call.params
    ancestors = params.flag("include_ancestors") or params.flag(
        "include_parent_milestones"
    )
    rows = call.gitlab.milestones_of(project) if ancestors else project.milestones
    return _milestones(call, rows)


def list_group_milestones(call: Call) -> Response:
    return _milestones(call, call.group().milestones)


def _milestones(call: Call, rows: list[Milestone]) -> Response:
    params = call.params
    state = params.choice("state", ("active", "closed", "all"), "all")
    title, iids = params.text("title"), params.integers("iids")
    search = (params.text("search") or "").casefold()
    found = [
        row
        for row in rows
        if state in {"all", row.state}
        and title in {None, row.title}
        and (not iids or row.iid in iids)
        and search in row.title.casefold()
    ]
    return call.page(found[::-1], lambda row: milestone_entity(call.gitlab, row))


def _find_milestone(call: Call, project: Project) -> Milestone:
    wanted = call.number("milestone_id")
    for milestone in project.milestones:
        if milestone.id == wanted:
            return milestone
    raise not_found()


def show_milestone(call: Call) -> Response:
    milestone = _find_milestone(call, call.project())
    return call.answer(milestone_entity(call.gitlab, milestone))


def create_milestone(call: Call) -> Response:
    project = call.project(REPORTER)
    call.params.require("title")
    title = str(call.params["title"])
    _check_milestone_title(call, project, title)
    milestone = call.gitlab.add_milestone(project, title)
    _set_milestone(call, milestone)
    announce_milestone(call.gitlab, project, milestone, call.actor, "create")
    return call.answer(milestone_entity(call.gitlab, milestone), 201)


def _check_milestone_title(call: Call, project: Project, title: str) -> None:
    if not title.strip():
        raise unprocessable(title=["can't be blank"])
    if any(row.title == title for row in call.gitlab.milestones_of(project)):
        raise unprocessable(title=[MILESTONE_TITLE_TAKEN])


def _set_milestone(call: Call, milestone: Milestone) -> None:
    params = call.params
    milestone.description = params.text("description", milestone.description) or ""
    if "due_date" in params:
        milestone.due_on = params.day("due_date")
    if "start_date" in params:
        milestone.start_on = params.day("start_date")


def change_milestone(call: Call) -> Response:
    project = call.project(REPORTER)
    milestone, params = _find_milestone(call, project), call.params
    params.require_one_of(
        "title", "description", "start_date", "due_date", "state_event"
    )
    event = params.choice("state_event", ("close", "activate"))
    title = params.text("title") or milestone.title
    if title != milestone.title:
        _check_milestone_title(call, project, title)
    milestone.title, milestone.updated_at = title, call.gitlab.now()
    _set_milestone(call, milestone)
    states = {"close": "closed", "activate": "active"}
    milestone.state = states.get(event, milestone.state)
    action = {"close": "close", "activate": "reopen"}.get(event)
    if action:
        announce_milestone(call.gitlab, project, milestone, call.actor, action)
    return call.answer(milestone_entity(call.gitlab, milestone))


def remove_milestone(call: Call) -> Response:
    project = call.project(REPORTER)
    milestone = _find_milestone(call, project)
    project.milestones.remove(milestone)
    for issue in _issues_of(project, milestone):
        issue.milestone = None
    return no_content()


def _issues_of(project: Project, milestone: Milestone) -> list[Issue]:
    return [row for row in project.issues.values() if row.milestone is milestone]


def list_milestone_issues(call: Call) -> Response:
    project = call.project()
    rows = _issues_of(project, _find_milestone(call, project))
    return call.page(rows, lambda row: issue_entity(call.gitlab, row))


def list_milestone_merge_requests(call: Call) -> Response:
    _find_milestone(call, call.project())
    return call.page([], str)


LABEL, MILESTONE = "/projects/{id}/labels", "/projects/{id}/milestones"
ROUTES = (
    Spec("GET", LABEL, list_labels),
    Spec("POST", LABEL, create_label),
    Spec("GET", f"{LABEL}/{{label}}", show_label),
    Spec("PUT", f"{LABEL}/{{label}}", change_label),
    Spec("DELETE", f"{LABEL}/{{label}}", remove_label),
    # The older form, with the name as a parameter, is what `save()` still uses.
    Spec("PUT", LABEL, change_label),
    Spec("DELETE", LABEL, remove_label),
    Spec("GET", "/groups/{id}/labels", list_group_labels),
    Spec("GET", MILESTONE, list_milestones),
    Spec("POST", MILESTONE, create_milestone),
    Spec("GET", f"{MILESTONE}/{{milestone_id}}", show_milestone),
    Spec("PUT", f"{MILESTONE}/{{milestone_id}}", change_milestone),
    Spec("DELETE", f"{MILESTONE}/{{milestone_id}}", remove_milestone),
    Spec("GET", f"{MILESTONE}/{{milestone_id}}/issues", list_milestone_issues),
    Spec(
        "GET",
        f"{MILESTONE}/{{milestone_id}}/merge_requests",
        list_milestone_merge_requests,
    ),
    Spec("GET", "/groups/{id}/milestones", list_group_milestones),
)
