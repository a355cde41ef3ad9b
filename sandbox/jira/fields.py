"""The `fields` of an issue: all of them, and the choice a caller makes."""

from collections.abc import Callable, Iterable

from sandbox.jira.catalog import FIELDS
from sandbox.jira.records import Issue, IssueLink, Json
from sandbox.jira.render import Renderer, navigable, spent

Links = Callable[[Issue], list[tuple[IssueLink, str, Issue]]]
ALL_COMMENTS = 5000


def all_fields(
    issue: Issue, show: Renderer, links: Links, *, comment_cap: int = ALL_COMMENTS
) -> Json:
    return {
        **_texts(issue, show),
        **_people_and_dates(issue, show),
        **_choices(issue, show),
        **_collections(issue, show, links, comment_cap),
        **_times(issue, show),
        **{meta.id: issue.custom.get(meta.id) for meta in FIELDS if _custom(meta.id)},
    }


def _custom(name: str) -> bool:
    return name.startswith("customfield_")


def _texts(issue: Issue, show: Renderer) -> Json:
    return {
        "summary": issue.summary,
        "description": show.text(issue.description),
        "environment": show.text(issue.environment),
        "labels": list(issue.labels),
    }


def _people_and_dates(issue: Issue, show: Renderer) -> Json:
    return {
        "assignee": show.user(issue.assignee),
        "reporter": show.user(issue.reporter),
        "creator": show.user(issue.creator),
        "created": show.at(issue.created_at),
        "updated": show.at(issue.updated_at),
        "resolutiondate": show.at(issue.resolved_at),
        "duedate": issue.due_on,
        "lastViewed": None,
    }


def _choices(issue: Issue, show: Renderer) -> Json:
    return {
        "issuetype": show.issue_type(issue.type),
        "project": show.project(issue.project),
        "status": show.status(issue.status),
        "priority": show.priority(issue.priority),
        "resolution": show.named("resolution", issue.resolution),
        "fixVersions": [show.app_version(one) for one in issue.fix_versions],
        "versions": [show.app_version(one) for one in issue.affected_versions],
        "components": [show.named("component", one) for one in issue.components],
    }


def _collections(issue: Issue, show: Renderer, links: Links, cap: int) -> Json:
    worklogs = [show.worklog(issue.id, one) for one in issue.worklogs[:20]]
    page = {"startAt": 0, "maxResults": 20, "total": len(issue.worklogs)}
    return {
        "issuelinks": [show.issue_link(*one) for one in links(issue)],
        "subtasks": [],
        "attachment": [show.attachment(one) for one in issue.attachments],
        "comment": show.comments(issue, cap),
        "worklog": {**page, "worklogs": worklogs},
        "watches": {
            "self": show.link(f"issue/{issue.key}/watchers"),
            "watchCount": 1,
            "isWatching": False,
        },
        "votes": {
            "self": show.link(f"issue/{issue.key}/votes"),
            "votes": 0,
            "hasVoted": False,
        },
    }


def _times(issue: Issue, _show: Renderer) -> Json:
    seconds = sum(one.seconds for one in issue.worklogs)
    tracking = (
        {"timeSpent": spent(seconds), "timeSpentSeconds": seconds} if seconds else {}
    )
    progress = {"progress": seconds, "total": seconds}
    return {
        "timespent": seconds or None,
        "timeestimate": None,
        "timeoriginalestimate": None,
        "aggregatetimespent": seconds or None,
        "aggregatetimeestimate": None,
        "aggregatetimeoriginalestimate": None,
        "timetracking": tracking,
        "progress": progress,
        "aggregateprogress": progress,
        "workratio": -1,
        "security": None,
    }


def choose(fields: Json, wanted: Iterable[str]) -> Json:
    """Keep what was asked for: names, *all, *navigable, and -name to leave out."""
    names = [name.strip() for part in wanted for name in part.split(",")]
    without = {name[1:] for name in names if name.startswith("-")}
    kept = {name for name in names if name and not name.startswith(("-", "*"))}
    if "*all" in names or (without and not kept and "*navigable" not in names):
        kept |= set(fields)
    if "*navigable" in names:
        kept |= set(navigable())
    return {name: value for name, value in fields.items() if name in kept - without}
