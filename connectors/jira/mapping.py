"""Raw JSON of Jira's REST v2 to an :class:`~model.issues.IssueSnapshot`.

No library object is made per issue: that costs six times the parsing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from connectors.jira.config import JiraConfig
from connectors.jira.content import (
    NO_FIELDS,
    FieldNames,
    find_people,
    parse_attachments,
    parse_fields,
    parse_links,
    parse_sprints,
    parse_worklogs,
    parse_written,
)
from connectors.jira.people import Json, parse_moment, parse_person
from connectors.jira.wiki import to_markdown
from model.errors import PermanentError
from model.issues import (
    Comment,
    IssueRef,
    IssueSnapshot,
    StatusCategory,
    Visibility,
)

ANCHOR = "{anchor:reqpool}"
"""Ends the text of a comment of ours; Jira shows it as nothing."""

FIELDS = (
    "summary",
    "description",
    "issuetype",
    "status",
    "labels",
    "fixVersions",
    "components",
    "priority",
    "comment",
    "reporter",
    "assignee",
    "created",
    "updated",
    "duedate",
    "security",
    "project",
    "timespent",
    "worklog",
    "attachment",
    "issuelinks",
    "parent",
    "subtasks",
)
"""What is asked for with each issue; estimate, sprint and custom fields come on top."""

CATEGORIES: Mapping[str, StatusCategory] = {
    "new": StatusCategory.TO_DO,
    "undefined": StatusCategory.TO_DO,
    "indeterminate": StatusCategory.IN_PROGRESS,
    "done": StatusCategory.DONE,
}
"""Keys of status categories; their names are translated."""

_REMEMBERED = 1024

_SECONDS = frozenset({"timeoriginalestimate", "timeestimate", "aggregatetimeestimate"})


_ODD = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading a shape that is not Jira's ends in."""


def fields_for(config: JiraConfig, names: FieldNames) -> list[str]:
    """The fields that a snapshot is made of."""
    estimate = [config.estimate_field] if config.estimate_field else []
    return [*FIELDS, *estimate, *names.ids]


def parse_issue(
    source: str, raw: Json, config: JiraConfig, names: FieldNames = NO_FIELDS
) -> IssueSnapshot:
    """Normalise one issue.

    Args:
        source: the configured name of the source.
        raw: with the fields of :func:`fields_for`; all comments in ``fields.comment``.
        config: for urgency, estimate and URL.
        names: of the site's custom fields.

    Raises:
        PermanentError: ``answer_not_understood``.
    """
    try:
        return _snapshot(source, raw, config, names)
    except _ODD as error:
        raise _not_understood(raw, error) from error


def get_updated_at(raw: Json) -> datetime:
    """The issue's time of update.

    Raises:
        PermanentError: ``answer_not_understood``.
    """
    try:
        return parse_moment(raw["fields"]["updated"])
    except _ODD as error:
        raise _not_understood(raw, error) from error


def _not_understood(raw: Json, error: Exception) -> PermanentError:
    params = {"issue": str(raw.get("key", "")), "detail": type(error).__name__}
    return PermanentError("answer_not_understood", params)


def _snapshot(
    source: str, raw: Json, config: JiraConfig, names: FieldNames
) -> IssueSnapshot:
    fields = raw["fields"]
    key = str(raw["key"])
    people = find_people(fields)
    priority = _name(fields.get("priority"))
    return IssueSnapshot(
        ref=IssueRef(source, str(raw["id"])),
        key=key,
        url=config.browse_url(key),
        title=fields.get("summary") or "",
        description=to_markdown(_plain(fields.get("description")), people),
        issue_type=fields["issuetype"]["name"],
        status=fields["status"]["name"],
        status_category=category_of(fields["status"]),
        created_at=parse_moment(fields["created"]),
        updated_at=parse_moment(fields["updated"]),
        labels=frozenset(fields.get("labels") or ()),
        releases=_names(fields.get("fixVersions")),
        modules=_names(fields.get("components")),
        priority=priority,
        urgency=config.find_urgency(priority),
        reporter=parse_person(fields.get("reporter")),
        assignee=parse_person(fields.get("assignee")),
        comments=_comments(fields.get("comment"), people),
        confidential=fields.get("security") is not None,
        estimate_days=_estimate(fields, config),
        due_on=_day(fields.get("duedate")),
        spent_days=_days(fields.get("timespent"), config.hours_per_day),
        worklogs=parse_worklogs(fields.get("worklog")),
        attachments=parse_attachments(fields.get("attachment")),
        links=parse_links(fields, config, names),
        sprints=parse_sprints(fields, names),
        fields=parse_fields(fields, names),
        written_fields=parse_written(fields, names),
        status_id=str(fields["status"].get("id") or ""),
    )


def category_of(status: Json) -> StatusCategory:
    """By its key: ``{"statusCategory": {"key": "indeterminate"}}``."""
    key = (status.get("statusCategory") or {}).get("key", "undefined")
    return CATEGORIES.get(key, StatusCategory.TO_DO)


def parse_comment(raw: Json, people: Mapping[str, str]) -> Comment:
    """A comment that only some may read (agents, a role, a group) is internal.

    Args:
        raw: as REST shows it.
        people: what mentioned people are called.
    """
    restricted = raw.get("visibility") is not None or raw.get("jsdPublic") is False
    created_at, body = parse_moment(raw["created"]), _plain(raw.get("body"))
    return Comment(
        tracker_id=str(raw["id"]),
        author=parse_person(raw.get("author")),
        body=to_markdown(body.replace(ANCHOR, ""), people),
        visibility=Visibility.INTERNAL if restricted else Visibility.PUBLIC,
        created_at=created_at,
        updated_at=parse_moment(raw["updated"]) if raw.get("updated") else created_at,
        ours=body.rstrip().endswith(ANCHOR),
    )


def _comments(
    raw: Json | None, people: Mapping[str, str]
) -> tuple[Comment, ...] | None:
    if raw is None:
        return None
    comments = [parse_comment(comment, people) for comment in raw["comments"]]
    return tuple(sorted(comments, key=lambda comment: comment.created_at))


def _plain(value: object) -> str:
    """REST v2 speaks wiki markup on both deployments; anything else is not text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _estimate(fields: Json, config: JiraConfig) -> Decimal | None:
    value = fields.get(config.estimate_field) if config.estimate_field else None
    if value is None or config.estimate_field in _SECONDS:
        return _days(value, config.hours_per_day)
    return Decimal(str(value)).quantize(Decimal("0.01"))


@lru_cache(_REMEMBERED)
def _days(seconds: float | None, hours_per_day: float) -> Decimal | None:
    """Person-days; None for no time at all."""
    if not seconds:
        return None
    of_a_day = Decimal(str(hours_per_day)) * 3600
    return (Decimal(str(seconds)) / of_a_day).quantize(Decimal("0.01"))


def _name(raw: Json | None) -> str | None:
    return raw["name"] if raw else None


def _names(raw: Sequence[Json] | None) -> tuple[str, ...]:
    return tuple(one["name"] for one in raw or ())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
