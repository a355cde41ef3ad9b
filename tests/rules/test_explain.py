"""Each rule, and why it won or lost."""

from model.decisions import Section
from rules.decide import decide
from rules.explain import Fate, SectionTrace, explain
from rules.ruleset import Ruleset
from rules.why import Check


def test_every_rule_says_what_became_of_it(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.type: Bug, issue.labels: {any: [x]}}, set: defect}
      - {id: b, when: {not: {issue.status: Done}}, set: task}
      - {id: c, otherwise: requirement}
    """
    kind, scope, _, _ = explain(ruleset, {"issue.type": "Bug"})
    assert [(rule.rule, rule.fate) for rule in kind.rules] == [
        ("a", Fate.LOST),
        ("b", Fate.WON),
        ("c", Fate.NOT_REACHED),
    ]
    assert [
        (check.depth, check.asked, check.value, check.held)
        for rule in kind.rules
        for check in rule.checks
    ] == [
        (0, "all", "", False),
        (1, "issue.type is Bug", "Bug", True),
        (1, "issue.labels any [x]", "", False),
        (0, "not", "", True),
        (1, "issue.status is Done", "", False),
    ]
    assert (scope.decided, scope.verdict) == (False, "")


def test_points_say_what_they_added(ruleset: Ruleset) -> None:
    """
    name: x
    priority:
      points:
        - {id: a, when: {issue.type: Bug}, add: 40}
        - {id: b, per: estimate.days, add: -2}
        - {id: c, when: {issue.type: Wish}, add: 1}
      levels: {P0: 40, P1: 0}
    """
    _, _, priority, _ = explain(ruleset, {"issue.type": "Bug", "estimate.days": 3})
    assert [(rule.rule, rule.outcome, rule.fate) for rule in priority.rules] == [
        ("a", "+40", Fate.WON),
        ("b", "-6", Fate.WON),
        ("c", "+0", Fate.LOST),
    ]
    assert priority.verdict == "P1"


def test_overrides_are_shown_beside_the_verdict(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: a, otherwise: question}]
    scope: [{id: b, when: {kind: defect}, set: in_contract}]
    """
    overrides = {Section.KIND: "defect"}
    kind, scope, _, _ = explain(ruleset, {}, overrides=overrides)
    assert (kind.verdict, kind.effective) == ("question", "defect")
    assert (
        scope.verdict == decide(ruleset, {}, overrides=overrides).verdict[Section.SCOPE]
    )


def test_a_long_text_is_shown_around_what_was_found(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: a, when: {issue.text: {contains: 报错}}, set: defect}]
    """
    text = "很" * 500 + "报错" + "长" * 500
    (reason,) = decide(ruleset, {"issue.text": text}).reasons
    assert reason.matched["issue.text"] == f"…{'很' * 24}【报错】{'长' * 24}…"


def test_the_blanks_around_a_word_that_was_found_stay(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: a, when: {issue.text: {contains: how do i}}, set: question}]
    """
    (reason,) = decide(ruleset, {"issue.text": "so: how do I export?"}).reasons
    assert reason.matched["issue.text"] == "so: 【how do i】 export?"


def test_an_explanation_is_told_whole(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - id: first
        when:
          any: [{issue.type: Bug}, {not: {issue.labels: {any: [ui, board]}}}]
          all: [{issue.title: {contains: [导出]}}]
        set: defect
      - {id: second, when: {issue.type: [Wish, Story]}, set: requirement}
      - {id: last, otherwise: task}
    priority:
      points: [{id: old, per: estimate.days, add: 2}, {id: none, when: {kind: task}, add: 1}]
      levels: {P0: 5, P3: 0}
    """
    facts = {
        "issue.type": "Story",
        "issue.title": "导出" + "x" * 25,
        "issue.labels": ("ui",),
        "estimate.days": 3,
    }
    kind, scope, priority, release = explain(ruleset, facts)
    story = Check(0, "issue.type is Wish, Story", "Story", held=True)
    found = "【导出】" + "x" * 24 + "…"
    first = (
        Check(0, "all", "", held=False),
        Check(1, "any", "", held=False),
        Check(2, "issue.type is Bug", "Story", held=False),
        Check(2, "not", "", held=False),
        Check(3, "issue.labels: any ui, board", "ui", held=True),
        Check(1, "all", "", held=True),
        Check(2, "issue.title: contains 导出", found, held=True),
    )
    shown = [
        [(check.depth, check.value, check.held) for check in rule.checks]
        for rule in kind.rules
    ]
    assert shown == [
        [(check.depth, check.value, check.held) for check in checks]
        for checks in (first, (story,), ())
    ]
    fates = [(rule.rule, rule.place, rule.outcome, rule.fate) for rule in kind.rules]
    assert fates == [
        ("first", "rules.yaml:3", "defect", Fate.LOST),
        ("second", "rules.yaml:8", "requirement", Fate.WON),
        ("last", "rules.yaml:9", "task", Fate.NOT_REACHED),
    ]
    assert (kind.section, kind.verdict, kind.effective, kind.decided) == (
        *(Section.KIND, "requirement", "requirement", True),
    )
    assert scope == SectionTrace(Section.SCOPE, "", "", decided=True, rules=())
    assert release == SectionTrace(Section.RELEASE, "", "", decided=True, rules=())
    old, none = priority.rules
    assert (old.outcome, old.fate) == ("+6", Fate.WON)
    assert old.checks == (Check(0, "estimate.days × 2", "3", held=True),)
    assert (none.outcome, none.fate, none.checks[0].value) == (
        *("+0", Fate.LOST, "requirement"),
    )
    assert (priority.verdict, priority.effective) == ("P0", "P0")
