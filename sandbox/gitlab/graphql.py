"""`/api/graphql`: queries over the rows, and the two mutations a mirror needs."""

from functools import cache
from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync

from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.errors import ApiError
from sandbox.gitlab.graphql_fields import write_fields
from sandbox.gitlab.graphql_schema import sdl_of
from sandbox.gitlab.graphql_views import (
    Viewer,
    find_visible_issue,
    gid_number,
    issue_view,
    namespace_view,
    note_view,
    project_view,
    user_view,
    work_item_view,
)
from sandbox.gitlab.issues import update_issue
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.params import Params
from sandbox.gitlab.records import PLANNER, STATUSES, Issue, Json, Project

SCHEMA_OF = cache(lambda version: build_schema(sdl_of(version)))
DENIED = (
    "The resource that you are attempting to access does not exist or you don't "
    "have permission to perform this action"
)


def run_graphql(viewer: Viewer, request: Json) -> Json:
    """Errors travel with status 200, beside whatever could be answered."""
    result = graphql_sync(
        SCHEMA_OF(viewer.gitlab.switches.version),
        str(request.get("query") or ""),
        root_value=_root(viewer),
        variable_values=request.get("variables") or {},
        operation_name=request.get("operationName"),
    )
    formatted = dict(result.formatted)
    if result.data is None:
        formatted["errors"] = [_in_gitlabs_words(one) for one in result.errors or ()]
    return formatted


_CODES = {
    "Cannot query field": "undefinedField",
    "Unknown type": "undefinedType",
    "Value ": "argumentLiteralsIncompatible",
}


def _in_gitlabs_words(error: GraphQLError) -> Json:
    """What a query asks in vain has a code there."""
    found = (code for begin, code in _CODES.items() if error.message.startswith(begin))
    code = next(found, None)
    return {**error.formatted, **({"extensions": {"code": code}} if code else {})}


def _root(viewer: Viewer) -> Json:
    version = viewer.gitlab.switches.version
    return {
        "currentUser": user_view(viewer, viewer.actor.user),
        "metadata": {"version": version, "enterprise": version.endswith("-ee")},
        "project": lambda _info, **args: _project(viewer, args["fullPath"]),
        "namespace": lambda _info, **args: _namespace(viewer, args["fullPath"]),
        "issue": lambda _info, **args: _issue(viewer, args["id"]),
        "workItem": lambda _info, **args: _work_item(viewer, args["id"]),
        "workItemUpdate": lambda _info, **args: _update(viewer, args["input"]),
        "createNote": lambda _info, **args: _create_note(viewer, args["input"]),
    }


def _find_project(viewer: Viewer, full_path: str) -> Project | None:
    """Out of reach is null here, not an error."""
    project = viewer.gitlab.find_project(full_path)
    known = project and viewer.gitlab.may_see(viewer.actor.user, project)
    return project if known else None


def _project(viewer: Viewer, full_path: str) -> Json | None:
    project = _find_project(viewer, full_path)
    return project_view(viewer, project) if project else None


def _namespace(viewer: Viewer, full_path: str) -> Json | None:
    project = _find_project(viewer, full_path)
    return namespace_view(viewer, project) if project else None


def _issue(viewer: Viewer, global_id: object) -> Json | None:
    issue = find_visible_issue(viewer, global_id)
    return issue_view(viewer, issue) if issue else None


def _work_item(viewer: Viewer, global_id: object) -> Json | None:
    issue = find_visible_issue(viewer, global_id)
    return work_item_view(viewer, issue) if issue else None


def _writable(viewer: Viewer, global_id: object) -> Issue:
    issue = find_visible_issue(viewer, global_id)
    if issue is None:
        raise GraphQLError(DENIED)
    if viewer.gitlab.access_level(viewer.actor.user, issue.project) < PLANNER:
        raise GraphQLError(DENIED)
    return issue


def _update(viewer: Viewer, given: Json) -> Json:
    issue = _writable(viewer, given["id"])
    answer: Json = {"errors": [], "clientMutationId": given.get("clientMutationId")}
    try:
        update_issue(viewer.gitlab, issue, viewer.actor, _edit(viewer, issue, given))
        _set_parent(viewer, issue, given)
        fields = given.get("customFieldsWidget") or ()
        if write_fields(issue, viewer.gitlab.custom_fields, fields):
            issue.updated_at = viewer.gitlab.now()
    except ApiError as error:
        return {**answer, "errors": [str(error.body)], "workItem": None}
    return {**answer, "workItem": work_item_view(viewer, issue)}


def _edit(viewer: Viewer, issue: Issue, given: Json) -> IssueEdit:
    edit = IssueEdit()
    if "title" in given:
        edit["title"] = given["title"]
    if "confidential" in given:
        edit["confidential"] = given["confidential"]
    if "stateEvent" in given:
        edit["state_event"] = given["stateEvent"].lower()
    if "descriptionWidget" in given:
        edit["description"] = given["descriptionWidget"]["description"]
    _read_planning_widgets(viewer, issue, given, edit)
    _read_label_widget(viewer, issue, given, edit)
    _read_status_widget(viewer, given, edit)
    return edit


def _read_planning_widgets(
    viewer: Viewer, issue: Issue, given: Json, edit: IssueEdit
) -> None:
    if "milestoneWidget" in given:
        wanted = gid_number(given["milestoneWidget"].get("milestoneId"))
        rows = viewer.gitlab.milestones_of(issue.project)
        edit["milestone"] = next((row for row in rows if row.id == wanted), None)
    if "assigneesWidget" in given:
        ids = [gid_number(one) for one in given["assigneesWidget"]["assigneeIds"]]
        users = viewer.gitlab.users
        edit["assignees"] = [users[one] for one in ids if one in users]
    if "startAndDueDateWidget" in given:
        dates = Params(given["startAndDueDateWidget"])
        edit["due_on"] = dates.day("dueDate")


def _read_label_widget(
    viewer: Viewer, issue: Issue, given: Json, edit: IssueEdit
) -> None:
    widget = given.get("labelsWidget") or {}
    names = {row.id: row.name for row in viewer.gitlab.labels_of(issue.project)}
    for verb in ("add", "remove"):
        ids = [gid_number(one) for one in widget.get(f"{verb}LabelIds") or []]
        known = [names[one] for one in ids if one in names]
        if known and verb == "add":
            edit["add_labels"] = known
        elif known:
            edit["remove_labels"] = known


def _read_status_widget(viewer: Viewer, given: Json, edit: IssueEdit) -> None:
    """A done or cancelled status closes the item, any other opens it."""
    if "statusWidget" not in given:
        return
    wanted = gid_number(given["statusWidget"].get("status"))
    status = next((row for row in STATUSES if row.id == wanted), None)
    if status is None or not viewer.gitlab.switches.premium:
        raise GraphQLError(DENIED)
    edit["status"] = status
    closing = status.category in {"done", "canceled"}
    edit["state_event"] = "close" if closing else "reopen"


def _set_parent(viewer: Viewer, issue: Issue, given: Json) -> None:
    if "hierarchyWidget" in given:
        parent = given["hierarchyWidget"].get("parentId")
        issue.parent = find_visible_issue(viewer, parent) if parent else None


def _create_note(viewer: Viewer, given: Json) -> Json:
    issue = find_visible_issue(viewer, given["noteableId"])
    if issue is None:
        raise GraphQLError(DENIED)
    comment = Comment(given["body"], bool(given.get("internal")))
    answer: Json = {"errors": [], "clientMutationId": given.get("clientMutationId")}
    try:
        note, reading = write_note(viewer.gitlab, issue, viewer.actor, comment)
    except ApiError as error:
        return {**answer, "errors": [str(error.body)], "note": None}
    messages: dict[str, Any] = {"messages": reading.summary, "errorMessages": []}
    view = note_view(viewer, note) if note else None
    return {**answer, "note": view, "quickActionsStatus": messages}
