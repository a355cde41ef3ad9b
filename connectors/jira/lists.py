"""Lists that an answer cuts off: comments, and the time that people logged.

Jira Cloud gives 100 comments at most, and 20 worklogs in an issue.
Documentation: ``GET /rest/api/2/issue/{id}/comment`` and ``/worklog``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from model.errors import PermanentError, RetriableError

PER_PAGE = 100
_MAX_RESTARTS = 5


class _List(NamedTuple):
    """A list of an issue: its field and route, its name in answers, how it is asked."""

    field: str
    name: str
    query: Mapping[str, str]


_COMMENTS = _List("comment", "comments", {"orderBy": "created"})
_WORKLOGS = _List("worklog", "worklogs", {})


def ask_for(fields: Sequence[str], ask: Callable[[Sequence[str]], Any]) -> Any:
    """Issues with these fields; without their comments where there are too many.

    Data Center gives all comments of an issue, and anybody may write thousands.
    """
    try:
        return ask(fields)
    except PermanentError as error:
        if error.code != "answer_too_large" or _COMMENTS.field not in fields:
            raise
        return ask([name for name in fields if name != _COMMENTS.field])


def is_cut_off(raw: Json) -> bool:
    """Whether an issue's answer holds less of its lists than there is."""
    return _is_short(raw, _COMMENTS) or _is_short(raw, _WORKLOGS)


def fetch_rest(raw: Json, jira: QuietJira) -> Json:
    """The issue with the whole of what was cut off."""
    fields = dict(raw["fields"])
    for one in (_COMMENTS, _WORKLOGS):
        if _is_short(raw, one):
            fields[one.field] = {one.name: _fetch_all(str(raw["id"]), one, jira)}
    return {**raw, "fields": fields}


def fetch_all_comments(issue_id: str, jira: QuietJira) -> list[Json]:
    """Every comment of an issue, oldest first."""
    return _fetch_all(issue_id, _COMMENTS, jira)


def _is_short(raw: Json, one: _List) -> bool:
    held = (raw.get("fields") or {}).get(one.field)
    if held is None:
        return one is _COMMENTS
    return bool(held.get("total", 0) > len(held[one.name]))


def _fetch_all(issue_id: str, one: _List, jira: QuietJira) -> list[Json]:
    """Page by page; from the start again when the list changed meanwhile.

    Of one that was deleted on an earlier page the rest moves up: the next page would
    begin too late.

    Raises:
        RetriableError: ``listing_unstable``: it never holds still.
    """
    for _ in range(_MAX_RESTARTS):
        found = _try_all(issue_id, one, jira)
        if found is not None:
            return found
    raise RetriableError("listing_unstable")


def _try_all(issue_id: str, one: _List, jira: QuietJira) -> list[Json] | None:
    rows: dict[str, Json] = {}
    total: int | None = None
    while True:
        page = _get_page(issue_id, one, len(rows), jira)
        told = int(page.get("total", 0))
        if total is not None and told != total:
            return None
        known, total = len(rows), told
        rows |= {str(raw["id"]): raw for raw in page[one.name]}
        if len(rows) == known or len(rows) >= total:
            return list(rows.values())


def _get_page(issue_id: str, one: _List, start: int, jira: QuietJira) -> Any:
    path = f"issue/{segment(issue_id)}/{one.field}"
    return jira.get(path, startAt=start, maxResults=PER_PAGE, **one.query)
