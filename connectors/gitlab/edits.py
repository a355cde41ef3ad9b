"""The log of an issue: labels, state and milestone, with who changed them and when.

https://docs.gitlab.com/api/resource_label_events/, ``resource_state_events`` and
``resource_milestone_events``. What else people change GitLab tells in sentences only.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from connectors.gitlab.mapping import IssuePlace, find_person
from connectors.gitlab.rest import Json, Rest, is_project_missing
from connectors.gitlab.timestamps import parse_moment
from connectors.shapes import understanding
from model.edits import Edit
from model.errors import PermanentError

Values = tuple[tuple[str, ...], tuple[str, ...]]

_STATES = MappingProxyType({"reopened": "opened"})
_ABSENT = frozenset({"not_found", "permission_missing"})


def fetch_edits(place: IssuePlace, since: datetime, rest: Rest) -> list[Edit]:
    """What was changed from a moment on, oldest first; nothing when it is gone."""
    edits = [
        edit
        for kind, (field, tell) in _KINDS.items()
        for edit in _read(kind, field, tell, _fetch(kind, place, rest))
        if edit.made_at >= since
    ]
    return sorted(edits, key=lambda edit: edit.made_at)


def _fetch(kind: str, place: IssuePlace, rest: Rest) -> list[Json]:
    try:
        return rest.get_all(f"{place.path}/resource_{kind}_events")
    except PermanentError as error:
        if error.code not in _ABSENT or is_project_missing(error):
            raise
        return []


def _read(
    kind: str, field: str, tell: Callable[[Json], Values], rows: list[Json]
) -> Iterator[Edit]:
    for row in sorted(rows, key=lambda row: int(row["id"])):
        with understanding(f"{kind} event"):
            before, after = tell(row)
            yield Edit(
                entry=f"{kind}.{row['id']}",
                made_at=parse_moment(row["created_at"]),
                author=find_person(row.get("user")),
                field=field,
                before=before,
                after=after,
            )


def _label(row: Json) -> Values:
    return _added_or_removed(row, (row.get("label") or {}).get("name"))


def _milestone(row: Json) -> Values:
    return _added_or_removed(row, (row.get("milestone") or {}).get("title"))


def _added_or_removed(row: Json, name: str | None) -> Values:
    """A label or milestone that was deleted since has no name any more."""
    names = (name,) if name else ()
    return ((), names) if row["action"] == "add" else (names, ())


def _state(row: Json) -> Values:
    state = str(row["state"])
    return (), (_STATES.get(state, state),)


_KINDS: Mapping[str, tuple[str, Callable[[Json], Values]]] = MappingProxyType(
    {
        "label": ("labels", _label),
        "state": ("status", _state),
        "milestone": ("releases", _milestone),
    }
)
