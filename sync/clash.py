"""Where a plan writes over what a person put into a field of ours, or leaves it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from model.changes import (
    Base,
    Change,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
)
from model.issues import IssueSnapshot
from pool.conflicts import Kept
from sync.plan import Plan, is_same


@dataclass(frozen=True, slots=True)
class Clash:
    """One field with three values; see :class:`pool.conflicts.Conflict`."""

    field: str
    base: str
    theirs: str
    ours: str
    kept: Kept


def clash(base: Base, theirs: IssueSnapshot, planned: Plan) -> Iterator[Clash]:
    """Yield the fields in which theirs differs from base, and ours from theirs.

    Where we never wrote nobody has changed anything of ours. Whose words stand in our
    comment is told by the history alone: a tracker's body is normalised.

    Args:
        base: what we wrote last, before the plan.
        theirs: what the tracker shows.
        planned: from these two.
    """
    for change in planned.changes:
        if type(change) in _SIDES:
            field, sides = _SIDES[type(change)]
            it = sides(base, theirs, change)
            if it.base and it.base.casefold() != it.theirs.casefold():
                yield Clash(field, *it, Kept.OURS)
    for field, value in planned.kept.items():
        if base.kept.get(field) != value:
            ours = _told(base, field)
            yield Clash(field, ours, value, ours, Kept.THEIRS)


class _Sides(NamedTuple):
    base: str
    theirs: str
    ours: str


def _labels(base: Base, theirs: IssueSnapshot, change: SetLabels) -> _Sides:
    shown = base.labels & theirs.labels
    wanted = (shown | change.add) - change.remove
    return _Sides(_words(base.labels), _words(shown), _words(wanted))


def _status(base: Base, theirs: IssueSnapshot, change: Transition) -> _Sides:
    stands = bool(base.status_id) and base.status_id == theirs.status_id
    shown = (base.status or "") if stands else theirs.status
    return _Sides(base.status or "", shown, change.status)


def _release(base: Base, theirs: IssueSnapshot, change: SetRelease) -> _Sides:
    stands = base.release in theirs.releases
    shown = base.release if stands else _words(theirs.releases)
    return _Sides(base.release or "", shown or "", change.name or "")


def _assignee(base: Base, theirs: IssueSnapshot, change: SetAssignee) -> _Sides:
    known = base.assignee or ""
    stands = any(one.goes_by(known) for one in theirs.assignees)
    names = _words(one.name or one.tracker_id for one in theirs.assignees)
    return _Sides(known, known if stands else names, change.account)


def _fields(base: Base, theirs: IssueSnapshot, change: SetFields) -> _Sides:
    known = {name: base.fields[name] for name in change.values if base.fields.get(name)}
    shown = {name: theirs.written_fields.get(name, "") for name in known}
    alike = {name: known[name] for name in known if is_same(shown[name], known[name])}
    wanted = {name: change.values[name] for name in known}
    return _Sides(_pairs(known), _pairs({**shown, **alike}), _pairs(wanted))


_SIDES: Mapping[type[Change], tuple[str, Callable[[Base, IssueSnapshot, Any], _Sides]]]
_SIDES = {
    SetLabels: ("labels", _labels),
    Transition: ("status", _status),
    SetRelease: ("release", _release),
    SetAssignee: ("assignee", _assignee),
    SetFields: ("fields", _fields),
}


def _told(base: Base, field: str) -> str:
    """A field of the base in words."""
    match getattr(base, field):
        case None:
            return ""
        case str(value):
            return value
        case Mapping() as values:
            return _pairs(values)
        case values:
            return _words(values)


def _pairs(values: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {it}" for name, it in sorted(values.items()))


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
