"""Rows as GraphQL sees them: dictionaries whose expensive parts are functions."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sandbox.gitlab.finder import (
    ISSUE_TYPES,
    find_issues,
    sort_key,
    visible,
)
from sandbox.gitlab.graphql_fields import fields_widget
from sandbox.gitlab.graphql_types import gid, status_view, type_view, types_view
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.params import Params
from sandbox.gitlab.records import (
    STATUSES,
    Actor,
    Issue,
    Json,
    Label,
    Link,
    Milestone,
    Note,
    Project,
    User,
)
from sandbox.gitlab.stamps import iso
from sandbox.gitlab.urls import issue_url, note_url, project_url, user_url

Row = TypeVar("Row")
MAX_PAGE = 100


@dataclass(frozen=True)
class Viewer:
    gitlab: GitLab
    actor: Actor


def gid_number(text: object) -> int:
    tail = str(text).rpartition("/")[2]
    return int(tail) if tail.isdecimal() else 0


def user_view(viewer: Viewer, user: User) -> Json:
    return {
        "id": gid("User", user.id),
        "username": user.username,
        "name": user.name,
        "webUrl": user_url(viewer.gitlab, user),
        "bot": user.bot,
        "state": "active",
    }


def label_view(label: Label) -> Json:
    kind = "GroupLabel" if label.group_id else "ProjectLabel"
    return {
        "id": gid(kind, label.id),
        "title": label.name,
        "color": label.color,
        "description": label.description,
    }


def milestone_view(milestone: Milestone | None) -> Json | None:
    if milestone is None:
        return None
    return {
        "id": gid("Milestone", milestone.id),
        "iid": str(milestone.iid),
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "dueDate": _day(milestone.due_on),
        "startDate": _day(milestone.start_on),
        "webPath": f"/-/milestones/{milestone.iid}",
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def note_view(viewer: Viewer, note: Note) -> Json:
    return {
        "id": gid("Note", note.id),
        "body": note.body,
        "system": note.system,
        "internal": note.internal,
        "author": user_view(viewer, note.author),
        "createdAt": iso(note.created_at),
        "updatedAt": iso(note.updated_at),
        "url": note_url(viewer.gitlab, note),
    }


def plain_list(rows: Sequence[Json]) -> Json:
    return {"nodes": rows, "count": len(rows)}


def connection(
    rows: Sequence[Row],
    view: Callable[[Row], Json],
    mark: Callable[[Row], Any],
    args: dict[str, Any],
) -> Json:
    """`mark` tells a row's place; the cursor is its base64, like GitLab's."""
    cursors = [_cursor(mark(row)) for row in rows]
    after = args.get("after")
    start = cursors.index(after) + 1 if after in cursors else 0
    size = min(args.get("first") or MAX_PAGE, MAX_PAGE)
    page = rows[start : start + size]
    info = {
        "hasNextPage": start + size < len(rows),
        "hasPreviousPage": start > 0,
        "startCursor": cursors[start] if page else None,
        "endCursor": cursors[start + len(page) - 1] if page else None,
    }
    return {"nodes": [view(row) for row in page], "pageInfo": info, "count": len(rows)}


def _cursor(mark: Any) -> str:
    text = json.dumps({"id": str(mark)}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def notes_view(viewer: Viewer, issue: Issue, args: dict[str, Any]) -> Json:
    rows = _notes(issue, args.get("filter") or "ALL_NOTES")
    return connection(
        rows, lambda row: note_view(viewer, row), lambda row: row.id, args
    )


def _notes(issue: Issue, wanted: str) -> list[Note]:
    system = {"ALL_NOTES": {True, False}, "ONLY_COMMENTS": {False}}.get(wanted, {True})
    return [note for note in issue.notes if note.system in system]


def discussions_view(viewer: Viewer, issue: Issue, args: dict[str, Any]) -> Json:
    threads: dict[str, list[Note]] = {}
    for note in _notes(issue, args.get("filter") or "ALL_NOTES"):
        threads.setdefault(note.discussion_id, []).append(note)

    def view(thread: list[Note]) -> Json:
        notes = connection(
            thread, lambda row: note_view(viewer, row), lambda row: row.id, {}
        )
        return {
            "id": f"gid://gitlab/Discussion/{thread[0].discussion_id}",
            "notes": notes,
        }

    return connection(list(threads.values()), view, lambda row: row[0].id, args)


def shared_view(viewer: Viewer, issue: Issue) -> Json:
    return {
        "title": issue.title,
        "description": issue.description,
        "confidential": issue.confidential,
        "webUrl": issue_url(viewer.gitlab, issue),
        "reference": f"#{issue.iid}",
        "createdAt": iso(issue.created_at),
        "updatedAt": iso(issue.updated_at),
        "closedAt": _moment(issue.closed_at),
        "author": user_view(viewer, issue.author),
        "iid": str(issue.iid),
    }


def people_view(viewer: Viewer, issue: Issue) -> Json:
    return plain_list([user_view(viewer, user) for user in issue.assignees])


def labels_view(issue: Issue) -> Json:
    return plain_list([label_view(label) for label in issue.labels])


def status_of(viewer: Viewer, issue: Issue) -> Json | None:
    """Statuses belong to Premium."""
    return status_view(issue.status) if viewer.gitlab.switches.premium else None


def issue_view(viewer: Viewer, issue: Issue) -> Json:
    return {
        **shared_view(viewer, issue),
        "id": gid("Issue", issue.id),
        "state": issue.state,
        "type": issue.issue_type.upper(),
        "dueDate": _day(issue.due_on),
        "assignees": people_view(viewer, issue),
        "labels": labels_view(issue),
        "milestone": milestone_view(issue.milestone),
        "weight": issue.weight,
        "userNotesCount": len(issue.user_notes),
        "movedTo": lambda _info: _moved(viewer, issue),
        "timeEstimate": issue.time_estimate,
        "totalTimeSpent": issue.time_spent,
        "status": status_of(viewer, issue),
        "notes": lambda _info, **args: notes_view(viewer, issue, args),
    }


def _moved(viewer: Viewer, issue: Issue) -> Json | None:
    return issue_view(viewer, issue.moved_to) if issue.moved_to else None


def work_item_view(viewer: Viewer, issue: Issue) -> Json:
    moved = issue.moved_to
    return {
        **shared_view(viewer, issue),
        "id": gid("WorkItem", issue.id),
        "state": "OPEN" if issue.state == "opened" else "CLOSED",
        "archived": issue.project.archived,
        "workItemType": type_view(issue, premium=viewer.gitlab.switches.premium),
        "namespace": lambda _info: namespace_view(viewer, issue.project),
        "project": lambda _info: project_view(viewer, issue.project),
        "userDiscussionsCount": len(issue.user_notes),
        "movedToWorkItemUrl": issue_url(viewer.gitlab, moved) if moved else None,
        "widgets": lambda _info, **args: widgets_view(viewer, issue, args),
    }


def namespace_view(viewer: Viewer, project: Project) -> Json:
    premium = viewer.gitlab.switches.premium
    return {
        "id": gid("Namespaces::ProjectNamespace", project.id),
        "fullPath": project.path_with_namespace,
        "name": project.name,
        "statuses": {"nodes": [status_view(status) for status in STATUSES]},
        "workItemTypes": lambda _info, **args: types_view(args, premium=premium),
    }


def project_view(viewer: Viewer, project: Project) -> Json:
    return {
        "id": gid("Project", project.id),
        "name": project.name,
        "path": project.path,
        "fullPath": project.path_with_namespace,
        "webUrl": project_url(viewer.gitlab, project),
        "archived": project.archived,
        "issues": lambda _info, **args: _rows(viewer, project, args, issue_view),
        "workItems": lambda _info, **args: _rows(viewer, project, args, work_item_view),
        "labels": lambda _info, **args: _project_labels(viewer, project, args),
    }


def _project_labels(viewer: Viewer, project: Project, args: dict[str, Any]) -> Json:
    term = str(args.get("searchTerm") or "")
    rows = viewer.gitlab.labels_of(project)
    return plain_list([label_view(row) for row in rows if term in row.name])


def _rows(
    viewer: Viewer,
    project: Project,
    args: dict[str, Any],
    view: Callable[[Viewer, Issue], Json],
) -> Json:
    params = _finder_params(args)
    rows = find_issues(viewer.gitlab, [project], params, viewer.actor)
    types = {name.lower() for name in args.get("types") or ISSUE_TYPES}
    rows = [row for row in rows if row.issue_type in types]
    key = sort_key(params["order_by"])
    return connection(rows, lambda row: view(viewer, row), key, args)


def _finder_params(args: dict[str, Any]) -> Params:
    """The same finder answers REST and GraphQL, under other names."""
    order, _, direction = (
        str(args.get("sort") or "CREATED_DESC").lower().rpartition("_")
    )
    order_by = order if order == "title" else f"{order}_at"
    iids = list(args.get("iids") or []) + ([args["iid"]] if args.get("iid") else [])
    given = {
        "order_by": order_by,
        "sort": direction,
        "state": args.get("state"),
        "updated_after": args.get("updatedAfter"),
        "updated_before": args.get("updatedBefore"),
        "labels": args.get("labelName"),
        "search": args.get("search"),
        "iids": iids,
    }
    return Params({name: value for name, value in given.items() if value})


def widgets_view(viewer: Viewer, issue: Issue, args: dict[str, Any]) -> list[Json]:
    wanted = args.get("onlyTypes")
    every = {
        "ASSIGNEES": {"assignees": people_view(viewer, issue)},
        "DESCRIPTION": _description_widget(issue),
        "HIERARCHY": _hierarchy_widget(viewer, issue),
        "LABELS": _labels_widget(viewer, issue),
        "LINKED_ITEMS": _links_widget(viewer, issue),
        "MILESTONE": {"milestone": milestone_view(issue.milestone)},
        "NOTES": _notes_widget(viewer, issue),
        "START_AND_DUE_DATE": {"startDate": None, "dueDate": _day(issue.due_on)},
        "TIME_TRACKING": _time_widget(viewer, issue),
    }
    if viewer.gitlab.switches.premium:
        every |= {"STATUS": {"status": status_view(issue.status)}}
        every |= {"WEIGHT": {"weight": issue.weight}}
        fields = fields_widget(issue, viewer.gitlab.custom_fields)
        every |= {"CUSTOM_FIELDS": fields}
    return [
        {**widget, "type": kind, "__typename": widget_type(kind)}
        for kind, widget in every.items()
        if wanted is None or kind in wanted
    ]


def widget_type(kind: str) -> str:
    """START_AND_DUE_DATE is WorkItemWidgetStartAndDueDate."""
    return "WorkItemWidget" + "".join(part.title() for part in kind.split("_"))


def _description_widget(issue: Issue) -> Json:
    return {
        "description": issue.description,
        "edited": issue.last_edited_at is not None,
        "lastEditedAt": _moment(issue.last_edited_at),
    }


def _labels_widget(viewer: Viewer, issue: Issue) -> Json:
    scoped = viewer.gitlab.switches.premium
    return {"labels": labels_view(issue), "allowsScopedLabels": scoped}


def _notes_widget(viewer: Viewer, issue: Issue) -> Json:
    return {"discussions": lambda _info, **args: discussions_view(viewer, issue, args)}


def _time_widget(viewer: Viewer, issue: Issue) -> Json:
    logs = [
        {
            "id": gid("Timelog", one.id),
            "spentAt": iso(one.spent_at),
            "timeSpent": one.seconds,
            "summary": None,
            "user": user_view(viewer, one.user),
        }
        for one in issue.timelogs
    ]
    times = {"timeEstimate": issue.time_estimate, "totalTimeSpent": issue.time_spent}
    return {**times, "timelogs": {"nodes": logs}}


def _hierarchy_widget(viewer: Viewer, issue: Issue) -> Json:
    parent, every = issue.parent, issue.project.issues.values()
    children = [row for row in every if row.parent is issue]
    return {
        "parent": lambda _info: work_item_view(viewer, parent) if parent else None,
        "hasParent": parent is not None,
        "hasChildren": bool(children),
        "children": lambda _info, **args: connection(
            children,
            lambda row: work_item_view(viewer, row),
            lambda row: row.id,
            args,
        ),
    }


def _links_widget(viewer: Viewer, issue: Issue) -> Json:
    def nodes(_info: object, **_args: object) -> Json:
        return {
            "nodes": [
                {
                    "linkId": gid("IssueLink", link.id),
                    "linkType": seen_from(issue, link),
                    "workItem": work_item_view(
                        viewer, link.target if link.source is issue else link.source
                    ),
                }
                for link in issue.links
            ]
        }

    return {"linkedItems": nodes}


def seen_from(issue: Issue, link: Link) -> str:
    mirrored = {"blocks": "is_blocked_by", "is_blocked_by": "blocks"}
    kind = link.link_type
    return kind if link.source is issue else mirrored.get(kind, kind)


def find_visible_issue(viewer: Viewer, global_id: object) -> Issue | None:
    issue = viewer.gitlab.find_issue(gid_number(global_id))
    if issue is None or not viewer.gitlab.may_see(viewer.actor.user, issue.project):
        return None
    return issue if visible(viewer.gitlab, viewer.actor, issue) else None
