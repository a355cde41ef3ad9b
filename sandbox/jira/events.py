"""The bodies of Jira's webhooks, as both deployments really send them."""

import json
from collections.abc import Sequence
from typing import Literal

from sandbox.hooks import Event
from sandbox.jira.fields import all_fields
from sandbox.jira.records import (
    Comment,
    History,
    Issue,
    IssueLink,
    Json,
    Project,
    User,
    Version,
    Worklog,
)
from sandbox.jira.render import Renderer, epoch_ms
from sandbox.jira.site import Site

Flow = Literal["Primary", "Secondary"]
PARTIAL = ("summary", "issuetype", "project", "assignee", "priority", "status")
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "worklog_created",
    "worklog_updated",
    "worklog_deleted",
    "attachment_created",
    "attachment_deleted",
    "issuelink_created",
    "issuelink_deleted",
    "issue_property_set",
    "issue_property_deleted",
    "jira:version_created",
    "jira:version_updated",
    "jira:version_released",
    "jira:version_unreleased",
    "jira:version_deleted",
)


class Bodies:
    """Writes event bodies for one site, in the site's time zone."""

    def __init__(self, site: Site, show: Renderer) -> None:
        self._site, self._show = site, show

    def issue(
        self,
        name: str,
        type_name: str,
        user: User,
        issue: Issue,
        *,
        history: History | None = None,
        comment: Comment | None = None,
    ) -> Event:
        body = self._head(name)
        body["issue_event_type_name"] = type_name
        body["user"] = self._show.user(user)
        body["issue"] = self._whole(issue)
        if history:
            items = [self._show.change(one) for one in history.changes]
            body["changelog"] = {"id": history.id, "items": items}
        if comment:
            body["comment"] = self._show.comment(issue.id, comment)
        return self._event(name, issue.project, body)

    def comment(
        self, name: str, issue: Issue, comment: Comment, flow: Flow = "Primary"
    ) -> Event:
        body = self._head(name)
        body["comment"] = self._show.comment(issue.id, comment)
        # Data Center says which issue only in the comment's own address.
        if self._site.cloud:
            body["issue"] = self._part(issue)
            body["eventType"] = "primaryAction"
        return self._event(name, issue.project, body, flow)

    def worklog(
        self, name: str, issue: Issue, worklog: Worklog, flow: Flow = "Primary"
    ) -> Event:
        body = self._head(name)
        body["worklog"] = self._show.worklog(issue.id, worklog)
        if self._site.cloud:
            body["isFromIssueLimitTransformation"] = False
        return self._event(name, issue.project, body, flow)

    def thing(
        self, name: str, project: Project, key: str, value: Json, flow: Flow = "Primary"
    ) -> Event:
        """Tell of an attachment, version or property: one object under one key."""
        return self._event(name, project, {**self._head(name), key: value}, flow)

    def link(
        self, name: str, project: Project, link: IssueLink, flow: Flow = "Primary"
    ) -> Event:
        kind = self._show.link_type(link.type)
        names = {
            "outwardName": link.type.outward,
            "inwardName": link.type.inward,
            "style": None,
        }
        value: Json = {
            "id": int(link.id),
            "sourceIssueId": int(link.inward_id),
            "destinationIssueId": int(link.outward_id),
            "issueLinkType": {"id": int(kind["id"]), "name": kind["name"], **names},
            "systemLink": False,
        }
        return self.thing(name, project, "issueLink", value, flow)

    def version(self, name: str, project: Project, version: Version) -> Event:
        shown = self._show.app_version(version, project)
        return self.thing(name, project, "version", shown)

    def _head(self, name: str) -> Json:
        return {"timestamp": epoch_ms(self._site.moment()), "webhookEvent": name}

    def _whole(self, issue: Issue) -> Json:
        fields = all_fields(issue, self._show, self._site.links_of)
        if self._site.cloud:
            del fields["comment"], fields["worklog"]
        return self._named(issue, fields)

    def _part(self, issue: Issue) -> Json:
        fields = all_fields(issue, self._show, self._site.links_of, comment_cap=0)
        return self._named(issue, {name: fields[name] for name in PARTIAL})

    def _named(self, issue: Issue, fields: Json) -> Json:
        link = self._show.link(f"issue/{issue.id}")
        return {"id": issue.id, "self": link, "key": issue.key, "fields": fields}

    def _event(
        self, name: str, project: Project, body: Json, flow: Flow = "Primary"
    ) -> Event:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"X-Atlassian-Webhook-Flow": flow}
        return Event(name, project.key, raw, headers if self._site.cloud else {})


def event_type(history: History, *, cloud: bool) -> str:
    """Name an update the way Jira does: by what changed."""
    fields = [change.field for change in history.changes]
    if "Key" in fields:
        return "issue_moved"
    if "status" in fields:
        return _status_event(history.changes, fields, cloud=cloud)
    return "issue_assigned" if fields == ["assignee"] else "issue_updated"


def _status_event(changes: Sequence[object], fields: list[str], *, cloud: bool) -> str:
    if cloud or not changes:
        return "issue_generic"
    return "issue_resolved" if "resolution" in fields else "issue_work_started"
