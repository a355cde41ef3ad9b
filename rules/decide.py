"""Facts in, decision out: pure."""

from collections.abc import Mapping, Sequence

from model.decisions import Decision, Evidence, Facts, Reason, Section
from rules.case import Case
from rules.ruleset import ANSWERED_KINDS, SCOPED_KINDS, PointRule, Rule, Ruleset
from rules.why import matched_facts

ENGINE = "rules/1"
"""Changes when the same facts and rules may come out differently."""

NO_OVERRIDES: Mapping[Section, str] = {}


def decide(
    ruleset: Ruleset,
    facts: Facts,
    *,
    overrides: Mapping[Section, str] = NO_OVERRIDES,
    evidence: Sequence[Evidence] = (),
    contract: str = "",
) -> Decision:
    """Decide on one issue.

    Args:
        ruleset: the rules.
        facts: by name of the vocabulary; absent ones are left out. Results of
            sections among them are not looked at.
        overrides: a person's value of a section: later sections see it as a fact.
        evidence: the nearest clauses, best first, handed on into the decision.
        contract: fingerprint of the contract.

    Returns:
        The decision: ``verdict`` holds what the rules said, also where a person said
        something else. Scope is decided for requirements and defects only, release
        for whatever is not merely answered.
    """
    case = Case(facts, ruleset.zone)
    verdict: dict[Section, str] = {}
    effective: dict[Section, str] = {}
    reasons: list[Reason] = []
    for section in Section:
        said, why = _decide_section(section, ruleset, case, effective)
        reasons.extend(why)
        _settle(section, said, verdict)
        _settle(section, overrides.get(section, said), effective)
        if section in effective:
            case.tell(section.value, effective[section])
    return Decision(
        verdict=verdict,
        effective=effective,
        score=sum(reason.points or 0 for reason in reasons),
        reasons=tuple(reasons),
        evidence=tuple(evidence),
        ruleset=ruleset.fingerprint,
        contract=contract,
        engine=ENGINE,
    )


def _decide_section(
    section: Section, ruleset: Ruleset, case: Case, effective: Mapping[Section, str]
) -> tuple[str, list[Reason]]:
    if not is_decided(section, effective.get(Section.KIND, "")):
        return "", []
    if section is Section.PRIORITY:
        reasons = _add_points(ruleset.points, case)
        return level_of(ruleset, sum(reason.points or 0 for reason in reasons)), reasons
    rule = _find_winner(ruleset.sections[section], case)
    if rule is None:
        return "", []
    matched = matched_facts(rule.condition, case)
    why = Reason(section, rule.id, rule.place, rule.because, matched)
    return rule.outcome, [why]


def _settle(section: Section, value: str, into: dict[Section, str]) -> None:
    if value:
        into[section] = str(value)


def is_decided(section: Section, kind: str) -> bool:
    """Whether a section has anything to say of a kind."""
    match section:
        case Section.SCOPE:
            return kind in SCOPED_KINDS
        case Section.RELEASE:
            return kind not in ANSWERED_KINDS
        case _:
            return True


def _find_winner(rules: Sequence[Rule], case: Case) -> Rule | None:
    for rule in rules:
        if rule.holds(case):
            return rule
    return None


def _add_points(rules: Sequence[PointRule], case: Case) -> list[Reason]:
    given = ((rule, points_of(rule, case)) for rule in rules)
    return [_point_reason(rule, points, case) for rule, points in given if points]


def _point_reason(rule: PointRule, points: int, case: Case) -> Reason:
    matched = dict(matched_facts(rule.condition, case))
    if rule.per:
        matched[rule.per] = str(case.value(rule.per))
    return Reason(Section.PRIORITY, rule.id, rule.place, rule.because, matched, points)


def points_of(rule: PointRule, case: Case) -> int:
    """What a rule adds; 0 when it does not match."""
    if not rule.holds(case):
        return 0
    return points_for(rule, case[rule.per]) if rule.per else rule.add


def points_for(rule: PointRule, number: float | None) -> int:
    """What a rule adds for a number of units."""
    points = 0 if number is None else _times(rule.add, number)
    bound = rule.at_most
    return points if bound is None else max(-abs(bound), min(abs(bound), points))


_MOST_POINTS = 1_000_000


def _times(add: int, number: float) -> int:
    """Infinite estimates do not overflow; parts of a point are dropped."""
    return int(max(-_MOST_POINTS, min(_MOST_POINTS, add * number)))


def level_of(ruleset: Ruleset, score: int) -> str:
    """The most urgent level that a score reaches; the last one when it reaches none."""
    for level, least in ruleset.levels:
        if score >= least:
            return level
    return ruleset.levels[-1][0] if ruleset.levels else ""
