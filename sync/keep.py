"""Keep what was decided on some issues, each kind of thing with one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pool import decisions, history, outbox, requirements
from pool.attention import raise_concern, resolve
from pool.decisions import Shown, StoredDecision
from pool.history import Event, Told
from pool.issues import StoredIssue
from pool.outbox import Caution, Want
from pool.requirements import Turn
from sync.assign import Notice
from sync.note_conflicts import note_conflicts
from sync.plan import Plan
from sync.sitting import Sitting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be kept of a decision on one issue.

    Attributes:
        issue: as it is after the decision; ``before``, as it was.
        made: what was decided; ``holds``, the decision that shows: an earlier one when
            it says the same.
        has_aged: the one that holds is to stand on the new facts.
        events: what is new by it.
        release: that the issue is planned for.
        clause: whose allowance it counts against.
        due_on: when it is decided on again; None unless something of it changes.
        planned: of what is to be written to the tracker.
        notice: whether the person that the issue is given to has an account.
        shared: other issues have its requirement, too.
    """

    issue: StoredIssue
    before: StoredIssue
    made: StoredDecision
    holds: StoredDecision
    is_new: bool
    has_aged: bool
    events: Sequence[Event]
    release: UUID | None
    clause: str | None
    due_on: date | None
    planned: Plan
    caution: Caution
    notice: Notice | None
    shared: bool


async def keep(sitting: Sitting, outcomes: Sequence[Outcome]) -> Sequence[int]:
    """Store some outcomes; answers how many new writes are wanted of each."""
    connection, engine = sitting.connection, sitting.engine
    now = engine.clock()
    shown = [_show(sitting, one) for one in outcomes]
    made = [it for it, one in zip(shown, outcomes, strict=True) if one.is_new]
    aged = {one.holds.id: one.made.facts for one in outcomes if one.has_aged}
    told = [Told(it.issue.client_id, it.issue.id, it.events) for it in outcomes]
    turns = [_turn(one) for one in outcomes]
    wants = [
        Want(one.issue, one.holds.id, one.planned.changes, one.caution)
        for one in outcomes
    ]
    async with connection.pipeline():
        await decisions.add(connection, made)
        await decisions.renew_facts(connection, aged)
        await history.add_all(connection, engine.ids, told)
        await decisions.show(connection, shown)
        await requirements.roll_up(connection, turns, now)
        await _keep_notices(sitting, outcomes)
        await note_conflicts(sitting, [(one.issue, one.planned) for one in outcomes])
        return await outbox.want(connection, engine.ids, wants, now)


def _show(sitting: Sitting, outcome: Outcome) -> Shown:
    issue = outcome.issue
    return Shown(
        issue=issue.id,
        client=issue.client_id,
        stored=outcome.holds,
        release=outcome.release,
        clause=outcome.clause,
        due_on=outcome.due_on,
        base=outcome.planned.base,
        reached=sitting.reach(issue.project_id),
    )


def _turn(outcome: Outcome) -> Turn:
    issue, before = outcome.issue, outcome.before
    goes_on = issue is not before
    return Turn(
        requirement=issue.requirement_id,
        state=issue.requirement_state if goes_on else None,
        state_origin=issue.state_origin if goes_on else None,
        seen=bool(outcome.events),
        shared=outcome.shared,
    )


async def _keep_notices(sitting: Sitting, outcomes: Sequence[Outcome]) -> None:
    """One statement a person, however many issues are given to them."""
    notices: dict[str, list[Notice]] = {}
    for outcome in outcomes:
        if outcome.notice is not None:
            notices.setdefault(outcome.notice.subject, []).append(outcome.notice)
    connection, engine = sitting.connection, sitting.engine
    for subject, each in notices.items():
        concern = each[-1].concern
        if concern is None:
            await resolve(connection, subject, engine.clock())
        else:
            now = engine.clock()
            await raise_concern(connection, engine.ids, concern, now, len(each))
