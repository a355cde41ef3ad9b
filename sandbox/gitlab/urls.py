"""Addresses that GitLab writes into answers and webhooks."""

from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import Group, Issue, Milestone, Note, Project, User


def api_url(gitlab: GitLab, *parts: object) -> str:
    return "/".join([f"{gitlab.base_url}/api/v4", *map(str, parts)])


def project_url(gitlab: GitLab, project: Project) -> str:
    return f"{gitlab.base_url}/{project.path_with_namespace}"


def group_url(gitlab: GitLab, group: Group) -> str:
    return f"{gitlab.base_url}/groups/{group.full_path}"


def issue_url(gitlab: GitLab, issue: Issue) -> str:
    """Tasks live under work_items; on newer servers all types may."""
    plain = issue.issue_type in {"issue", "incident"}
    segment = gitlab.switches.issue_urls if plain else "work_items"
    return f"{project_url(gitlab, issue.project)}/-/{segment}/{issue.iid}"


def note_url(gitlab: GitLab, note: Note) -> str:
    return f"{issue_url(gitlab, note.issue)}#note_{note.id}"


def user_url(gitlab: GitLab, user: User) -> str:
    return f"{gitlab.base_url}/{user.username}"


def milestone_url(gitlab: GitLab, milestone: Milestone) -> str:
    project = gitlab.projects.get(milestone.project_id or 0)
    group = gitlab.groups.get(milestone.group_id or 0)
    if project:
        return f"{project_url(gitlab, project)}/-/milestones/{milestone.iid}"
    owner = group_url(gitlab, group) if group else gitlab.base_url
    return f"{owner}/-/milestones/{milestone.iid}"
