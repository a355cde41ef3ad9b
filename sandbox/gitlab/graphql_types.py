"""Types of work items and their statuses, as GraphQL sees them."""

from typing import Any

from sandbox.gitlab.finder import ISSUE_TYPES
from sandbox.gitlab.hook_bodies import status_attributes, type_name
from sandbox.gitlab.records import STATUSES, Issue, Json, Status

ICONS = {
    "to_do": "status-waiting",
    "in_progress": "status-running",
    "done": "status-success",
    "canceled": "status-cancelled",
}


def gid(kind: str, number: int) -> str:
    return f"gid://gitlab/{kind}/{number}"


def status_view(status: Status) -> Json:
    whole = status_attributes(status)
    return {**whole, "iconName": ICONS[status.category], "position": 0}


def type_view(issue: Issue, *, premium: bool) -> Json:
    number = ISSUE_TYPES.index(issue.issue_type) + 1
    return _type(number, type_name(issue), premium=premium)


def types_view(args: dict[str, Any], *, premium: bool) -> Json:
    wanted = str(args.get("name") or "ISSUE").lower()
    number = ISSUE_TYPES.index(wanted) + 1
    return {"nodes": [_type(number, wanted.title(), premium=premium)]}


def _type(number: int, name: str, *, premium: bool) -> Json:
    """Statuses belong to Premium."""
    definition = {
        "type": "STATUS",
        "__typename": "WorkItemWidgetDefinitionStatus",
        "allowedStatuses": [status_view(status) for status in STATUSES],
    }
    return {
        "id": gid("WorkItems::Type", number),
        "name": name,
        "widgetDefinitions": [definition] if premium else [],
    }
