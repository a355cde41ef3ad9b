"""Decide on an issue: facts in, decision and intended writes out, all in the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from model.answers import Answer
from model.decisions import Decision, Kind, Override, PoolState, Scope, Section
from model.issues import StatusCategory
from model.releases import Release
from model.signs import Decided
from planning.next_release import next_release
from pool import commands, decisions, history, issues, outbox, projects, requirements
from pool.allowances import hold_allowances, sum_consumed
from pool.decisions import StoredDecision
from pool.encode import encode
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.outbox import Caution
from pool.projects import Setting
from pool.schema import StateOrigin
from rules.decide import decide as apply_rules
from rules.ruleset import ANSWERED_KINDS
from sync.aim import aim
from sync.assign import assign
from sync.charge import Charge
from sync.facts import Occasion, gather_facts
from sync.match import match as find_match
from sync.note_conflicts import note_conflicts
from sync.plan import Plan, plan
from sync.replay import have_aged, revive_facts
from sync.ruling import Ruling
from sync.sitting import Sitting

_RULES = "rules"
_BY_PERSON = frozenset({"command", "override", "state"})
_FIRST_IMPORT = "backfill"
_MOST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an issue goes.

    Attributes:
        release: that it is planned for; None for none, as is its id.
        clause: whose allowance it counts against.
    """

    release: Release | None
    id: UUID | None
    clause: str | None = None


async def decide(sitting: Sitting, issue: StoredIssue, cause: str) -> int:
    """Decide on one locked issue and store what follows.

    Args:
        sitting: the transaction's.
        issue: as it is now.
        cause: what made us look: ``webhook``, ``poll``, ``override`` …

    Returns:
        How many new writes to the tracker are wanted.
    """
    setting = await sitting.get_setting(issue.project_id)
    today = sitting.today_in(issue.project_id)
    match = await find_match(sitting.engine, sitting.connection, issue, setting, today)
    overrides = await decisions.find_overrides(sitting.connection, issue.id)
    count = await requirements.count_clients(sitting.connection, issue.requirement_id)
    charge = Charge(match, overrides)
    left = await _find_left(sitting, issue, setting, charge)
    facts = gather_facts(Occasion(issue, setting, today, match, count, left))
    decision = apply_rules(
        sitting.ruleset_of(issue.project_id),
        facts,
        overrides={section: made.value for section, made in overrides.items()},
        evidence=match.clauses if match else (),
        contract=setting.contract.fingerprint if setting.contract else "",
    )
    if match is not None:
        decision = replace(decision, engine=f"{decision.engine} {match.engine}")
    placement = await _place(sitting, issue, decision, overrides)
    placement = replace(placement, clause=charge.settle(decision))
    ruling = Ruling(
        decision,
        facts,
        setting,
        placement.release,
        await _find_answers(sitting, issue),
        placement.clause or "",
    )
    stored = StoredDecision(
        id=sitting.engine.ids(),
        decided_at=sitting.engine.clock(),
        cause=cause,
        facts=encode(dict(facts), dict[str, object]),
        decision=decision,
    )
    await _store(sitting, issue, stored, placement)
    issue = await _advance(sitting, issue, decision)
    target = await assign(sitting, issue, aim(sitting, issue, ruling))
    planned = plan(issue.base, issue.snapshot, target)
    await note_conflicts(sitting, issue, planned)
    writes = await _want(sitting, issue, planned, _caution(sitting, issue, cause))
    ref = issue.snapshot.ref
    sitting.engine.tell(Decided(ref.source, ref.tracker_id, stored.id, cause, writes))
    return writes


async def _find_answers(sitting: Sitting, issue: StoredIssue) -> Sequence[Answer]:
    if not issue.has_commands:
        return ()
    return await commands.find_answers(sitting.connection, issue.id, _MOST_ANSWERS)


async def _find_left(
    sitting: Sitting, issue: StoredIssue, setting: Setting, charge: Charge
) -> Decimal | None:
    """What is left for this issue: what others take of the clause's allowance is not."""
    contract = setting.contract
    clause = charge.find_clause(contract) if contract else None
    if contract is None or clause is None or clause.allowance_days is None:
        return None
    await hold_allowances(sitting.connection, contract.slug)
    return clause.allowance_days - await sum_consumed(
        sitting.connection, contract.slug, clause.id, without=issue.requirement_id
    )


async def _place(
    sitting: Sitting,
    issue: StoredIssue,
    decision: Decision,
    overrides: Mapping[Section, Override],
) -> Placement:
    intent = decision.effective.get(Section.RELEASE, "")
    if Section.RELEASE in overrides:
        found = await projects.find_release(sitting.connection, intent)
        return Placement(*found) if found else Placement(None, None)
    if _is_over(issue):
        kept = await projects.find_release_of(sitting.connection, issue.release_id)
        return Placement(kept, issue.release_id)
    verb, _, train = intent.partition(":")
    if verb != "train":
        return Placement(None, None)
    releases = await sitting.find_releases(train)
    current = {identity: release.name for release, identity in releases.items()}
    days = issue.estimate_days or Decimal(0)
    stays_in = current.get(issue.release_id) if issue.release_id else None
    today = sitting.today_in(issue.project_id)
    release = next_release(releases, on=today, days=days, current=stays_in)
    if release is None:
        return Placement(None, None)
    identity = releases[release]
    if stays_in is None:
        sitting.give_away(release, days)
    return Placement(release, identity)


def _is_over(issue: StoredIssue) -> bool:
    """Nothing more is done about it: it stays in its release, and goes into none."""
    is_done = issue.snapshot.status_category is StatusCategory.DONE
    return is_done or issue.requirement_state.is_final


async def _store(
    sitting: Sitting, issue: StoredIssue, stored: StoredDecision, placement: Placement
) -> None:
    connection = sitting.connection
    last = await decisions.find(connection, issue.decision_id)
    if last is None or not decisions.is_same(last.decision, stored.decision):
        await decisions.add(connection, stored, issue.client_id, issue.id)
        await _note_flips(sitting, issue, last, stored)
    else:
        if have_aged(last.facts, revive_facts(stored.facts)):
            await decisions.renew_facts(connection, last.id, stored.facts)
        stored = last
    reached = sitting.reach(issue.project_id)
    await decisions.show(
        connection, issue.id, stored, placement.id, placement.clause, reached
    )
    await requirements.roll_up(connection, issue.requirement_id, stored.decided_at)


async def _note_flips(
    sitting: Sitting,
    issue: StoredIssue,
    last: StoredDecision | None,
    stored: StoredDecision,
) -> None:
    before = last.decision.effective if last else {}
    after = stored.decision.effective
    events = [
        Event(
            happened_at=stored.decided_at,
            origin=Origin.RULES,
            actor=_RULES,
            field=section.value,
            before=before.get(section),
            after=after.get(section),
            note=stored.cause,
        )
        for section in Section
        if before.get(section) != after.get(section)
    ]
    await history.add(
        sitting.connection, sitting.engine.ids, issue.client_id, issue.id, events
    )
    if events:
        await requirements.touch(
            sitting.connection, issue.requirement_id, stored.decided_at
        )


async def _advance(
    sitting: Sitting, issue: StoredIssue, decision: Decision
) -> StoredIssue:
    state = _next_state(issue, decision)
    if state is None:
        return issue
    moved, origin = state
    await requirements.move(
        sitting.connection,
        issue.requirement_id,
        moved,
        origin,
        sitting.engine.clock(),
    )
    return replace(issue, requirement_state=moved, state_origin=origin)


def _next_state(
    issue: StoredIssue, decision: Decision
) -> tuple[PoolState, StateOrigin] | None:
    """Where the requirement goes by itself: a person's word is never moved."""
    if issue.state_origin is StateOrigin.PERSON:
        return None
    state, closed = issue.requirement_state, issue.snapshot.status_category
    if closed is StatusCategory.DONE:
        kind = Kind(decision.effective[Section.KIND])
        done = PoolState.ANSWERED if kind in ANSWERED_KINDS else PoolState.DELIVERED
        return None if state is done else (done, StateOrigin.TRACKER)
    unsure = decision.effective.get(Section.SCOPE) == Scope.NEEDS_REVIEW
    open_state = PoolState.NEW if unsure else PoolState.TRIAGED
    return None if state is open_state else (open_state, StateOrigin.RULES)


def _caution(sitting: Sitting, issue: StoredIssue, cause: str) -> Caution:
    """What a run set aside is held until it is over; a person's act never is."""
    if cause in _BY_PERSON:
        return Caution.SEND
    if issue.decision_id is not None:
        return Caution.FOLLOW if issue.decided_on else Caution.HOLD
    config = sitting.engine.sources[issue.snapshot.ref.source].config
    asks = config.mass_change_first and cause == _FIRST_IMPORT
    return Caution.HOLD if asks else Caution.FOLLOW


async def _want(
    sitting: Sitting, issue: StoredIssue, planned: Plan, caution: Caution
) -> int:
    engine, connection = sitting.engine, sitting.connection
    if planned.base != issue.base:
        await issues.keep_base(connection, issue.id, planned.base)
    return await outbox.want(
        connection, engine.ids, issue.id, planned.changes, engine.clock(), caution
    )
