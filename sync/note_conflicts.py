"""Write down where a person and we changed the same field of an issue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from model.changes import UpsertComment
from pool import conflicts, history
from pool.attention import Concern, raise_concern, resolve
from pool.conflicts import Conflict, Kept
from pool.history import Event, Origin
from pool.issues import StoredIssue
from sync.clash import Clash, clash
from sync.plan import Plan
from sync.sitting import Sitting

OVERWRITTEN, KEPT = "overwrote_person", "kept_by_person"


async def note_conflicts(
    sitting: Sitting, plans: Sequence[tuple[StoredIssue, Plan]]
) -> None:
    """Keep each conflict once, as a record and in the history.

    What is left as the person put it is a concern, too, until the field is ours again.
    """
    now = sitting.engine.clock()
    edited = await _find_edited(sitting, plans)
    for issue, planned in plans:
        for one in clash(issue.base, issue.snapshot, planned):
            await _note(sitting, issue, one, now)
        if issue.id in edited:
            await _note(sitting, issue, edited[issue.id], now)
        for name in issue.base.kept.keys() - planned.kept.keys():
            await resolve(sitting.connection, f"{issue.id}:{name}", now)


async def _note(
    sitting: Sitting, issue: StoredIssue, one: Clash, now: datetime
) -> None:
    """A write that waits is planned again with each decision, and clashes once."""
    engine, connection = sitting.engine, sitting.connection
    base, ours = (_name(sitting, issue, one, value) for value in (one.base, one.ours))
    noted = Conflict(now, one.field, base, one.theirs, ours, one.kept)
    if one.kept is Kept.OURS and await _is_known(sitting, issue, noted):
        return
    await conflicts.note(connection, engine.ids, issue.id, noted)
    await history.add(
        connection, engine.ids, issue.client_id, issue.id, [_event(noted)]
    )
    if one.kept is Kept.THEIRS:
        concern = Concern(
            code=f"{one.field}_kept_by_person",
            subject=f"{issue.id}:{one.field}",
            params={"key": issue.snapshot.key, "value": one.theirs},
            client_id=issue.client_id,
            source_id=issue.source_id,
            issue_id=issue.id,
        )
        await raise_concern(connection, engine.ids, concern, now)


def _name(sitting: Sitting, issue: StoredIssue, one: Clash, value: str) -> str:
    """Who an account of ours stands for: the tracker's ids tell people nothing."""
    people = sitting.engine.sources[issue.snapshot.ref.source].config.people
    known = {account: name for name, account in people.items()}
    return known.get(value, value) if one.field == "assignee" else value


def _event(noted: Conflict) -> Event:
    at, field = noted.noticed_at, noted.field
    if noted.kept is Kept.THEIRS:
        return Event(at, Origin.TRACKER, noted.actor, field, None, noted.theirs, KEPT)
    return Event(at, Origin.REQPOOL, "", field, noted.theirs, noted.ours, OVERWRITTEN)


async def _is_known(sitting: Sitting, issue: StoredIssue, noted: Conflict) -> bool:
    last = await conflicts.find_last(sitting.connection, issue.id, noted.field)
    return last is not None and last.is_same(noted)


async def _find_edited(
    sitting: Sitting, plans: Sequence[tuple[StoredIssue, Plan]]
) -> Mapping[UUID, Clash]:
    """Where a person edited our comment since we wrote it, and it is written anew."""
    anew = {
        issue.id: (f"comment:{issue.base.comment_id}", change.text.text)
        for issue, planned in plans
        for change in planned.changes
        if isinstance(change, UpsertComment) and issue.base.comment_id
    }
    fields = {issue: field for issue, (field, _) in anew.items()}
    last = await history.find_last(sitting.connection, fields)
    return {
        issue: Clash(
            "comment",
            str(it.before or ""),
            str(it.after or ""),
            anew[issue][1],
            Kept.OURS,
        )
        for issue, it in last.items()
        if it.origin is Origin.TRACKER
    }
