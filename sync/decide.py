"""Decide on issues: facts in, decisions and intended writes out, all in the pool.

What some issues need is read at once, and what follows is kept at once. Between the two
nothing is asked: an issue's outcome is a value, and what one decision takes from the
next (a clause's allowance, a release's room) is counted on the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from model.decisions import Decision, Kind, PoolState, Scope, Section
from model.issues import StatusCategory
from model.signs import Decided
from pool import decisions
from pool.decisions import StoredDecision
from pool.encode import encode
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.outbox import Caution
from pool.states import StateOrigin
from rules.decide import decide as apply_rules
from rules.ruleset import ANSWERED_KINDS
from sync.aim import aim
from sync.assign import assign
from sync.facts import Occasion, gather_facts
from sync.grant import Allowances, grant
from sync.keep import Outcome, keep
from sync.place import Places, place
from sync.plan import plan
from sync.put_off import put_off
from sync.replay import have_aged, revive_facts
from sync.ruling import Ruling
from sync.sitting import Sitting
from sync.survey import Matter, survey

_RULES = "rules"
_BY_PERSON = frozenset({"command", "override", "state"})
_FIRST_IMPORT = "backfill"


async def decide(sitting: Sitting, issues: Sequence[StoredIssue], cause: str) -> int:
    """Decide on locked issues, one after the other, and store what follows.

    Args:
        sitting: the transaction's.
        issues: as they are now.
        cause: what made us look: ``webhook``, ``poll``, ``override`` …

    Returns:
        How many new writes to the tracker are wanted.
    """
    writes, moved = 0, dict[UUID, Outcome]()
    ahead = list(issues)
    for some in _by_turns(issues):
        del ahead[: len(some)]
        outcomes = await _decide_together(
            sitting, [_as_moved(one, moved) for one in some], ahead, cause
        )
        new = await keep(sitting, outcomes)
        moved |= {one.issue.requirement_id: one for one in outcomes}
        for one, count in zip(outcomes, new, strict=True):
            ref = one.issue.snapshot.ref
            told = Decided(ref.source, ref.tracker_id, one.made.id, cause, count)
            sitting.engine.tell(told)
        writes += sum(new)
    return writes


def _by_turns(issues: Sequence[StoredIssue]) -> Iterator[list[StoredIssue]]:
    """No two of a requirement together: the first changes what the next is decided by."""
    some = dict[UUID, StoredIssue]()
    for issue in issues:
        if issue.requirement_id in some:
            yield list(some.values())
            some.clear()
        some[issue.requirement_id] = issue
    if some:
        yield list(some.values())


def _as_moved(issue: StoredIssue, before: dict[UUID, Outcome]) -> StoredIssue:
    """An issue, after others of its requirement were decided on."""
    last = before.get(issue.requirement_id)
    if last is None:
        return issue
    state, origin = last.issue.requirement_state, last.issue.state_origin
    return replace(issue, requirement_state=state, state_origin=origin)


async def _decide_together(
    sitting: Sitting,
    issues: Sequence[StoredIssue],
    ahead: Sequence[StoredIssue],
    cause: str,
) -> Sequence[Outcome]:
    connection = sitting.connection
    matters = await survey(sitting, issues)
    allowances = await grant(connection, matters, ahead)
    made = [(it, _rule(sitting, it, allowances, cause)) for it in matters]
    places = await place(connection, [(it, one.decision) for it, one in made])
    return [_conclude(sitting, it, one, places) for it, one in made]


def _rule(
    sitting: Sitting, matter: Matter, allowances: Allowances, cause: str
) -> StoredDecision:
    """What the rules say of one issue, and what it then takes from the others."""
    issue, setting, match = matter.issue, matter.setting, matter.match
    left = allowances.find_left(matter)
    facts = gather_facts(
        Occasion(issue, setting, matter.today, match, matter.client_count, left)
    )
    decision = apply_rules(
        sitting.ruleset_of(issue.project_id),
        facts,
        overrides={section: made.value for section, made in matter.overrides.items()},
        evidence=match.clauses if match else (),
        contract=setting.contract.fingerprint if setting.contract else "",
    )
    if match is not None:
        decision = replace(decision, engine=f"{decision.engine} {match.engine}")
    allowances.take(matter, _advance(issue, decision), matter.charge.settle(decision))
    return StoredDecision(
        id=sitting.engine.ids(),
        decided_at=sitting.engine.clock(),
        cause=cause,
        facts=facts,
        decision=decision,
    )


def _conclude(
    sitting: Sitting, matter: Matter, made: StoredDecision, places: Places
) -> Outcome:
    """What is kept of one decision, and wanted of the tracker."""
    before, decision = matter.issue, made.decision
    issue = _advance(before, decision)
    matter = replace(matter, issue=issue)
    placement = places.find(matter, decision)
    clause = matter.charge.settle(decision)
    ruling = Ruling(
        decision,
        made.facts,
        matter.setting,
        placement.release,
        matter.answers,
        clause or "",
    )
    target, notice = assign(sitting.engine, issue, aim(sitting, issue, ruling))
    planned = plan(issue.base, issue.snapshot, target)
    stored = replace(made, facts=encode(dict(made.facts), dict[str, object]))
    is_new = not matter.last or not decisions.is_same(matter.last.decision, decision)
    holds = stored if is_new or not matter.last else matter.last
    aged = not is_new and have_aged(holds.facts, revive_facts(stored.facts))
    return Outcome(
        issue=issue,
        before=before,
        made=stored,
        holds=holds,
        is_new=is_new,
        has_aged=aged,
        events=tuple(_find_flips(matter.last, stored)) if is_new else (),
        release=placement.id,
        clause=clause,
        due_on=put_off(sitting, matter, made.facts, placement, planned),
        planned=planned,
        caution=_caution(sitting, issue, made.cause),
        notice=notice,
        shared=len(matter.links) > 1,
    )


def _find_flips(last: StoredDecision | None, stored: StoredDecision) -> Iterator[Event]:
    before = last.decision.effective if last else {}
    after = stored.decision.effective
    for section in Section:
        if before.get(section) != after.get(section):
            yield Event(
                happened_at=stored.decided_at,
                origin=Origin.RULES,
                actor=_RULES,
                field=section.value,
                before=before.get(section),
                after=after.get(section),
                note=stored.cause,
            )


def _advance(issue: StoredIssue, decision: Decision) -> StoredIssue:
    """Where the requirement goes by itself: a person's word is never moved."""
    if issue.state_origin is StateOrigin.PERSON:
        return issue
    state, origin = _next_state(issue, decision)
    if issue.requirement_state is state:
        return issue
    return replace(issue, requirement_state=state, state_origin=origin)


def _next_state(
    issue: StoredIssue, decision: Decision
) -> tuple[PoolState, StateOrigin]:
    if issue.snapshot.status_category is StatusCategory.DONE:
        kind = Kind(decision.effective[Section.KIND])
        done = PoolState.ANSWERED if kind in ANSWERED_KINDS else PoolState.DELIVERED
        return done, StateOrigin.TRACKER
    unsure = decision.effective.get(Section.SCOPE) == Scope.NEEDS_REVIEW
    return PoolState.NEW if unsure else PoolState.TRIAGED, StateOrigin.RULES


def _caution(sitting: Sitting, issue: StoredIssue, cause: str) -> Caution:
    """What a run set aside is held until it is over; a person's act never is."""
    if cause in _BY_PERSON:
        return Caution.SEND
    if issue.decision_id is not None:
        return Caution.FOLLOW if issue.decided_on else Caution.HOLD
    config = sitting.engine.sources[issue.snapshot.ref.source].config
    asks = config.mass_change_first and cause == _FIRST_IMPORT
    return Caution.HOLD if asks else Caution.FOLLOW
