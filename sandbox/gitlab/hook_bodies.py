"""Webhook bodies, key for key as GitLab sends them."""

from typing import Any

from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import (
    Actor,
    Issue,
    Json,
    Label,
    Milestone,
    Note,
    Project,
    Status,
    User,
)
from sandbox.gitlab.stamps import Stamp, human_duration, iso, spelled_utc
from sandbox.gitlab.urls import issue_url, note_url, project_url

VISIBILITY_LEVELS = {"private": 0, "internal": 10, "public": 20}
PLAIN_ISSUE = "issue"
# What GitLab tells of a change; everything else of the attributes is state only.
TOLD = (
    "author_id", "closed_at", "confidential", "created_at", "description",
    "discussion_locked", "due_date", "id", "iid", "issue_type", "last_edited_at",
    "last_edited_by_id", "milestone_id", "moved_to_id", "project_id", "state_id",
    "time_estimate", "title", "total_time_spent", "updated_at", "updated_by_id",
    "weight", "labels", "assignees", "status",
)  # fmt: skip


def stamp_of(gitlab: GitLab) -> Stamp:
    return iso if gitlab.switches.iso_hook_times else spelled_utc


def user_attributes(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": None,
        "email": "[REDACTED]",
    }


def project_attributes(gitlab: GitLab, project: Project) -> Json:
    web, path = project_url(gitlab, project), project.path_with_namespace
    ssh = f"git@gitlab.test:{path}.git"
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": web,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": f"{web}.git",
        "namespace": project.group.name if project.group else project.namespace,
        "visibility_level": VISIBILITY_LEVELS[project.visibility],
        "path_with_namespace": path,
        "default_branch": "main",
        "ci_config_path": "",
        "homepage": web,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": f"{web}.git",
    }


def repository_attributes(gitlab: GitLab, project: Project) -> Json:
    return {
        "name": project.name,
        "url": f"git@gitlab.test:{project.path_with_namespace}.git",
        "description": project.description,
        "homepage": project_url(gitlab, project),
    }


def label_attributes(label: Label, stamp: Stamp) -> Json:
    return {
        "id": label.id,
        "title": label.name,
        "color": label.color,
        "project_id": label.project_id,
        "created_at": stamp(label.created_at),
        "updated_at": stamp(label.updated_at),
        "template": False,
        "description": label.description,
        "type": "GroupLabel" if label.group_id else "ProjectLabel",
        "group_id": label.group_id,
    }


def status_attributes(status: Status) -> Json:
    return {
        "id": f"gid://gitlab/WorkItems::Statuses::SystemDefined::Status/{status.id}",
        "name": status.name,
        "category": status.category,
        "description": None,
        "color": status.color,
    }


def type_name(issue: Issue) -> str:
    """`test_case` in REST is `Test Case` in a webhook."""
    return issue.issue_type.replace("_", " ").title()


def issue_attributes(gitlab: GitLab, issue: Issue) -> Json:
    return {
        **_issue_identity(gitlab, issue),
        **_issue_moments(issue, stamp_of(gitlab)),
        **_issue_time(issue),
        "assignee_ids": [user.id for user in issue.assignees],
        "assignee_id": issue.assignees[0].id if issue.assignees else None,
        "labels": _labels(issue, stamp_of(gitlab)),
        "state": issue.state,
        "severity": "unknown",
        "customer_relations_contacts": [],
        **_issue_extras(gitlab, issue),
    }


def _issue_identity(gitlab: GitLab, issue: Issue) -> Json:
    return {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": issue.project.id,
        "author_id": issue.author.id,
        "title": issue.title,
        "description": issue.description,
        "type": type_name(issue),
        "url": issue_url(gitlab, issue),
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "milestone_id": issue.milestone.id if issue.milestone else None,
        "moved_to_id": issue.moved_to.id if issue.moved_to else None,
        "duplicated_to_id": None,
        "relative_position": issue.iid * 513,
        "state_id": 1 if issue.state == "opened" else 2,
        "weight": issue.weight,
        "health_status": None,
    }


def _issue_moments(issue: Issue, stamp: Stamp) -> Json:
    edited_by, updated_by = issue.last_edited_by, issue.updated_by
    return {
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
        "last_edited_at": stamp(issue.last_edited_at) if issue.last_edited_at else None,
        "last_edited_by_id": edited_by.id if edited_by else None,
        "updated_by_id": updated_by.id if updated_by else None,
        "due_date": issue.due_on.isoformat() if issue.due_on else None,
    }


def _issue_time(issue: Issue) -> Json:
    return {
        "time_estimate": issue.time_estimate,
        "total_time_spent": issue.time_spent,
        "time_change": 0,
        "human_total_time_spent": human_duration(issue.time_spent),
        "human_time_change": None,
        "human_time_estimate": human_duration(issue.time_estimate),
    }


def _issue_extras(gitlab: GitLab, issue: Issue) -> Json:
    extras: Json = {}
    if gitlab.switches.premium and issue.issue_type in {"issue", "task"}:
        extras["status"] = status_attributes(issue.status)
    if issue.issue_type == "incident":
        extras |= {"escalation_status": "triggered", "escalation_policy": None}
    return extras


def _labels(issue: Issue, stamp: Stamp) -> list[Json]:
    return [label_attributes(label, stamp) for label in issue.labels]


def told_state(gitlab: GitLab, issue: Issue | None) -> Json:
    """Freeze what a later comparison will be told from."""
    if issue is None:
        return {}
    state = issue_attributes(gitlab, issue)
    state["assignees"] = [user_attributes(user) for user in issue.assignees]
    return {name: state[name] for name in TOLD if name in state}


def changes(before: Json, after: Json) -> Json:
    empty: dict[str, Any] = {"labels": [], "assignees": [], "confidential": False}
    empty |= {"time_estimate": 0, "total_time_spent": 0, "state_id": 1}
    told = {}
    for name, current in after.items():
        previous = before.get(name, empty.get(name) if not before else None)
        if previous != current:
            told[name] = {"previous": previous, "current": current}
    if not before:
        told.pop("status", None)
    return told


def issue_kind(issue: Issue) -> str:
    return "issue" if issue.issue_type == PLAIN_ISSUE else "work_item"


def issue_body(
    gitlab: GitLab, issue: Issue, actor: Actor, action: str, before: Json
) -> Json:
    kind, stamp = issue_kind(issue), stamp_of(gitlab)
    body = {
        "object_kind": kind,
        "event_type": f"confidential_{kind}" if issue.confidential else kind,
        "user": user_attributes(actor.user),
        "project": project_attributes(gitlab, issue.project),
        "object_attributes": issue_attributes(gitlab, issue) | {"action": action},
        "labels": _labels(issue, stamp),
        "changes": changes(before, told_state(gitlab, issue)),
        "repository": repository_attributes(gitlab, issue.project),
    }
    if issue.assignees:
        body["assignees"] = [user_attributes(user) for user in issue.assignees]
    return body


def note_body(gitlab: GitLab, note: Note, actor: Actor, action: str) -> Json:
    project = note.issue.project
    private = note.internal or note.issue.confidential
    return {
        "object_kind": "note",
        "event_type": "confidential_note" if private else "note",
        "user": user_attributes(actor.user),
        "project_id": project.id,
        "project": project_attributes(gitlab, project),
        "object_attributes": _note_attributes(gitlab, note) | {"action": action},
        "repository": repository_attributes(gitlab, project),
        "issue": issue_attributes(gitlab, note.issue),
    }


def _note_attributes(gitlab: GitLab, note: Note) -> Json:
    stamp = stamp_of(gitlab)
    return {
        **dict.fromkeys(_UNUSED_NOTE_KEYS),
        "author_id": note.author.id,
        "created_at": stamp(note.created_at),
        "discussion_id": note.discussion_id,
        "id": note.id,
        "note": note.body,
        "noteable_id": note.issue.id,
        "noteable_type": "Issue",
        "project_id": note.issue.project.id,
        "system": note.system,
        "type": note.type,
        "updated_at": stamp(note.updated_at),
        "updated_by_id": note.updated_by.id if note.updated_by else None,
        "description": note.body,
        "url": note_url(gitlab, note),
    }


_UNUSED_NOTE_KEYS = (
    "attachment", "change_position", "commit_id", "line_code", "original_position",
    "position", "resolved_at", "resolved_by_id", "resolved_by_push", "st_diff",
)  # fmt: skip


def milestone_body(
    gitlab: GitLab, project: Project, milestone: Milestone, action: str
) -> Json:
    stamp = stamp_of(gitlab)
    return {
        "object_kind": "milestone",
        "event_type": "milestone",
        "project": project_attributes(gitlab, project),
        "object_attributes": {
            "id": milestone.id,
            "iid": milestone.iid,
            "title": milestone.title,
            "description": milestone.description,
            "state": milestone.state,
            "created_at": stamp(milestone.created_at),
            "updated_at": stamp(milestone.updated_at),
            "due_date": _day(milestone.due_on),
            "start_date": _day(milestone.start_on),
            "project_id": milestone.project_id,
        },
        "action": action,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
