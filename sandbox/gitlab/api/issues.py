"""Issues: lists, one of them, and what a request may change."""

from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response

from sandbox.gitlab.api.limits import application_limit
from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call, no_content
from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.entities import (
    detailed_issue_entity,
    issue_entity,
    label_entity,
    time_entity,
)
from sandbox.gitlab.errors import bad_parameter, not_found
from sandbox.gitlab.finder import ISSUE_TYPES, KEYSET_ORDERS, find_issues, sort_key
from sandbox.gitlab.issues import delete_issue, move_issue, open_issue, update_issue
from sandbox.gitlab.pagination import (
    keyset_page,
    keyset_unavailable,
    refuse_far_offset,
    wants_keyset,
)
from sandbox.gitlab.records import (
    OWNER,
    PLANNER,
    REPORTER,
    Issue,
    Json,
    Milestone,
    Project,
    User,
)
from sandbox.gitlab.stamps import parse_duration

EDITABLE = (
    "assignee_id", "assignee_ids", "confidential", "created_at", "description",
    "discussion_locked", "due_date", "labels", "add_labels", "remove_labels",
    "milestone_id", "state_event", "title", "issue_type", "weight", "epic_id",
    "epic_iid", "updated_at",
)  # fmt: skip


def list_project_issues(call: Call) -> Response:
    return _listed(call, [call.project()])


def list_group_issues(call: Call) -> Response:
    path = call.group().full_path + "/"
    every = call.gitlab.projects.values()
    return _listed(
        call,
        [
            row
            for row in every
            if row.path_with_namespace.startswith(path)
            and call.gitlab.may_see(call.actor.user, row)
        ],
    )


def _listed(call: Call, projects: list[Project]) -> Response:
    rows = find_issues(call.gitlab, projects, call.params, call.actor)
    entity = _entity(call, projects)
    if wants_keyset(call.params):
        order = call.params.text("order_by") or "created_at"
        if not call.gitlab.switches.keyset:
            raise keyset_unavailable()
        if order in KEYSET_ORDERS:
            page, links = keyset_page(rows, call.params, call.address, sort_key(order))
            return call.answer([entity(row) for row in page], headers=links)
    if call.gitlab.switches.keyset:
        refuse_far_offset(call.params, call.gitlab.switches)
    return call.page(rows, entity)


def _entity(call: Call, projects: list[Project]) -> Callable[[Issue], Json]:
    details = call.params.flag("with_labels_details")
    project = projects[0] if projects else None

    def render(issue: Issue) -> Json:
        whole = issue_entity(call.gitlab, issue)
        if details:
            whole["labels"] = [label_entity(label, project) for label in issue.labels]
        return whole

    return render


def show_issue(call: Call) -> Response:
    return _one(call, call.issue())


def _one(call: Call, issue: Issue, status: int = 200) -> Response:
    body = detailed_issue_entity(call.gitlab, issue, call.actor.user)
    return call.answer(body, status)


def create_issue(call: Call) -> Response:
    project = call.project(level=10)
    call.params.require("title")
    application_limit(call, "issues_create", call.gitlab.switches.issues_per_minute)
    edit = _edit(call, project)
    issue = open_issue(
        call.gitlab, project, call.actor, edit, _back_dated(call, project)
    )
    return _one(call, issue, 201)


def _back_dated(call: Call, project: Project) -> datetime | None:
    """Only owners may say when an issue was created."""
    owner = call.gitlab.access_level(call.actor.user, project) >= OWNER
    return call.params.moment("created_at") if owner else None


def change_issue(call: Call) -> Response:
    issue = call.issue()
    if call.actor.user is not issue.author:
        call.demand(issue.project, PLANNER)
    call.params.require_one_of(*EDITABLE)
    update_issue(call.gitlab, issue, call.actor, _edit(call, issue.project))
    return _one(call, issue)


def remove_issue(call: Call) -> Response:
    issue = call.issue()
    call.demand(issue.project, OWNER)
    delete_issue(call.gitlab, issue)
    return no_content()


def relocate_issue(call: Call) -> Response:
    issue = call.issue()
    call.demand(issue.project, REPORTER)
    call.params.require("to_project_id")
    target = call.gitlab.find_project(str(call.params["to_project_id"]))
    if target is None or not call.gitlab.may_see(call.actor.user, target):
        raise not_found(what="Project")
    return _one(call, move_issue(call.gitlab, issue, target, call.actor), 201)


def _edit(call: Call, project: Project) -> IssueEdit:
    edit = IssueEdit()
    _read_text(call, edit)
    _read_labels(call, edit)
    _read_planning(call, edit, project)
    _read_flags(call, edit)
    return edit


def _read_text(call: Call, edit: IssueEdit) -> None:
    params = call.params
    if "title" in params:
        edit["title"] = params.text("title") or ""
    if "description" in params:
        edit["description"] = params.text("description")
    if "state_event" in params:
        edit["state_event"] = params.choice("state_event", ("close", "reopen"))
    if "issue_type" in params:
        edit["issue_type"] = params.choice("issue_type", ISSUE_TYPES)


def _read_labels(call: Call, edit: IssueEdit) -> None:
    if "labels" in call.params:
        edit["labels"] = call.params.names("labels")
    if "add_labels" in call.params:
        edit["add_labels"] = call.params.names("add_labels")
    if "remove_labels" in call.params:
        edit["remove_labels"] = call.params.names("remove_labels")


def _read_planning(call: Call, edit: IssueEdit, project: Project) -> None:
    params = call.params
    if "milestone_id" in params:
        edit["milestone"] = _milestone(call, project)
    if "assignee_ids" in params or "assignee_id" in params:
        edit["assignees"] = _assignees(call)
    if "due_date" in params:
        edit["due_on"] = params.day("due_date")
    if "weight" in params:
        edit["weight"] = params.integer("weight")


def _milestone(call: Call, project: Project) -> Milestone | None:
    """Nothing, an empty text and 0 take the milestone away."""
    wanted = call.params.integer("milestone_id")
    if not wanted:
        return None
    for milestone in call.gitlab.milestones_of(project):
        if milestone.id == wanted:
            return milestone
    raise not_found()


def _assignees(call: Call) -> list[User]:
    """Whoever may not see the project is left out without a word."""
    ids = call.params.integers("assignee_ids")
    ids += [one] if (one := call.params.integer("assignee_id")) else []
    found = [user for one in ids if (user := call.gitlab.users.get(one))]
    return [user for user in found if call.gitlab.may_see(user, call.project())]


def _read_flags(call: Call, edit: IssueEdit) -> None:
    if "confidential" in call.params:
        edit["confidential"] = call.params.flag("confidential")
    if "discussion_locked" in call.params:
        edit["discussion_locked"] = call.params.flag("discussion_locked")


def show_time(call: Call) -> Response:
    return call.answer(time_entity(call.issue()))


def _track(call: Call, edit: IssueEdit, status: int = 200) -> Response:
    issue = call.issue()
    call.demand(issue.project, PLANNER)
    update_issue(call.gitlab, issue, call.actor, edit)
    return call.answer(time_entity(issue), status)


def _duration(call: Call) -> int:
    call.params.require("duration")
    seconds = parse_duration(str(call.params["duration"]))
    if seconds is None:
        raise bad_parameter(name="duration")
    return seconds


def estimate_time(call: Call) -> Response:
    return _track(call, {"time_estimate": _duration(call)})


def spend_time(call: Call) -> Response:
    return _track(call, {"spend": _duration(call)}, 201)


def reset_estimate(call: Call) -> Response:
    return _track(call, {"time_estimate": 0})


def reset_spent(call: Call) -> Response:
    return _track(call, {"spend": -call.issue().time_spent})


def list_nothing(call: Call) -> Response:
    """Merge requests are not part of this stand-in."""
    call.issue()
    return call.page([], str)


ONE = "/projects/{id}/issues/{iid}"
ROUTES = (
    Spec("GET", "/projects/{id}/issues", list_project_issues),
    Spec("POST", "/projects/{id}/issues", create_issue),
    Spec("GET", "/groups/{id}/issues", list_group_issues),
    Spec("GET", ONE, show_issue),
    Spec("PUT", ONE, change_issue),
    Spec("DELETE", ONE, remove_issue),
    Spec("POST", f"{ONE}/move", relocate_issue),
    Spec("GET", f"{ONE}/time_stats", show_time),
    Spec("POST", f"{ONE}/time_estimate", estimate_time),
    Spec("POST", f"{ONE}/reset_time_estimate", reset_estimate),
    Spec("POST", f"{ONE}/add_spent_time", spend_time),
    Spec("POST", f"{ONE}/reset_spent_time", reset_spent),
    Spec("GET", f"{ONE}/related_merge_requests", list_nothing),
    Spec("GET", f"{ONE}/closed_by", list_nothing),
)
