"""A ruleset laid over the one that it extends."""

from textwrap import dedent

from model.decisions import PoolState, Section
from model.errors import Problem
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset

BASE = """
name: base
timezone: Asia/Shanghai
terms: {how_to: [怎么], chore: [部署]}
kind:
  - {id: asks, when: {issue.title: {contains: '@how_to'}}, set: question}
  - {id: chores, when: {issue.title: {contains: '@chore'}}, set: task}
  - {id: rest, otherwise: requirement}
priority:
  points: [{id: high, when: {issue.urgency: High}, add: 20}]
  levels: {P0: 80, P2: 20}
write_back:
  labels: {kind: {task: pool-task, defect: pool-defect}}
  status: {jira: {delivered: Done}, gitlab: {delivered: closed}}
  release: true
  comment: [{text: 收到}]
"""


def lay_over(near: str, **bases: str) -> tuple[Ruleset | None, list[Problem]]:
    texts = {"base": BASE, **bases}
    return load_ruleset(dedent(near), file="near.yaml", load_base=texts.__getitem__)


def load(near: str) -> Ruleset:
    ruleset, problems = lay_over(near)
    assert ruleset is not None, problems
    return ruleset


def ids(ruleset: Ruleset, section: Section) -> list[str]:
    return [rule.id for rule in ruleset.sections[section]]


def test_new_rules_come_first_and_the_nearest_otherwise_last() -> None:
    ruleset = load("""
        name: near
        extends: base
        kind:
          - {id: mine, when: {issue.type: Bug}, set: defect}
          - {id: all-others, otherwise: task}
    """)
    assert ids(ruleset, Section.KIND) == ["mine", "asks", "chores", "all-others"]


def test_a_rule_with_the_bases_id_takes_its_place() -> None:
    ruleset = load("""
        name: near
        extends: base
        kind: [{id: chores, when: {issue.type: Task}, set: task}]
    """)
    assert ids(ruleset, Section.KIND) == ["asks", "chores", "rest"]
    assert ruleset.sections[Section.KIND][1].place == "near.yaml:4"
    assert ruleset.sections[Section.KIND][2].place == "base:8"


def test_off_takes_rules_and_points_away() -> None:
    ruleset = load("{name: near, extends: base, off: [asks, high]}")
    assert ids(ruleset, Section.KIND) == ["chores", "rest"]
    assert ruleset.points == ()


def test_maps_merge_and_lists_replace() -> None:
    ruleset = load("""
        name: near
        extends: base
        terms: {how_to: [如何]}
        priority: {levels: {P0: 90, P1: 50}}
        write_back:
          labels: {kind: {task: pool-chore}}
          status: {jira: {planned: Scheduled}}
          comment: []
    """)
    shows = ruleset.write_back
    assert dict(ruleset.levels) == {"P0": 90, "P1": 50, "P2": 20}
    assert shows.labels[Section.KIND] == {"task": "pool-chore", "defect": "pool-defect"}
    assert shows.statuses["jira"] == {
        PoolState.DELIVERED: "Done",
        PoolState.PLANNED: "Scheduled",
    }
    assert (shows.release, shows.comments) == (True, ())
    assert str(ruleset.zone) == "Asia/Shanghai"
    assert "如何" in str(ruleset.sections[Section.KIND][0])


def test_bases_chain() -> None:
    middle = "{name: middle, extends: base, off: [asks]}"
    ruleset, problems = lay_over("{name: near, extends: middle}", middle=middle)
    assert problems == []
    assert ruleset is not None
    assert list(ruleset.texts) == ["near", "middle", "base"]
    assert ids(ruleset, Section.KIND) == ["chores", "rest"]


def test_a_circle_is_shown_with_its_path() -> None:
    middle = "{name: middle, extends: near}"
    _, problems = lay_over("name: near\nextends: middle", middle=middle)
    (problem,) = problems
    assert (problem.file, problem.line, problem.column) == ("middle", 1, 25)
    assert problem.code == "E_CYCLE"
    assert problem.message == "extends in a circle: near → middle → near"
    assert problem.hint == "take one extends away"


def test_a_ruleset_must_not_extend_itself() -> None:
    _, problems = lay_over("name: near\nextends: near")
    assert [problem.code for problem in problems] == ["E_CYCLE"]


def test_an_unknown_base_is_a_problem() -> None:
    _, problems = lay_over("name: near\nextends: bse")
    assert [(p.code, p.line, p.column) for p in problems] == [("E_REF", 2, 10)]


def test_off_of_an_unknown_rule_suggests_the_nearest() -> None:
    _, problems = lay_over("name: near\nextends: base\noff: [chore]")
    assert [(p.code, p.line, p.column, p.hint) for p in problems] == [
        ("E_REF", 3, 7, 'did you mean "chores"?')
    ]


def test_an_id_must_not_move_to_another_section() -> None:
    _, problems = lay_over("""
        name: near
        extends: base
        scope: [{id: asks, otherwise: needs_review}]
    """)
    assert [(p.code, p.line) for p in problems] == [("E_DUP", 4)]


def test_a_base_rule_that_can_never_win_is_shown_in_the_base() -> None:
    _, problems = lay_over("""
        name: near
        extends: base
        kind: [{id: any-title, when: {issue.title: {exists: true}}, set: task}]
    """)
    assert [(p.file, p.line, p.code) for p in problems] == [
        ("base", 6, "E_SHADOWED"),
        ("base", 7, "E_SHADOWED"),
    ]
    assert problems[0].hint.startswith("near.yaml:4 ")


def test_the_bases_mistakes_are_shown_in_the_base() -> None:
    _, problems = lay_over("{name: near, extends: bad}", bad="{name: bad, kinds: []}")
    assert [(p.file, p.line, p.code) for p in problems] == [("bad", 1, "E_FIELD")]


def test_the_texts_are_enough_to_load_it_again() -> None:
    ruleset = load("{name: near, extends: base, off: [asks]}")
    again, problems = load_ruleset(
        ruleset.texts["near"], file="near.yaml", load_base=ruleset.texts.__getitem__
    )
    assert problems == []
    assert again == ruleset


def test_the_fingerprint_sees_every_text_but_not_line_ends() -> None:
    near = "name: near\nextends: base\n"
    fingerprint = load(near).fingerprint
    assert load("\ufeff" + near.replace("\n", "\r\n") + "\n").fingerprint == fingerprint
    other, _ = lay_over(near, base=BASE.replace("怎么", "如何"))
    assert other is not None
    assert other.fingerprint != fingerprint
