"""The log of an issue: title, labels, state and milestone, with who changed them and when.

https://docs.github.com/en/rest/issues/events#list-issue-events , oldest first. The text
of an issue is not in it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from connectors.github.mapping import (
    OPEN,
    IssuePlace,
    find_person,
    get_status,
    parse_moment,
)
from connectors.github.rest import Json, Rest
from connectors.shapes import understanding
from model.edits import Edit
from model.errors import PermanentError

Values = tuple[tuple[str, ...], tuple[str, ...]]

_ABSENT = frozenset({"not_found", "permission_missing", "redirected"})


def fetch_edits(place: IssuePlace, since: datetime, rest: Rest) -> list[Edit]:
    """What was changed from a moment on, oldest first; nothing when it is gone."""
    try:
        rows = rest.get_all(f"{place.path}/events")
    except PermanentError as error:
        if error.code not in _ABSENT:
            raise
        return []
    with understanding(str(place)):
        edits = [edit for edit in _read(rows) if edit.made_at >= since]
    return sorted(edits, key=lambda edit: edit.made_at)


def _read(rows: list[Json]) -> Iterator[Edit]:
    for row in rows:
        field, tell = _KINDS.get(str(row["event"]), ("", _nothing))
        if field:
            before, after = tell(row)
            yield Edit(
                entry=str(row["id"]),
                made_at=parse_moment(row["created_at"]),
                author=find_person(row.get("actor")),
                field=field,
                before=before,
                after=after,
            )


def _nothing(_row: Json) -> Values:
    return (), ()


def _renamed(row: Json) -> Values:
    return (row["rename"]["from"],), (row["rename"]["to"],)


def _closed(row: Json) -> Values:
    return (), (get_status({"state": "closed", **row}),)


_KINDS: Mapping[str, tuple[str, Callable[[Json], Values]]] = MappingProxyType(
    {
        "renamed": ("title", _renamed),
        "labeled": ("labels", lambda row: ((), (row["label"]["name"],))),
        "unlabeled": ("labels", lambda row: ((row["label"]["name"],), ())),
        "milestoned": ("releases", lambda row: ((), (row["milestone"]["title"],))),
        "demilestoned": ("releases", lambda row: ((row["milestone"]["title"],), ())),
        "closed": ("status", _closed),
        "reopened": ("status", lambda _row: ((), (OPEN,))),
    }
)
