"""Every rule of every section: whether it won or lost, and which condition decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.decisions import Facts, Section
from rules.case import Case, show
from rules.conditions import Condition
from rules.decide import NO_OVERRIDES, decide, is_decided, points_of
from rules.ruleset import PointRule, Rule, Ruleset
from rules.why import Check, check_condition


class Fate(StrEnum):
    """What became of a rule."""

    WON = "won"
    LOST = "lost"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule and how it came out.

    Attributes:
        place: ``file:line``.
        outcome: what it says, or would have said; for points what it added.
        fate: of points every rule that added something has won.
        checks: its questions with their values, also where it was not reached.
    """

    rule: str
    place: str
    outcome: str
    fate: Fate
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class SectionTrace:
    """One section.

    Attributes:
        verdict: what the rules said; empty for nothing.
        effective: what holds, a person's override included.
        decided: False where the kind leaves nothing to decide.
    """

    section: Section
    verdict: str
    effective: str
    decided: bool
    rules: tuple[RuleTrace, ...]


def explain(
    ruleset: Ruleset,
    facts: Facts,
    *,
    overrides: Mapping[Section, str] = NO_OVERRIDES,
) -> tuple[SectionTrace, ...]:
    """Say of each rule why it won, lost, or was not reached.

    Takes the same arguments as :func:`rules.decide.decide` and agrees with it.
    """
    decision = decide(ruleset, facts, overrides=overrides)
    case = Case(facts, ruleset.zone)
    traces = []
    for section in Section:
        decided = is_decided(section, decision.effective.get(Section.KIND, ""))
        trace = SectionTrace(
            section,
            decision.verdict.get(section, ""),
            decision.effective.get(section, ""),
            decided,
            tuple(_trace(section, ruleset, case, decided=decided)),
        )
        traces.append(trace)
        if trace.effective:
            case.tell(section.value, trace.effective)
    return tuple(traces)


def _trace(
    section: Section, ruleset: Ruleset, case: Case, *, decided: bool
) -> Iterator[RuleTrace]:
    if section is Section.PRIORITY:
        return (_trace_points(rule, case) for rule in ruleset.points)
    return _trace_ordered(ruleset.sections[section], case, decided=decided)


def _trace_ordered(
    rules: Sequence[Rule], case: Case, *, decided: bool
) -> Iterator[RuleTrace]:
    reached = decided
    for rule in rules:
        held = rule.holds(case)
        fate = Fate.LOST if not held else Fate.WON
        yield RuleTrace(
            rule.id,
            rule.place,
            str(rule.outcome),
            fate if reached else Fate.NOT_REACHED,
            _checks(rule.condition, case),
        )
        reached = reached and not held


def _trace_points(rule: PointRule, case: Case) -> RuleTrace:
    points = points_of(rule, case)
    fate = Fate.WON if points else Fate.LOST
    checks = _checks(rule.condition, case)
    if rule.per:
        asked = f"{rule.per} × {rule.add}"
        held = case[rule.per] is not None
        checks = (*checks, Check(0, asked, show(case.value(rule.per)), held))
    return RuleTrace(rule.id, rule.place, f"{points:+d}", fate, checks)


def _checks(condition: Condition | None, case: Case) -> tuple[Check, ...]:
    return tuple(check_condition(condition, case))
