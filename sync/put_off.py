"""Say how long a decision stands before the issue has to be looked at again.

Only what changes without a stimulus is asked about here. Everything else that a decision
stands on (the issue, its comments, overrides, the ruleset, the contract, the catalogue, a
calibration, an opinion) has the issue decided on when it changes.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from model.decisions import Facts
from model.issues import StatusCategory
from pool.issues import StoredIssue
from rules.next_day import Calendar, read_calendar
from sync.place import Placement
from sync.plan import Plan
from sync.sitting import Sitting
from sync.survey import Matter

_ALLOWANCE = "contract.match.allowance_left"
_STATE = "requirement.state"
_SHIPS = "release.ship_on"


def put_off(
    sitting: Sitting,
    matter: Matter,
    facts: Facts,
    placement: Placement,
    planned: Plan,
) -> date | None:
    """The day on which an issue is to be decided on again; None: no day changes it.

    Args:
        sitting: the transaction's.
        matter: what was decided on, its requirement where it went by itself.
        facts: of today.
        placement: the release that it is in.
        planned: what is to be written.

    Returns:
        Tomorrow where something else than the day may change it meanwhile. Otherwise
        the first day on which a rule or a clause may come out otherwise; on every day
        before it the issue is decided on as it was today.
    """
    calendar = _read_calendar(sitting, matter.issue)
    if any(_moves(calendar, matter, facts)) or placement.waits or planned.changes:
        return matter.today + timedelta(days=1)  # what comes of a write is seen then
    release, contract = placement.release, matter.setting.contract
    known = {**facts, _SHIPS: release.ship_on} if release else facts
    days = (
        calendar.find_next(known),
        contract.find_next_day(matter.today) if contract else None,
    )
    return min((day for day in days if day), default=None)


def _moves(calendar: Calendar, matter: Matter, facts: Facts) -> Iterator[bool]:
    """What this decision, or one on another issue, may have made of the facts.

    What later issues take of an allowance is nothing to one that is closed: whoever was
    first has had it.
    """
    after = matter.issue
    is_closed = after.snapshot.status_category is StatusCategory.DONE
    yield len(matter.links) > 1
    yield _STATE in calendar.asked and facts.get(_STATE) != after.requirement_state
    yield _ALLOWANCE in calendar.asked and _ALLOWANCE in facts and not is_closed


def _read_calendar(sitting: Sitting, issue: StoredIssue) -> Calendar:
    ruleset, known = (
        sitting.ruleset_of(issue.project_id),
        sitting.engine.memory.calendars,
    )
    if ruleset.fingerprint not in known:
        known[ruleset.fingerprint] = read_calendar(ruleset)
    return known[ruleset.fingerprint]
