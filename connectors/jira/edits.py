"""The log of an issue: who changed what, and when, also between two of our reads.

Documentation: ``GET /rest/api/2/issue/{id}?expand=changelog``, which has the newest
entries first. Cloud's ``changelog/bulkfetch`` begins with the oldest ones of each issue,
so that it would read the whole past for the last few minutes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

from connectors.base import Log
from connectors.jira.people import Json, parse_moment, parse_person
from connectors.jira.site import QuietJira, segment
from connectors.jira.wiki import to_markdown
from connectors.shapes import understanding
from model.edits import Edit
from model.errors import PermanentError
from model.issues import Person

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "summary": "title",
        "description": "description",
        "status": "status",
        "priority": "priority",
        "assignee": "assignee",
        "issuetype": "issue_type",
        "duedate": "due_on",
        "labels": "labels",
        "fix version": "releases",
        "fixversions": "releases",
        "component": "modules",
        "components": "modules",
        "key": "key",
    }
)
"""By ``fieldId``, or by ``field`` where an older server does not tell the id."""


def fetch_edits(issue_id: str, since: datetime, jira: QuietJira) -> list[Edit]:
    """What was changed from a moment on, oldest first; nothing when it is gone."""
    try:
        path = f"issue/{segment(issue_id)}"
        told = jira.get(path, fields="updated", expand="changelog")
    except PermanentError as error:
        if error.code not in {"not_found", "permission_missing"}:
            raise
        return []
    return _read(issue_id, told.get("changelog") or {}, since)


def find_log(raw: Json) -> Log | None:
    """The log that came along with an issue, if it is whole: Cloud cuts off a long one."""
    log = raw.get("changelog") or {}
    is_whole = "total" in log and log["total"] == len(log.get("histories") or ())
    return partial(_read, str(raw["id"]), log) if is_whole else None


def _read(issue_id: str, log: Json, since: datetime) -> list[Edit]:
    with understanding(issue_id):
        return parse_edits(log, since)


def parse_edits(log: Json, since: datetime) -> list[Edit]:
    """Read a changelog from a moment on, oldest first."""
    histories = [
        (parse_moment(history["created"]), str(history["id"]), history)
        for history in log.get("histories") or ()
    ]
    histories.sort(key=lambda one: (one[0], len(one[1]), one[1]))
    return [
        edit
        for made_at, name, history in histories
        if made_at >= since
        for edit in _edits(name, made_at, history)
    ]


def _edits(name: str, made_at: datetime, history: Json) -> Iterator[Edit]:
    author: Person | None = parse_person(history.get("author"))
    for place, item in enumerate(history.get("items") or ()):
        field = _find_field(item)
        if field:
            before, after = _values(field, item)
            yield Edit(f"{name}.{place}", made_at, author, field, before, after)


def _find_field(item: Json) -> str | None:
    names = (str(item.get("fieldId") or ""), str(item.get("field") or ""))
    found = (_FIELDS.get(name.casefold()) for name in names)
    return next((field for field in found if field), None)


def _values(field: str, item: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels come as both whole sets, versions and components one by one."""
    before, after = _text(field, item, "from"), _text(field, item, "to")
    if field == "labels":
        old, new = set(before.split()), set(after.split())
        return tuple(sorted(old - new)), tuple(sorted(new - old))
    return _some(before), _some(after)


def _text(field: str, item: Json, side: str) -> str:
    shown = item.get(side if field == "due_on" else f"{side}String")
    text = str(shown or "")
    return to_markdown(text) if field == "description" else text


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
