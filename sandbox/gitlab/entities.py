"""REST bodies, key for key as GitLab's API entities expose them."""

import html
from datetime import date, datetime

from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import (
    AccessToken,
    Group,
    Issue,
    Json,
    Label,
    Milestone,
    Note,
    Project,
    ResourceEvent,
    User,
)
from sandbox.gitlab.stamps import human_duration, iso
from sandbox.gitlab.urls import (
    api_url,
    group_url,
    issue_url,
    milestone_url,
    project_url,
    user_url,
)


def user_entity(gitlab: GitLab, user: User) -> Json:
    return {
        "id": user.id,
        "username": user.username,
        "public_email": "",
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": user_url(gitlab, user),
    }


def current_user_entity(gitlab: GitLab, user: User) -> Json:
    return {
        **user_entity(gitlab, user),
        "created_at": iso(user.created_at),
        "bio": "",
        "location": "",
        "bot": user.bot,
        "email": f"{user.username}@noreply.gitlab.test",
        "commit_email": f"{user.username}@noreply.gitlab.test",
        "is_admin": user.admin,
        "two_factor_enabled": False,
        "external": False,
        "private_profile": False,
        "can_create_group": not user.bot,
        "can_create_project": not user.bot,
        "identities": [],
    }


def token_entity(token: AccessToken, today: date) -> Json:
    live = not token.revoked and (token.expires_on is None or token.expires_on > today)
    return {
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked,
        "created_at": iso(token.created_at),
        "description": None,
        "scopes": token.scopes,
        "user_id": token.user.id,
        "last_used_at": iso(token.last_used_at) if token.last_used_at else None,
        "active": live,
        "expires_at": token.expires_on.isoformat() if token.expires_on else None,
    }


def group_entity(gitlab: GitLab, group: Group) -> Json:
    parent, _, path = group.full_path.rpartition("/")
    above = gitlab.find_group(parent) if parent else None
    return {
        "id": group.id,
        "web_url": group_url(gitlab, group),
        "name": group.name,
        "path": path,
        "description": "",
        "visibility": "private",
        "avatar_url": None,
        "full_name": group.full_path.replace("/", " / "),
        "full_path": group.full_path,
        "created_at": iso(group.created_at),
        "parent_id": above.id if above else None,
    }


def project_entity(gitlab: GitLab, project: Project, user: User) -> Json:
    web, path = project_url(gitlab, project), project.path_with_namespace
    return {
        "id": project.id,
        "description": project.description,
        "name": project.name,
        "name_with_namespace": f"{project.namespace} / {project.name}",
        "path": project.path,
        "path_with_namespace": path,
        "created_at": iso(project.created_at),
        "default_branch": "main",
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@gitlab.test:{path}.git",
        "http_url_to_repo": f"{web}.git",
        "web_url": web,
        "avatar_url": None,
        "star_count": 0,
        "forks_count": 0,
        "last_activity_at": iso(_last_activity(project)),
        "visibility": project.visibility,
        "archived": project.archived,
        "empty_repo": True,
        "issues_enabled": True,
        "issues_access_level": "enabled",
        "open_issues_count": _open_issues(project),
        "creator_id": next(iter(project.members), 1),
        "namespace": _namespace_entity(gitlab, project),
        "_links": _project_links(gitlab, project),
        "permissions": _permissions(gitlab, project, user),
    }


def _last_activity(project: Project) -> datetime:
    moments = [issue.updated_at for issue in project.issues.values()]
    return max(moments, default=project.created_at)


def _open_issues(project: Project) -> int:
    return sum(issue.state == "opened" for issue in project.issues.values())


def _namespace_entity(gitlab: GitLab, project: Project) -> Json | None:
    if project.group is None:
        return None
    whole = group_entity(gitlab, project.group)
    kept = ("id", "name", "path", "full_path", "parent_id", "avatar_url", "web_url")
    return {"kind": "group"} | {name: whole[name] for name in kept}


def _project_links(gitlab: GitLab, project: Project) -> Json:
    names = ("issues", "labels", "events", "members", "merge_requests")
    own = api_url(gitlab, "projects", project.id)
    return {"self": own} | {name: f"{own}/{name}" for name in names}


def _permissions(gitlab: GitLab, project: Project, user: User) -> Json:
    del gitlab
    group = project.group.members.get(user.id) if project.group else None
    return {
        "project_access": _access(project.members.get(user.id)),
        "group_access": _access(group),
    }


def _access(level: int | None) -> Json | None:
    return {"access_level": level, "notification_level": 3} if level else None


def member_entity(gitlab: GitLab, user: User, level: int) -> Json:
    return {
        **user_entity(gitlab, user),
        "access_level": level,
        "created_at": iso(user.created_at),
        "expires_at": None,
        "membership_state": "active",
    }


def label_entity(label: Label, project: Project | None = None) -> Json:
    return {
        "id": label.id,
        "name": label.name,
        "description": label.description,
        "description_html": html.escape(label.description or ""),
        "text_color": "#FFFFFF",
        "color": label.color,
        "archived": False,
        "subscribed": False,
        "priority": label.priority,
        "is_project_label": project is not None and label.project_id == project.id,
    }


def label_counts(project: Project, label: Label) -> Json:
    states = [row.state for row in project.issues.values() if label in row.labels]
    return {
        "open_issues_count": states.count("opened"),
        "closed_issues_count": states.count("closed"),
        "open_merge_requests_count": 0,
    }


def milestone_entity(gitlab: GitLab, milestone: Milestone) -> Json:
    due, today = milestone.due_on, gitlab.now().date()
    owner = "project_id" if milestone.project_id else "group_id"
    return {
        "id": milestone.id,
        "iid": milestone.iid,
        owner: milestone.project_id or milestone.group_id,
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "created_at": iso(milestone.created_at),
        "updated_at": iso(milestone.updated_at),
        "due_date": due.isoformat() if due else None,
        "start_date": milestone.start_on.isoformat() if milestone.start_on else None,
        "expired": due is not None and due < today,
        "web_url": milestone_url(gitlab, milestone),
    }


def issue_entity(gitlab: GitLab, issue: Issue) -> Json:
    people = [user_entity(gitlab, user) for user in issue.assignees]
    return {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": issue.project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        **_issue_moments(issue),
        "closed_by": user_entity(gitlab, issue.closed_by) if issue.closed_by else None,
        "labels": [label.name for label in issue.labels],
        "milestone": _milestone(gitlab, issue),
        "assignees": people,
        "author": user_entity(gitlab, issue.author),
        "type": issue.issue_type.upper(),
        "assignee": people[0] if people else None,
        **_issue_counts(issue),
        "due_date": issue.due_on.isoformat() if issue.due_on else None,
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "issue_type": issue.issue_type,
        "web_url": issue_url(gitlab, issue),
        "time_stats": time_entity(issue),
        **_tasks(issue),
        "_links": _issue_links(gitlab, issue),
        "references": _references(issue),
        "severity": "UNKNOWN",
        "moved_to_id": issue.moved_to.id if issue.moved_to else None,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
        **_licensed(gitlab, issue),
    }


def detailed_issue_entity(gitlab: GitLab, issue: Issue, user: User) -> Json:
    """One issue alone also says whether the caller is subscribed."""
    return {**issue_entity(gitlab, issue), "subscribed": issue.followed_by(user)}


def _milestone(gitlab: GitLab, issue: Issue) -> Json | None:
    return milestone_entity(gitlab, issue.milestone) if issue.milestone else None


def _issue_moments(issue: Issue) -> Json:
    return {
        "created_at": iso(issue.created_at),
        "updated_at": iso(issue.updated_at),
        "closed_at": iso(issue.closed_at) if issue.closed_at else None,
    }


def _issue_counts(issue: Issue) -> Json:
    zeros = ("merge_requests_count", "upvotes", "downvotes", "blocking_issues_count")
    return {"user_notes_count": len(issue.user_notes), **dict.fromkeys(zeros, 0)}


def _tasks(issue: Issue) -> Json:
    text = issue.description or ""
    done = text.count("[x] ") + text.count("[X] ")
    count = done + text.count("[ ] ")
    completion = {"count": count, "completed_count": done}
    answer: Json = {"task_completion_status": completion, "has_tasks": count > 0}
    if count:
        answer["task_status"] = f"{done} of {count} checklist items completed"
    return answer


def _issue_links(gitlab: GitLab, issue: Issue) -> Json:
    project = api_url(gitlab, "projects", issue.project.id)
    own = f"{project}/issues/{issue.iid}"
    return {
        "self": own,
        "notes": f"{own}/notes",
        "award_emoji": f"{own}/award_emoji",
        "project": project,
        "closed_as_duplicate_of": None,
    }


def _references(issue: Issue) -> Json:
    short = f"#{issue.iid}"
    full = f"{issue.project.path_with_namespace}{short}"
    return {"short": short, "relative": short, "full": full}


def _licensed(gitlab: GitLab, issue: Issue) -> Json:
    if not gitlab.switches.premium:
        return {}
    nothing = dict.fromkeys(("epic_iid", "epic", "iteration", "health_status"))
    return {"weight": issue.weight, **nothing}


def time_entity(issue: Issue) -> Json:
    return {
        "time_estimate": issue.time_estimate,
        "total_time_spent": issue.time_spent,
        "human_time_estimate": human_duration(issue.time_estimate),
        "human_total_time_spent": human_duration(issue.time_spent),
    }


def note_entity(gitlab: GitLab, note: Note) -> Json:
    return {
        "id": note.id,
        "type": note.type,
        "body": note.body,
        "author": user_entity(gitlab, note.author),
        "created_at": iso(note.created_at),
        "updated_at": iso(note.updated_at),
        "system": note.system,
        "noteable_id": note.issue.id,
        "noteable_type": "Issue",
        "project_id": note.issue.project.id,
        "resolvable": False,
        "confidential": note.internal,
        "internal": note.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": note.issue.iid,
        "commands_changes": {},
    }


def event_entity(gitlab: GitLab, issue: Issue, event: ResourceEvent) -> Json:
    entity: Json = {
        "id": event.id,
        "user": user_entity(gitlab, event.user),
        "created_at": iso(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
    }
    if event.kind == "state":
        return {**entity, "state": event.action}
    return {**entity, event.kind: _subject(gitlab, event), "action": event.action}


def _subject(gitlab: GitLab, event: ResourceEvent) -> Json | None:
    if isinstance(event.subject, Milestone):
        return milestone_entity(gitlab, event.subject)
    if event.subject is None:
        return None
    whole = label_entity(event.subject)
    kept = ("id", "name", "color", "description", "description_html", "text_color")
    return {name: whole[name] for name in kept}
