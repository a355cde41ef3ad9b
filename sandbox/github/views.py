"""Records as GitHub's JSON shows them, in answers and in webhooks."""

from datetime import UTC, datetime
from typing import Any

from sandbox.github.records import (
    ROLES,
    Comment,
    Issue,
    IssueEvent,
    Json,
    Label,
    Milestone,
    Repository,
    User,
)
from sandbox.hooks import Hook

PERMISSIONS = ("pull", "triage", "push", "admin")


def stamp(moment: datetime | None) -> str | None:
    """Whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


class Views:
    """`api` is where the API's links begin, `web` where people read."""

    def __init__(self, web: str) -> None:
        self.web, self.api = web, f"{web}/api/v3"

    def user(self, user: User) -> Json:
        return {
            "id": user.id,
            "login": user.login,
            "type": "Bot" if user.bot else "User",
            "url": f"{self.api}/users/{user.login}",
            "html_url": f"{self.web}/{user.login}",
        }

    def repository(self, row: Repository, user: User | None = None) -> Json:
        owner, _, name = row.full_name.partition("/")
        shown: Json = {
            "id": row.id,
            "name": name,
            "full_name": row.full_name,
            "owner": {"login": owner},
            "private": True,
            "html_url": f"{self.web}/{row.full_name}",
            "url": f"{self.api}/repos/{row.full_name}",
            "archived": row.archived,
            "has_issues": row.has_issues,
        }
        if user:
            rights = zip(PERMISSIONS, ROLES, strict=True)
            shown["permissions"] = {name: row.may(user, role) for name, role in rights}
        return shown

    def label(self, row: Label) -> Json:
        return {"id": row.id, "name": row.name, "color": row.color, "default": False}

    def milestone(self, row: Milestone) -> Json:
        return {
            "id": row.id,
            "number": row.number,
            "title": row.title,
            "state": "open",
            "creator": self.user(row.creator),
            "created_at": stamp(row.created_at),
            "due_on": row.due_on,
        }

    def issue(self, row: Issue) -> Json:
        name = row.repository.full_name
        kind = "pull" if row.is_pull_request else "issues"
        url = f"{self.api}/repos/{name}/issues/{row.number}"
        shown: Json = {
            "id": row.id,
            "number": row.number,
            "title": row.title,
            "body": row.body,
            "user": self.user(row.user),
            "state": row.state,
            "state_reason": row.state_reason,
            "locked": False,
            "labels": [self.label(label) for label in row.labels],
            "milestone": self.milestone(row.milestone) if row.milestone else None,
            "assignees": [self.user(user) for user in row.assignees],
            "comments": len(row.comments),
            "type": {"id": 1, "name": row.type} if row.type else None,
            "created_at": stamp(row.created_at),
            "updated_at": stamp(row.updated_at),
            "closed_at": stamp(row.closed_at),
            "url": url,
            "repository_url": f"{self.api}/repos/{name}",
            "html_url": f"{self.web}/{name}/{kind}/{row.number}",
        }
        return shown | ({"pull_request": {"url": url}} if row.is_pull_request else {})

    def comment(self, row: Comment) -> Json:
        issue = self.issue(row.issue)
        return {
            "id": row.id,
            "body": row.body,
            "user": self.user(row.user),
            "created_at": stamp(row.created_at),
            "updated_at": stamp(row.updated_at),
            "issue_url": issue["url"],
            "html_url": f"{issue['html_url']}#issuecomment-{row.id}",
        }

    def issue_event(self, row: IssueEvent) -> Json:
        return {
            "id": row.id,
            "event": row.event,
            "actor": self.user(row.actor),
            "created_at": stamp(row.created_at),
            **row.told,
        }

    def event(self, issue: Issue, sender: User, action: str, **more: Any) -> Json:
        """The body of an `issues` or `issue_comment` webhook."""
        return {
            "action": action,
            "issue": self.issue(issue),
            "repository": self.repository(issue.repository),
            "sender": self.user(sender),
            **more,
        }

    def hook(self, hook: Hook) -> Json:
        kind = hook.extra.get("content_type", "json")
        masked = {"secret": "********"} if hook.secret else {}
        return {
            "id": hook.id,
            "active": hook.enabled,
            "events": sorted(hook.events),
            "config": {"url": hook.url, "content_type": kind, **masked},
            "last_response": {"code": hook.extra.get("last_code")},
        }
