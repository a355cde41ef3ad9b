"""What has to be written so that a tracker shows a decision: a three-way difference.

Pure. Per field, *base* is what we wrote last, *theirs* what the tracker shows,
*desired* what it should show. Desired differs from base: write. Only theirs differs:
a person acted. Status, release, assignee, fields and comment then stay as the person
left them; our labels are put back once, and after that a person has to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from model.changes import (
    Base,
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.client_text import ClientText
from model.issues import IssueSnapshot


@dataclass(frozen=True, slots=True)
class Target:
    """What a tracker should show of ours; None is no opinion.

    Attributes:
        labels: that should be there.
        owned_labels: every label that is ours to add and to take away.
        release: the name of the release; empty for none.
        person: whom the issue should be given to, as the ruleset names them.
        assignee: that person's account.
        fields: by name, what fields of ours should hold; empty for nothing.
    """

    labels: frozenset[str] | None = None
    owned_labels: frozenset[str] = frozenset()
    status: str | None = None
    release: str | None = None
    ship_on: date | None = None
    comment: ClientText | None = None
    person: str | None = None
    assignee: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference.

    Attributes:
        changes: to be written; empty when the tracker shows what it should.
        base: the merge base, with what was found to be equal already.
        kept: by field, what a person put in place of ours: left alone.
    """

    changes: tuple[Change, ...]
    base: Base
    kept: Mapping[str, str]


def plan(base: Base, theirs: IssueSnapshot, target: Target) -> Plan:
    """Compare what a tracker shows with what it should show."""
    changes, kept = list[Change](), dict[str, str]()
    for plan_field in _FIELDS:
        draft = plan_field(base, theirs, target)
        base = draft.base
        changes.extend(draft.change)
        kept |= draft.kept
    return Plan(tuple(changes), replace(base, kept=kept), kept)


@dataclass(frozen=True, slots=True)
class _Draft:
    base: Base
    change: tuple[Change, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


def _plan_labels(base: Base, theirs: IssueSnapshot, target: Target) -> _Draft:
    if target.labels is None:
        return _Draft(base)
    ours = (target.owned_labels | base.labels) & theirs.labels
    if ours == target.labels:
        return _Draft(replace(base, labels=ours))
    change = SetLabels(add=target.labels - ours, remove=ours - target.labels)
    if target.labels != base.labels:
        return _Draft(replace(base, reasserted=None), (change,))
    if base.reasserted == target.labels:
        return _Draft(base, kept={"labels": ", ".join(sorted(ours))})
    return _Draft(base, (change,))


def _plan_status(base: Base, theirs: IssueSnapshot, target: Target) -> _Draft:
    if target.status is None:
        return _Draft(base)
    if _is_at(base, theirs, target.status):
        known = replace(base, status=target.status, status_id=theirs.status_id)
        return _Draft(known)
    if target.status != base.status:
        return _Draft(base, (Transition(target.status),))
    return _Draft(base, kept={"status": theirs.status})


def _is_at(base: Base, theirs: IssueSnapshot, status: str) -> bool:
    """By name, or by the id that the tracker took the name for."""
    same_id = base.status_id and theirs.status_id == base.status_id
    is_named = theirs.status.casefold() == status.casefold()
    return is_named or bool(same_id and status == base.status)


def _plan_release(base: Base, theirs: IssueSnapshot, target: Target) -> _Draft:
    if target.release is None:
        return _Draft(base)
    if not target.release:
        return _plan_no_release(base, theirs)
    if target.release in theirs.releases:
        return _Draft(replace(base, release=target.release))
    if target.release != base.release:
        stale = base.release if base.release in theirs.releases else None
        return _Draft(base, (SetRelease(target.release, stale, target.ship_on),))
    return _Draft(base, kept={"release": ", ".join(theirs.releases)})


def _plan_no_release(base: Base, theirs: IssueSnapshot) -> _Draft:
    if base.release and base.release in theirs.releases:
        return _Draft(base, (SetRelease(None, base.release),))
    return _Draft(replace(base, release=None))


def _plan_comment(base: Base, _theirs: IssueSnapshot, target: Target) -> _Draft:
    if target.comment is None or target.comment.hash == base.comment_hash:
        return _Draft(base)
    return _Draft(base, (UpsertComment(target.comment, base.comment_id),))


def _plan_assignee(base: Base, theirs: IssueSnapshot, target: Target) -> _Draft:
    wanted = target.assignee
    if wanted is None:
        return _Draft(base)
    if any(person.goes_by(wanted) for person in theirs.assignees):
        return _Draft(replace(base, assignee=wanted))
    if wanted != base.assignee:
        return _Draft(base, (SetAssignee(wanted, base.assignee),))
    names = ", ".join(one.name or one.tracker_id for one in theirs.assignees)
    return _Draft(base, kept={"assignee": names})


def _plan_fields(base: Base, theirs: IssueSnapshot, target: Target) -> _Draft:
    """What a person put into a field of ours stays until we have something new to say."""
    shown, known = theirs.written_fields, dict[str, str]()
    due, kept = dict[str, str](), list[str]()
    for name, wanted in target.fields.items():
        now, ours = shown.get(name, ""), base.fields.get(name, "")
        if is_same(now, wanted):
            known[name] = wanted
        elif wanted != ours and (wanted or is_same(now, ours)):
            due[name] = wanted
        elif wanted:
            kept.append(f"{name}: {now or '–'}")
    base = replace(base, fields={**base.fields, **known})
    previous = {name: base.fields[name] for name in due if name in base.fields}
    change = (SetFields(due, previous),) if due else ()
    return _Draft(base, change, {"fields": "; ".join(kept)} if kept else {})


def is_same(shown: str, wanted: str) -> bool:
    """Trackers write numbers their own way: ``3.0`` for ``3``."""
    try:
        return Decimal(shown) == Decimal(wanted)
    except InvalidOperation:
        return shown.casefold() == wanted.casefold()


_FIELDS = (
    _plan_labels,
    _plan_status,
    _plan_release,
    _plan_comment,
    _plan_assignee,
    _plan_fields,
)


def learn(base: Base, change: Change, receipt: Receipt) -> Base:
    """The merge base after a receipt for a change."""
    known: dict[str, Any]
    match change:
        case SetLabels(add, remove):
            labels = (base.labels | add) - remove
            again = labels if labels == base.labels else None
            known = {"labels": labels, "reasserted": again}
        case Transition(status):
            known = {"status": status, "status_id": receipt.status_id}
        case SetRelease(name):
            known = {"release": name}
        case UpsertComment(text):
            known = {"comment_id": receipt.comment_id, "comment_hash": text.hash}
        case SetAssignee(account):
            known = {"assignee": account}
        case SetFields(values):
            known = {"fields": {**base.fields, **values}}
    return replace(base, **known)
