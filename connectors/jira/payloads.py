"""Webhook bodies: which issue they are about. Never taken as state.

Sources: Atlassian, "Webhooks" (Cloud) and "Managing webhooks" (Data Center). Bodies are
partial: half of the real ``comment_created`` have no issue, ``worklog_*`` never do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from connectors.strict_json import (
    JsonObject,
    JsonValue,
    NotStrictJson,
    parse_object,
)
from model.deliveries import Hint, Ignored, Quarantined

_COMMENT_SELF = re.compile(r"/issue/([0-9]{1,19})/comment/")
_ISSUE_ID = re.compile(r"[0-9]{1,19}")


class _MistypedError(Exception):
    """A field that is needed is missing, or is something else than it should be."""


def parse_webhook(body: bytes) -> Hint | Ignored | Quarantined:
    """Tell what a delivery is about.

    Returns:
        Ignored for events that do not change an issue's content, known or not.
    """
    try:
        read = parse_object(body)
    except NotStrictJson as error:
        return Quarantined(error.reason)
    try:
        event = _text(read, "webhookEvent")
        about = EVENTS.get(event)
        return about(event, read) if about else _ignore(event)
    except _MistypedError as error:
        return Quarantined(f"mistyped:{error}", _find_issue_id(read))


def _ignore(event: str) -> Ignored:
    return Ignored("no_issue_content" if event in OTHER_EVENTS else "unknown_event")


def _of_issue(event: str, body: JsonObject) -> Hint:
    issue = _object(body, "issue")
    fields = _optional_object(issue, "fields")
    return Hint(
        tracker="jira",
        issue_id=_issue_id(issue, "id"),
        event=event,
        key=_optional_text(issue, "key"),
        changed=_changed(body),
        actor=_actor(_optional_object(body, "user")),
        at=_at(body),
        project=_optional_text(_optional_object(fields, "project"), "key"),
        deleted=event == "jira:issue_deleted",
    )


def _of_comment(event: str, body: JsonObject) -> Hint:
    comment = _object(body, "comment")
    actor = _comment_actor(body, comment)
    if body.get("issue") is not None:
        return replace(_of_issue(event, body), changed=("comment",), actor=actor)
    found = _COMMENT_SELF.search(_text(comment, "self"))
    if found is None:
        raise _MistypedError("comment.self")
    return Hint(
        tracker="jira",
        issue_id=found.group(1),
        event=event,
        changed=("comment",),
        actor=actor,
        at=_at(body),
    )


def _of_worklog(event: str, body: JsonObject) -> Hint:
    worklog = _object(body, "worklog")
    return Hint(
        tracker="jira",
        issue_id=_issue_id(worklog, "issueId"),
        event=event,
        changed=("worklog",),
        actor=_actor(_optional_object(worklog, "updateAuthor")),
        at=_at(body),
    )


EVENTS: Mapping[str, Callable[[str, JsonObject], Hint]] = MappingProxyType(
    {
        "jira:issue_created": _of_issue,
        "jira:issue_updated": _of_issue,
        "jira:issue_deleted": _of_issue,
        "comment_created": _of_comment,
        "comment_updated": _of_comment,
        "comment_deleted": _of_comment,
        "worklog_created": _of_worklog,
        "worklog_updated": _of_worklog,
        "worklog_deleted": _of_worklog,
    }
)
"""Every event that is about an issue's content, and who reads its body."""

OTHER_EVENTS = frozenset(
    [
        "attachment_created",
        "attachment_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "issue_property_set",
        "issue_property_deleted",
        "sprint_created",
        "sprint_updated",
        "sprint_started",
        "sprint_closed",
        "sprint_deleted",
        "board_created",
        "board_updated",
        "board_deleted",
        "board_configuration_changed",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_created",
        "jira:version_moved",
        "jira:version_updated",
        "jira:version_deleted",
        "jira:version_merged",
        "project_created",
        "project_updated",
        "project_deleted",
        "project_soft_deleted",
        "project_restored_deleted",
        "project_archived",
        "project_restored_archived",
        "issuetype_created",
        "issuetype_updated",
        "issuetype_deleted",
        "filter_created",
        "filter_updated",
        "filter_deleted",
        "user_created",
        "user_updated",
        "user_deleted",
        "option_voting_changed",
        "option_watching_changed",
        "option_unassigned_issues_changed",
        "option_subtasks_changed",
        "option_attachments_changed",
        "option_issuelinks_changed",
        "option_timetracking_changed",
        "jira_expression_evaluation_failed",
        "app_access_to_objects_blocked",
        "app_access_to_objects_in_container_blocked",
    ]
)
"""Known, and without a single issue whose mirrored content they would change."""


def _comment_actor(body: JsonObject, comment: JsonObject) -> str:
    """Cloud leaves ``user`` out; who deletes a comment need not have written it."""
    user = _actor(_optional_object(body, "user"))
    return user or _actor(_optional_object(comment, "updateAuthor"))


def _changed(body: JsonObject) -> tuple[str, ...]:
    """Data Center tells of comments by ``jira:issue_updated`` without a changelog."""
    items = _optional_object(body, "changelog").get("items", [])
    if not isinstance(items, list):
        raise _MistypedError("changelog.items")
    names = [_field_name(item) for item in items]
    commented = "comment" in _optional_text(body, "issue_event_type_name")
    if body.get("comment") or commented:
        names.append("comment")
    return tuple(dict.fromkeys(names))


def _field_name(item: JsonValue) -> str:
    if not isinstance(item, dict):
        raise _MistypedError("changelog.items")
    return _text(item, "field")


def _actor(user: JsonObject) -> str:
    """Cloud names people by accountId, Data Center by name."""
    return _optional_text(user, "accountId") or _optional_text(user, "name")


def _at(body: JsonObject) -> datetime | None:
    match body.get("timestamp"):
        case None:
            return None
        case int(millis) if not isinstance(millis, bool):
            return _moment(millis)
        case _:
            raise _MistypedError("timestamp")


def _moment(millis: int) -> datetime:
    try:
        return datetime.fromtimestamp(millis / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise _MistypedError("timestamp") from error


def _issue_id(holder: JsonObject, name: str) -> str:
    value = holder.get(name)
    text = str(value) if isinstance(value, str | int) else ""
    if not _ISSUE_ID.fullmatch(text):
        raise _MistypedError(name)
    return text


def _find_issue_id(body: JsonObject) -> str:
    """Best effort: an issue that a broken body names can still be fetched."""
    issue = body.get("issue")
    try:
        return _issue_id(issue, "id") if isinstance(issue, dict) else ""
    except _MistypedError:
        return ""


def _object(holder: JsonObject, name: str) -> JsonObject:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise _MistypedError(name)
    return value


def _optional_object(holder: JsonObject, name: str) -> JsonObject:
    return {} if holder.get(name) is None else _object(holder, name)


def _text(holder: JsonObject, name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str):
        raise _MistypedError(name)
    return value


def _optional_text(holder: JsonObject, name: str) -> str:
    return "" if holder.get(name) is None else _text(holder, name)
