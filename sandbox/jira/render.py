"""Turns records into Jira's JSON, for one reader at one address."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sandbox.jira.adf import to_adf
from sandbox.jira.catalog import FIELDS, STATUS_CATEGORIES, FieldMeta
from sandbox.jira.records import (
    Attachment,
    Change,
    Comment,
    Deployment,
    History,
    Issue,
    IssueLink,
    Json,
    LinkType,
    Named,
    Project,
    Status,
    Transition,
    User,
    Version,
    Worklog,
)

SIZES = ("48x48", "24x24", "16x16", "32x32")
# What only a reader with the right role may see travels to admin webhooks too.
ADMIN_READER = User("", "", "", roles=frozenset({"*"}))


def stamp(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def may_see(reader: User, comment: Comment) -> bool:
    if comment.visibility is None or "*" in reader.roles:
        return True
    named = {comment.visibility.get("value"), comment.visibility.get("identifier")}
    return bool(named & reader.roles)


@dataclass(frozen=True)
class Renderer:
    """`version` is the API's (links, and ADF in v3), `zone` the reader's."""

    base_url: str
    deployment: Deployment
    version: str = "2"
    zone: str = "UTC"
    reader: User = field(default_factory=lambda: ADMIN_READER)

    @property
    def cloud(self) -> bool:
        return self.deployment == "Cloud"

    def link(self, path: str) -> str:
        return f"{self.base_url}/rest/api/{self.version}/{path}"

    def text(self, text: str | None) -> str | Json | None:
        return to_adf(text) if self.version == "3" else text

    def at(self, moment: datetime | None) -> str | None:
        return stamp(moment, self.zone) if moment else None

    def user(self, user: User | None) -> Json | None:
        if user is None:
            return None
        avatar = f"{self.base_url}/secure/useravatar?avatarId=10122"
        common = {
            "avatarUrls": {size: f"{avatar}&size={size[:2]}" for size in SIZES},
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        if self.cloud:
            link = self.link(f"user?accountId={quote(user.id)}")
            kind = "app" if user.app else "atlassian"
            known = {"self": link, "accountId": user.id, "accountType": kind}
            return {**known, **common}
        link = self.link(f"user?username={quote(user.id)}")
        names = {"self": link, "name": user.id, "key": user.id}
        return {**names, "emailAddress": user.email, **common}

    def named(self, kind: str, thing: Named | None) -> Json | None:
        if thing is None:
            return None
        link = self.link(f"{kind}/{thing.id}")
        return {"self": link, "id": thing.id, "name": thing.name}

    def priority(self, priority: Named) -> Json:
        icon = f"{self.base_url}/images/icons/priorities/{priority.id}.svg"
        link = self.link(f"priority/{priority.id}")
        known = {"self": link, "iconUrl": icon}
        return {**known, "name": priority.name, "id": priority.id}

    def issue_type(self, kind: Named) -> Json:
        return {
            "self": self.link(f"issuetype/{kind.id}"),
            "id": kind.id,
            "description": "",
            "iconUrl": f"{self.base_url}/images/icons/issuetypes/{kind.id}.svg",
            "name": kind.name,
            "subtask": False,
        }

    def category(self, key: str) -> Json:
        number, colour, name = STATUS_CATEGORIES[key]
        link = self.link(f"statuscategory/{number}")
        known = {"self": link, "id": number, "key": key}
        return {**known, "colorName": colour, "name": name}

    def status(self, status: Status) -> Json:
        names = {"name": status.name}
        if self.cloud:
            names["untranslatedName"] = status.untranslated or status.name
        return {
            "self": self.link(f"status/{status.id}"),
            "description": "",
            "iconUrl": f"{self.base_url}/images/icons/statuses/generic.png",
            **names,
            "id": status.id,
            "statusCategory": self.category(status.category),
        }

    def project(self, project: Project) -> Json:
        avatar = f"{self.base_url}/secure/projectavatar?pid={project.id}"
        kind = "service_desk" if project.service_desk else "software"
        return {
            "self": self.link(f"project/{project.id}"),
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": kind,
            "avatarUrls": {size: f"{avatar}&size={size[:2]}" for size in SIZES},
        }

    def app_version(self, version: Version, project: Project | None = None) -> Json:
        shown: Json = {
            "self": self.link(f"version/{version.id}"),
            "id": version.id,
            "description": version.description,
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
        }
        if version.release_on:
            shown["releaseDate"] = version.release_on
        if version.start_on:
            shown["startDate"] = version.start_on
        if project:
            shown["projectId"] = int(project.id)
        return shown

    def comment(self, issue_id: str, comment: Comment) -> Json:
        shown: Json = {
            "self": self.link(f"issue/{issue_id}/comment/{comment.id}"),
            "id": comment.id,
            "author": self.user(comment.author),
            "body": self.text(comment.body),
            "updateAuthor": self.user(comment.update_author),
            "created": self.at(comment.created_at),
            "updated": self.at(comment.updated_at),
        }
        if comment.visibility:
            shown["visibility"] = comment.visibility
        if self.cloud:
            shown["jsdPublic"] = comment.public
        return shown

    def comments(self, issue: Issue, cap: int) -> Json:
        seen = [one for one in issue.comments if may_see(self.reader, one)]
        shown = [self.comment(issue.id, one) for one in seen[:cap]]
        page = {"maxResults": len(shown), "total": len(seen), "startAt": 0}
        if self.cloud:
            page["self"] = self.link(f"issue/{issue.id}/comment")  # type: ignore[assignment]
        return {"comments": shown, **page}

    def worklog(self, issue_id: str, worklog: Worklog) -> Json:
        return {
            "self": self.link(f"issue/{issue_id}/worklog/{worklog.id}"),
            "author": self.user(worklog.author),
            "updateAuthor": self.user(worklog.author),
            "comment": self.text(worklog.comment),
            "created": self.at(worklog.created_at),
            "updated": self.at(worklog.updated_at),
            "started": self.at(worklog.started_at),
            "timeSpent": spent(worklog.seconds),
            "timeSpentSeconds": worklog.seconds,
            "id": worklog.id,
            "issueId": issue_id,
        }

    def attachment(self, attachment: Attachment) -> Json:
        path = f"attachment/content/{attachment.id}"
        return {
            "self": self.link(f"attachment/{attachment.id}"),
            "id": attachment.id,
            "filename": attachment.filename,
            "author": self.user(attachment.author),
            "created": self.at(attachment.created_at),
            "size": len(attachment.content),
            "mimeType": attachment.mime_type,
            "content": self.link(path),
        }

    def link_type(self, kind: LinkType) -> Json:
        link = self.link(f"issueLinkType/{kind.id}")
        words = {"inward": kind.inward, "outward": kind.outward}
        return {"id": kind.id, "name": kind.name, **words, "self": link}

    def issue_link(self, link: IssueLink, side: str, other: Issue) -> Json:
        """Render a link; `side` is "inwardIssue" or "outwardIssue", who is there."""
        return {
            "id": link.id,
            "self": self.link(f"issueLink/{link.id}"),
            "type": self.link_type(link.type),
            side: self.brief(other),
        }

    def brief(self, issue: Issue) -> Json:
        return {
            "id": issue.id,
            "key": issue.key,
            "self": self.link(f"issue/{issue.id}"),
            "fields": {
                "summary": issue.summary,
                "status": self.status(issue.status),
                "priority": self.priority(issue.priority),
                "issuetype": self.issue_type(issue.type),
            },
        }

    def change(self, change: Change) -> Json:
        shown: Json = {"field": change.field, "fieldtype": change.type}
        if self.cloud:
            shown["fieldId"] = change.field_id
        shown["from"], shown["fromString"] = change.from_, change.from_text
        shown["to"], shown["toString"] = change.to, change.to_text
        return shown

    def history(self, history: History) -> Json:
        return {
            "id": history.id,
            "author": self.user(history.author),
            "created": self.at(history.at),
            "items": [self.change(one) for one in history.changes],
        }

    def transition(self, edge: Transition, fields: Json | None) -> Json:
        shown: Json = {
            "id": edge.id,
            "name": edge.name,
            "to": self.status(edge.to),
        }
        if self.cloud:
            flags = {"hasScreen": bool(edge.required), "isGlobal": not edge.sources}
            rest = {"isInitial": False, "isConditional": False, "isAvailable": True}
            shown |= {**flags, **rest, "looped": False}
        if fields is not None:
            shown["fields"] = fields
        return shown

    def field(self, meta: FieldMeta) -> Json:
        custom = meta.id.startswith("customfield_")
        schema: Json = {"type": meta.type}
        if meta.items:
            schema["items"] = meta.items
        if custom:
            kind = "com.atlassian.jira.plugin.system.customfieldtypes"
            kinds = {"number": "float", "option": "select"}
            own = kinds.get(meta.type, "textfield")
            schema |= {"custom": f"{kind}:{own}", "customId": int(meta.id[12:])}
        else:
            schema["system"] = meta.id
        return {
            "id": meta.id,
            "key": meta.id,
            "name": meta.name,
            "custom": custom,
            "orderable": True,
            "navigable": meta.navigable,
            "searchable": meta.searchable,
            "clauseNames": _clause_names(meta, custom=custom),
            "schema": schema,
        }


def _clause_names(meta: FieldMeta, *, custom: bool) -> list[str]:
    return [f"cf[{meta.id[12:]}]", meta.name] if custom else [meta.id]


def spent(seconds: int) -> str:
    parts = ((3600 * 8, "d"), (3600, "h"), (60, "m"))
    words = []
    for size, letter in parts:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count}{letter}")
    return " ".join(words) or "0m"


def epoch_ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def navigable() -> Iterable[str]:
    return (meta.id for meta in FIELDS if meta.navigable)
