"""Comments, worklogs, links, attachments and properties of an issue."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.jira.catalog import LINK_TYPES
from sandbox.jira.errors import JiraError, bad_field
from sandbox.jira.records import (
    Attachment,
    Change,
    Comment,
    Issue,
    IssueLink,
    Json,
    RemoteLink,
    User,
    Worklog,
)
from sandbox.jira.render import Renderer
from sandbox.jira.store import JiraStore

INTERNAL = "sd.public.comment"
# The event, and what Data Center calls the update it sends besides.
CREATED = ("comment_created", "issue_commented")
EDITED = ("comment_updated", "issue_comment_edited")
DELETED = ("comment_deleted", "issue_comment_deleted")


def add_comment(
    store: JiraStore,
    user: User,
    issue: Issue,
    body: str,
    *,
    visibility: Json | None = None,
    properties: Json | None = None,
) -> Comment:
    _check_body(body)
    site, kept = store.site, dict(properties or {})
    store.site.before_change(issue)
    now = site.moment()
    comment = Comment(site.new_id(), user, body, now, now, user, visibility)
    comment.properties = kept
    comment.public = not kept.get(INTERNAL, {}).get("internal", False)
    issue.comments.append(comment)
    issue.updated_at = now
    _announce(store, CREATED, user, issue, comment)
    return comment


def edit_comment(
    store: JiraStore,
    user: User,
    issue: Issue,
    comment: Comment,
    body: str | None,
    *,
    visibility: Json | None = None,
    properties: Json | None = None,
) -> None:
    if body is not None:
        _check_body(body)
    store.site.before_change(issue)
    comment.body = comment.body if body is None else body
    comment.visibility = visibility or comment.visibility
    comment.properties |= properties or {}
    comment.update_author = user
    comment.updated_at = issue.updated_at = store.site.moment()
    _announce(store, EDITED, user, issue, comment)


def delete_comment(
    store: JiraStore, user: User, issue: Issue, comment: Comment
) -> None:
    store.site.before_change(issue)
    issue.comments.remove(comment)
    issue.updated_at = store.site.moment()
    _announce(store, DELETED, user, issue, comment)


def _announce(
    store: JiraStore, names: tuple[str, str], user: User, issue: Issue, comment: Comment
) -> None:
    name, kind = names
    bodies = store.bodies
    store.raise_event(bodies.comment(name, issue, comment))
    if not store.site.cloud:
        # Data Center says it twice: once more as an update without a changelog.
        store.raise_event(
            bodies.issue("jira:issue_updated", kind, user, issue, comment=comment)
        )


def _check_body(body: object) -> None:
    if not isinstance(body, str) or not body.strip():
        raise bad_field("comment", "Comment body can not be empty!")
    if len(body) > 32767:
        text = "The entered text is too long. It exceeds the allowed limit of 32,767"
        raise bad_field("comment", f"{text} characters.")


def get_comment(issue: Issue, number: str) -> Comment:
    for comment in issue.comments:
        if comment.id == number:
            return comment
    msg = f"Can not find a comment for the id: {number}."
    raise JiraError(404, msg)


@dataclass(frozen=True)
class Work:
    seconds: int
    comment: str
    started_at: datetime


def add_worklog(store: JiraStore, user: User, issue: Issue, work: Work) -> Worklog:
    store.site.before_change(issue)
    now, number = store.site.moment(), store.site.new_id()
    before = sum(one.seconds for one in issue.worklogs)
    worklog = Worklog(
        number, user, work.comment, work.seconds, work.started_at, now, now
    )
    issue.worklogs.append(worklog)
    store.raise_event(store.bodies.worklog("worklog_created", issue, worklog))
    old = str(before) if before else None
    new = str(before + work.seconds)
    change = Change("timespent", "timespent", old, old, new, new)
    logged = Change("WorklogId", "worklogid", None, None, number, number)
    store.record(user, issue, [change, logged])
    return worklog


def delete_worklog(store: JiraStore, user: User, issue: Issue, number: str) -> None:
    found = [one for one in issue.worklogs if one.id == number]
    if not found:
        msg = f"Cannot find worklog with id: '{number}'."
        raise JiraError(404, msg)
    store.site.before_change(issue)
    issue.worklogs.remove(found[0])
    store.raise_event(store.bodies.worklog("worklog_deleted", issue, found[0]))
    gone = Change("WorklogId", "worklogid", number, number, None, None)
    store.record(user, issue, [gone])


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


def add_attachment(
    store: JiraStore, user: User, issue: Issue, upload: Upload
) -> Attachment:
    store.site.before_change(issue)
    now, number, name = store.site.moment(), store.site.new_id(), upload.name
    attachment = Attachment(number, user, name, upload.mime_type, upload.content, now)
    issue.attachments.append(attachment)
    show = Renderer(store.base_url, store.site.deployment, zone=store.site.zone)
    shown = show.attachment(attachment)
    event = store.bodies.thing("attachment_created", issue.project, "attachment", shown)
    store.raise_event(event)
    change = Change("Attachment", "attachment", None, None, number, name)
    store.record(user, issue, [change])
    return attachment


def add_link(
    store: JiraStore, user: User, kind: str, inward: Issue, outward: Issue
) -> IssueLink:
    types = [one for one in LINK_TYPES if kind in {one.name, one.id}]
    if not types:
        msg = f"No issue link type with name '{kind}' found."
        raise JiraError(404, msg)
    link = IssueLink(store.site.new_id(), types[0], inward.id, outward.id)
    store.site.links[link.id] = link
    project = inward.project
    store.raise_event(store.bodies.link("issuelink_created", project, link))
    _record_link(store, user, inward, outward, types[0].outward)
    _record_link(store, user, outward, inward, types[0].inward)
    return link


def _record_link(
    store: JiraStore, user: User, issue: Issue, other: Issue, verb: str
) -> None:
    text = f"This issue {verb} {other.key}"
    change = Change("Link", "issuelinks", None, None, other.key, text)
    store.record(user, issue, [change])


def delete_link(store: JiraStore, number: str) -> None:
    link = store.site.links.pop(number, None)
    if link is None:
        msg = f"No issue link with id '{number}' exists."
        raise JiraError(404, msg)
    project = store.site.issues[link.inward_id].project
    store.raise_event(store.bodies.link("issuelink_deleted", project, link))


def put_remote_link(store: JiraStore, issue: Issue, data: Json) -> tuple[bool, int]:
    """Create, or replace by globalId; True when it is new."""
    global_id = str(data.get("globalId") or "")
    if len(global_id) > 255:
        raise bad_field("globalId", "'globalId' is too long")
    if not (data.get("object") or {}).get("url"):
        raise bad_field("url", "'url' is required.")
    for link in issue.remote_links:
        if global_id and link.global_id == global_id:
            link.data = data
            return False, link.id
    link = RemoteLink(int(store.site.new_id()), global_id, data)
    issue.remote_links.append(link)
    return True, link.id


def set_property(store: JiraStore, issue: Issue, key: str, value: object) -> bool:
    """Set an entity property; True when it is new."""
    new = key not in issue.properties
    issue.properties[key] = value
    body: Json = {"key": key, "value": value, "issueId": issue.id}
    event = store.bodies.thing("issue_property_set", issue.project, "property", body)
    store.raise_event(event)
    return new
