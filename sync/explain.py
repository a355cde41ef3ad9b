"""Explain a decision as it was taken: by its own ruleset, on its own facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from model.decisions import Decision, Section
from pool import decisions, rulesets
from pool.database import Connection
from pool.decisions import StoredDecision
from pool.rulesets import Activation
from rules.explain import SectionTrace
from rules.explain import explain as explain_rules
from rules.ruleset import Ruleset
from sync.replay import revive_facts
from sync.sitting import load_stored

Which = int | UUID | datetime | None
"""The n-th decision on the issue (from 1), one by its id, the one that held at a moment;
None is the latest."""


class NotDecided(LookupError):  # noqa: N818 - says what is missing
    """There is no such decision on the issue."""


class RulesetGone(LookupError):  # noqa: N818 - says what is missing
    """The decision's ruleset is not stored, or not accepted by this version."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every rule of every section, won or lost.

    Attributes:
        number: counts the issue's decisions from 1, the oldest.
        of: how many there are.
        stored: the decision, with its facts.
        ruleset: the activation whose texts explain it.
        agrees: the rules, asked again today, say what they said then; False only
            after the rules' engine has changed.
    """

    number: int
    of: int
    stored: StoredDecision
    ruleset: Activation
    sections: Sequence[SectionTrace]
    agrees: bool


async def explain(
    connection: Connection, issue: UUID, which: Which | date = None
) -> Explanation:
    """Explain one decision on an issue.

    Args:
        connection: of the transaction.
        issue: its id.
        which: for a day, the one that held at its end, as the ruleset counts days.

    Raises:
        NotDecided: there is none such.
        RulesetGone: what it was taken by cannot be had any more.
    """
    taken = list(reversed(await decisions.find_of_issue(connection, issue)))
    if isinstance(which, date) and not isinstance(which, datetime):
        which = await _end_of(connection, which, taken)
    number = _choose(taken, which)
    stored = taken[number - 1]
    activation, ruleset = await _get_ruleset(connection, stored.decision)
    sections = explain_rules(
        ruleset,
        revive_facts(stored.facts),
        overrides=_pinned(stored.decision),
    )
    agrees = _verdict(sections) == dict(stored.decision.verdict)
    return Explanation(number, len(taken), stored, activation, sections, agrees)


def _choose(taken: Sequence[StoredDecision], which: Which) -> int:
    """The number of the decision that is meant; of several that fit the latest."""
    fits = [
        number for number, stored in enumerate(taken, 1) if _fits(number, stored, which)
    ]
    if not fits:
        raise NotDecided(str(which or ""))
    return fits[-1]


def _fits(number: int, stored: StoredDecision, which: Which) -> bool:
    match which:
        case None:
            return True
        case int():
            return number == which
        case UUID():
            return stored.id == which
        case datetime():
            return stored.decided_at <= which


async def _end_of(
    connection: Connection, day: date, taken: Sequence[StoredDecision]
) -> datetime:
    """The end of a day, as the ruleset of the latest decision counts days."""
    if not taken:
        raise NotDecided(str(day))
    _, ruleset = await _get_ruleset(connection, taken[-1].decision)
    return datetime.combine(day, time.max, ruleset.zone)


async def _get_ruleset(
    connection: Connection, decision: Decision
) -> tuple[Activation, Ruleset]:
    activation = await rulesets.find_by_fingerprint(connection, decision.ruleset)
    if activation is None:
        raise RulesetGone(decision.ruleset)
    try:
        return activation, load_stored(activation)
    except ValueError as error:
        raise RulesetGone(decision.ruleset) from error


def _pinned(decision: Decision) -> Mapping[Section, str]:
    """What people had overruled then; a pin to the rules' own word changes nothing."""
    return {
        section: value
        for section, value in decision.effective.items()
        if decision.verdict.get(section) != value
    }


def _verdict(sections: Sequence[SectionTrace]) -> Mapping[Section, str]:
    return {trace.section: trace.verdict for trace in sections if trace.verdict}
