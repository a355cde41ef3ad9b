"""What a delivery is about. Bodies are hints only; state is always fetched.

Shapes: https://docs.gitlab.com/user/project/integrations/webhook_events/.
"""

from collections.abc import Callable, Mapping

from connectors.gitlab.mapping import IssuePlace
from connectors.gitlab.timestamps import parse_moment
from connectors.shapes import (
    MistypedField,
    find_moment,
    find_object,
    find_text,
    get_id,
    get_object,
)
from connectors.strict_json import (
    JsonObject,
    NotStrictJson,
    parse_object,
    quarantine_for,
)
from model.deliveries import Delivery, Hint, Ignored, Quarantined

Outcome = Hint | Ignored | Quarantined


def parse_delivery(delivery: Delivery) -> Outcome:
    """Tell which issue an authentic delivery is about. Never raises."""
    if not _says_json(delivery.headers.get("content-type", "application/json")):
        return Quarantined("content_type")
    try:
        body = parse_object(delivery.body)
    except NotStrictJson as error:
        return quarantine_for(error)
    return _parse_body(body)


def _says_json(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _parse_body(body: JsonObject) -> Outcome:
    kind = _find_kind(body)
    if not kind:
        # A custom webhook template replaces the whole body.
        return Quarantined("no_object_kind")
    read = EVENTS.get(kind)
    if read is None:
        return Ignored(f"unknown_event: {kind[:64]}")
    try:
        return read(body)
    except MistypedField as error:
        return Quarantined(str(error), _find_issue_id(body))


def _find_kind(body: JsonObject) -> str:
    """``object_kind``, or for system hooks ``event_name``."""
    kind = body.get("object_kind") or body.get("event_name")
    return kind if isinstance(kind, str) else ""


def _read_issue_event(body: JsonObject) -> Outcome:
    """Issues, and tasks, incidents and other work items: also when moved or closed."""
    issue = get_object(body, "object_attributes")
    if _is_of_a_group(body, issue):
        # Epics live in groups; REST has no issue behind them.
        return Ignored("group_work_item")
    return _hint(body, issue, action=find_text(issue, "action"), at=issue)


def _read_note_event(body: JsonObject) -> Outcome:
    note = get_object(body, "object_attributes")
    noteable = find_text(note, "noteable_type")
    if noteable not in {"Issue", "WorkItem"}:
        return Ignored(f"note_on: {noteable[:64] or 'nothing'}")
    issue = get_object(body, "issue" if "issue" in body else "work_item")
    if _is_of_a_group(body, issue):
        return Ignored("group_work_item")
    return _hint(body, issue, action=find_text(note, "action"), at=note)


def _ignore(body: JsonObject) -> Outcome:
    return Ignored(f"not_about_an_issue: {_find_kind(body)}")


EVENTS: Mapping[str, Callable[[JsonObject], Outcome]] = {
    "issue": _read_issue_event,
    "work_item": _read_issue_event,
    "note": _read_note_event,
    **dict.fromkeys(
        (
            "access_token",
            "build",
            "deployment",
            "emoji",
            "feature_flag",
            "merge_request",
            "milestone",
            "pipeline",
            "push",
            "release",
            "repository_update",
            "tag_push",
            "vulnerability",
            "wiki_page",
            # System hooks: https://docs.gitlab.com/administration/system_hooks/.
            "group_create",
            "group_destroy",
            "group_rename",
            "key_create",
            "key_destroy",
            "project_create",
            "project_destroy",
            "project_rename",
            "project_transfer",
            "project_update",
            "user_access_request_to_group",
            "user_access_request_to_project",
            "user_add_to_group",
            "user_add_to_team",
            "user_create",
            "user_destroy",
            "user_failed_login",
            "user_remove_from_group",
            "user_remove_from_team",
            "user_rename",
            "user_update_for_group",
            "user_update_for_team",
        ),
        _ignore,
    ),
}
"""Every event that GitLab documents, by ``object_kind`` or ``event_name``."""


def _is_of_a_group(body: JsonObject, issue: JsonObject) -> bool:
    of_project = body.get("project") or issue.get("project_id")
    return not of_project and "project_id" in issue


def _hint(body: JsonObject, issue: JsonObject, action: str, at: JsonObject) -> Hint:
    place = _get_place(body, issue)
    project = find_text(find_object(body, "project"), "path_with_namespace")
    event = find_text(body, "event_type") or _find_kind(body)
    return Hint(
        tracker="gitlab",
        issue_id=str(place),
        event=f"{event}.{action}" if action else event,
        key=f"{project}#{place.iid}" if project else "",
        changed=_changed(body, issue),
        actor=find_text(find_object(body, "user"), "username"),
        at=find_moment(at, "updated_at", parse_moment),
        project=project or str(place.project_id),
    )


def _changed(body: JsonObject, issue: JsonObject) -> tuple[str, ...]:
    moved = {"moved_to_id"} if issue.get("moved_to_id") else set()
    noted = {"notes"} if body.get("object_kind") == "note" else set()
    return tuple(sorted(find_object(body, "changes").keys() | moved | noted))


def _get_place(body: JsonObject, issue: JsonObject) -> IssuePlace:
    project = find_object(body, "project")
    owner = issue if "project_id" in issue else {"project_id": project.get("id")}
    return IssuePlace(get_id(owner, "project_id"), get_id(issue, "iid"))


def _find_issue_id(body: JsonObject) -> str:
    """Of a body with something else wrong: the issue to fetch again, if it says so."""
    for name in ("issue", "work_item", "object_attributes"):
        try:
            return str(_get_place(body, get_object(body, name)))
        except MistypedField:
            continue
    return ""
