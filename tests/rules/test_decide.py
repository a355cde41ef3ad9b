"""Facts in, decision out."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from model.decisions import Evidence, Section
from rules.decide import decide
from rules.ruleset import Ruleset

KIND, SCOPE, PRIORITY, RELEASE = Section


def test_the_first_rule_that_matches_decides(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.type: Epic}, set: task}
      - {id: b, when: {issue.type: [Bug, Epic]}, set: defect}
      - {id: c, otherwise: requirement}
    """
    assert decide(ruleset, {"issue.type": "Epic"}).verdict[KIND] == "task"
    assert decide(ruleset, {"issue.type": "Bug"}).verdict[KIND] == "defect"
    assert decide(ruleset, {}).verdict[KIND] == "requirement"


def test_a_reason_names_rule_place_words_and_values(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - id: asks
        when: {issue.text: {contains: [怎么]}, project.phase: trial_run}
        set: question
        because: {zh: 不会用, en: Asks how}
    """
    facts = {"issue.title": "资金报表怎么导出", "project.phase": "trial_run"}
    (reason,) = decide(ruleset, facts).reasons
    assert (reason.rule, reason.place) == ("asks", "rules.yaml:3")
    assert reason.because == {"zh": "不会用", "en": "Asks how"}
    assert reason.matched == {
        "issue.text": "资金报表【怎么】导出",
        "project.phase": "trial_run",
    }


def test_later_sections_read_earlier_results(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, when: {issue.type: Bug}, set: defect}, {id: r, otherwise: requirement}]
    scope: [{id: s, when: {kind: defect}, set: in_contract}, {id: u, otherwise: needs_review}]
    priority:
      points: [{id: p, when: {kind: defect, scope: in_contract}, add: 50}]
      levels: {P0: 50, P3: 0}
    release:
      - {id: hot, when: {priority: P0}, train: hotfix}
      - {id: main, otherwise: {train: main}}
    """
    assert decide(ruleset, {"issue.type": "Bug"}).verdict == {
        KIND: "defect",
        SCOPE: "in_contract",
        PRIORITY: "P0",
        RELEASE: "train:hotfix",
    }


def test_questions_have_neither_scope_nor_release(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, otherwise: question}]
    scope: [{id: s, otherwise: in_contract}]
    release: [{id: r, otherwise: {train: main}}]
    """
    assert decide(ruleset, {}).verdict == {KIND: "question"}


def test_tasks_have_a_release_but_no_scope(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, otherwise: task}]
    scope: [{id: s, otherwise: in_contract}]
    release: [{id: r, otherwise: {hold: task}}]
    """
    assert decide(ruleset, {}).verdict == {KIND: "task", RELEASE: "hold:task"}


def test_an_override_is_seen_by_later_sections_and_leaves_the_verdict(
    ruleset: Ruleset,
) -> None:
    """
    name: x
    kind: [{id: k, otherwise: question}]
    scope: [{id: s, when: {kind: defect}, set: in_contract}]
    """
    decision = decide(ruleset, {}, overrides={KIND: "defect"})
    assert decision.verdict == {KIND: "question", SCOPE: "in_contract"}
    assert decision.effective == {KIND: "defect", SCOPE: "in_contract"}


def test_an_overridden_release_is_taken_as_the_person_named_it(
    ruleset: Ruleset,
) -> None:
    """
    name: x
    release: [{id: r, otherwise: {train: main}}]
    """
    decision = decide(ruleset, {}, overrides={RELEASE: "2026.8"})
    assert decision.verdict[RELEASE] == "train:main"
    assert decision.effective[RELEASE] == "2026.8"


def test_results_among_the_facts_are_not_believed(ruleset: Ruleset) -> None:
    """
    name: x
    release: [{id: r, when: {kind: defect}, train: hotfix}]
    """
    assert decide(ruleset, {"kind": "defect"}).verdict == {}


def test_points_add_up_and_each_has_its_reason(ruleset: Ruleset) -> None:
    """
    name: x
    priority:
      points:
        - {id: urgent, when: {issue.urgency: Highest}, add: 40}
        - {id: calm, when: {issue.type: Wish}, add: -5}
        - {id: many, per: requirement.client_count, add: 5, at_most: 30}
        - {id: large, when: {issue.type: Wish}, per: estimate.days, add: -4, at_most: 10}
      levels: {P0: 80, P1: 50, P2: 20, P3: 0}
    """
    facts = {
        "issue.urgency": "Highest",
        "issue.type": "Wish",
        "requirement.client_count": 9,
        "estimate.days": Decimal("3.6"),
    }
    decision = decide(ruleset, facts)
    points = {reason.rule: reason.points for reason in decision.reasons}
    assert points == {"urgent": 40, "calm": -5, "many": 30, "large": -10}
    assert (decision.score, decision.verdict[PRIORITY]) == (55, "P1")


def test_a_score_below_every_level_is_the_last_level(ruleset: Ruleset) -> None:
    """
    name: x
    priority:
      points: [{id: calm, when: {issue.type: Wish}, add: -5}]
      levels: {P0: 80, P2: 0}
    """
    assert decide(ruleset, {"issue.type": "Wish"}).verdict[PRIORITY] == "P2"


def test_days_are_counted_in_the_rulesets_time_zone(ruleset: Ruleset) -> None:
    """
    name: x
    timezone: Asia/Shanghai
    kind:
      - {id: a, when: {issue.created_at: {after: 2026-03-01}}, set: task}
    """
    late = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    assert KIND not in decide(ruleset, {"issue.created_at": late}).verdict
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert decide(ruleset, {"issue.created_at": midnight}).verdict[KIND] == "task"


@pytest.mark.parametrize(("raised", "holds"), [(7, True), (6, False), (10, True)])
def test_within_counts_days_back_from_today(
    ruleset: Ruleset, raised: int, holds: bool
) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.priority_raised_at: {within: 3d}}, set: task}
    """
    facts = {
        "issue.priority_raised_at": datetime(2026, 3, raised, 23, tzinfo=UTC),
        "today": date(2026, 3, 10),
    }
    assert (KIND in decide(ruleset, facts).verdict) is holds


def test_evidence_and_fingerprints_are_kept(ruleset: Ruleset) -> None:
    """
    name: x
    """
    near = (Evidence("3.2", "finance", "Export", 0.7),)
    decision = decide(ruleset, {}, evidence=near, contract="abc")
    assert (decision.evidence, decision.contract) == (near, "abc")
    assert decision.ruleset == ruleset.fingerprint
    assert len(decision.ruleset) == 64
