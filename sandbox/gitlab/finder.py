"""Which issues a list request means, and in which order."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.params import Params
from sandbox.gitlab.records import PLANNER, Actor, Issue, Project

STATES = ("opened", "closed", "all")
SCOPES = (
    "created_by_me", "assigned_to_me", "created-by-me", "assigned-to-me", "all",
)  # fmt: skip
ISSUE_TYPES = ("issue", "incident", "test_case", "task", "ticket")
KEYSET_ORDERS = (
    "id", "title", "created_at", "updated_at", "due_date", "relative_position",
    "weight",
)  # fmt: skip
ORDERS = (
    *KEYSET_ORDERS[1:], "priority", "label_priority", "milestone_due", "popularity",
)  # fmt: skip
FAR = date.max

SortKey = tuple[Any, int]
Check = Callable[[Issue], bool]
Filter = Callable[[Params, Actor], Check | None]


def find_issues(
    gitlab: GitLab, projects: Iterable[Project], params: Params, actor: Actor
) -> list[Issue]:
    """Names that are no parameter are ignored, values that are none are refused."""
    checks = [check for make in FILTERS if (check := make(params, actor)) is not None]
    checks.append(_settled(gitlab))
    rows = (row for project in projects for row in project.issues.values())
    found = [
        row
        for row in rows
        if visible(gitlab, actor, row) and all(check(row) for check in checks)
    ]
    order = params.choice("order_by", ORDERS, "created_at")
    down = params.choice("sort", ("asc", "desc"), "desc") == "desc"
    return sorted(found, key=sort_key(order), reverse=down)


def visible(gitlab: GitLab, actor: Actor, issue: Issue) -> bool:
    if not issue.confidential:
        return True
    involved = actor.user is issue.author or actor.user in issue.assignees
    return involved or gitlab.access_level(actor.user, issue.project) >= PLANNER


def sort_key(order: str) -> Callable[[Issue], SortKey]:
    """Ties are broken by the id, in the same direction."""
    value = SORT_VALUES.get(order, SORT_VALUES["id"])
    return lambda issue: (value(issue), issue.id)


def _milestone_due(issue: Issue) -> date:
    return (issue.milestone.due_on if issue.milestone else None) or FAR


SORT_VALUES: dict[str, Callable[[Issue], Any]] = {
    "id": lambda issue: issue.id,
    "title": lambda issue: issue.title.casefold(),
    "created_at": lambda issue: issue.created_at,
    "updated_at": lambda issue: issue.updated_at,
    "due_date": lambda issue: issue.due_on or FAR,
    "weight": lambda issue: -1 if issue.weight is None else issue.weight,
    "milestone_due": _milestone_due,
}


def _settled(gitlab: GitLab) -> Check:
    """Replicas lag: what was written a moment ago is not in a list yet."""
    lag = timedelta(seconds=gitlab.bench.faults.search_lag_seconds)
    limit = gitlab.now() - lag
    return lambda issue: not lag or issue.updated_at <= limit


def _state(params: Params, actor: Actor) -> Check | None:
    del actor
    wanted = params.choice("state", STATES, "all")
    return None if wanted == "all" else lambda issue: issue.state == wanted


def _scope(params: Params, actor: Actor) -> Check | None:
    scope = params.choice("scope", SCOPES, "all").replace("-", "_")
    if scope == "created_by_me":
        return lambda issue: issue.author is actor.user
    if scope == "assigned_to_me":
        return lambda issue: actor.user in issue.assignees
    return None


def _iids(params: Params, actor: Actor) -> Check | None:
    del actor
    wanted = set(params.integers("iids"))
    return (lambda issue: issue.iid in wanted) if wanted else None


def _type(params: Params, actor: Actor) -> Check | None:
    del actor
    wanted = params.choice("issue_type", ISSUE_TYPES)
    return (lambda issue: issue.issue_type == wanted) if wanted else None


def _labels(params: Params, actor: Actor) -> Check | None:
    del actor
    wanted = set(params.names("labels"))
    if not wanted:
        return None
    if wanted in ({"None"}, {"Any"}):
        return lambda issue: bool(issue.labels) == (wanted == {"Any"})
    return lambda issue: wanted <= {label.name for label in issue.labels}


def _not_labels(params: Params, actor: Actor) -> Check | None:
    del actor
    banned = set(params.names("not[labels]"))
    return lambda issue: banned.isdisjoint(label.name for label in issue.labels)


def _milestone(params: Params, actor: Actor) -> Check | None:
    del actor
    wanted = params.text("milestone")
    if wanted is None:
        return None
    if wanted in {"None", "Any"}:
        return lambda issue: (issue.milestone is not None) == (wanted == "Any")
    return lambda issue: bool(issue.milestone and issue.milestone.title == wanted)


def _search(params: Params, actor: Actor) -> Check | None:
    del actor
    words = (params.text("search") or "").casefold().split()
    inside = params.names("in") or ["title", "description"]

    def check(issue: Issue) -> bool:
        texts = (str(getattr(issue, place, "") or "").casefold() for place in inside)
        text = "\n".join(texts)
        return all(word in text for word in words)

    return check if words else None


def _people(params: Params, actor: Actor) -> Check | None:
    del actor
    author_id, assignee_id = params.integer("author_id"), params.integer("assignee_id")
    author, assignees = (
        params.text("author_username"),
        params.names("assignee_username"),
    )

    def check(issue: Issue) -> bool:
        return (
            author_id in {None, issue.author.id}
            and author in {None, issue.author.username}
            and (assignee_id is None or assignee_id in [u.id for u in issue.assignees])
            and set(assignees) <= {user.username for user in issue.assignees}
        )

    return check


def _confidential(params: Params, actor: Actor) -> Check | None:
    del actor
    if "confidential" not in params:
        return None
    wanted = params.flag("confidential")
    return lambda issue: issue.confidential == wanted


def _window(name: str, moment_of: Callable[[Issue], datetime]) -> Filter:
    """Both ends belong to the window."""

    def make(params: Params, actor: Actor) -> Check | None:
        del actor
        after = params.moment(f"{name}_after")
        before = params.moment(f"{name}_before")
        return lambda issue: (
            (after is None or moment_of(issue) >= after)
            and (before is None or moment_of(issue) <= before)
        )

    return make


FILTERS: tuple[Filter, ...] = (
    _state,
    _scope,
    _iids,
    _type,
    _labels,
    _not_labels,
    _milestone,
    _search,
    _people,
    _confidential,
    _window("created", lambda issue: issue.created_at),
    _window("updated", lambda issue: issue.updated_at),
)
