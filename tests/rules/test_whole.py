"""A small ruleset, loaded: all that it is made of, with nothing left to a default."""

from zoneinfo import ZoneInfo

from model.decisions import Kind, PoolState, Priority, Section
from model.projects import Language
from rules.ruleset import (
    Assignment,
    CommentTemplate,
    Example,
    PointRule,
    Rule,
    Ruleset,
    WriteBack,
    owned_labels,
)


def test_a_name_alone_is_a_ruleset_that_says_nothing(ruleset: Ruleset) -> None:
    """
    name: x
    """
    assert ruleset == Ruleset(
        name="x",
        zone=ZoneInfo("UTC"),
        sections={
            section: () for section in Section if section is not Section.PRIORITY
        },
        points=(),
        levels=(),
        write_back=WriteBack({}, {}, False, (), ()),
        examples=(),
        texts=ruleset.texts,
        fingerprint=ruleset.fingerprint,
    )
    assert list(ruleset.texts.values()) == ["name: x\n"]


def test_every_part_is_read_as_it_was_written(ruleset: Ruleset) -> None:
    """
    name: x
    timezone: Europe/Berlin
    kind:
      - {id: bug, when: {issue.type: Bug}, set: defect, because: {en: Is broken}}
      - {id: rest, otherwise: task}
    priority:
      points:
        - {id: old, per: estimate.days, add: -2, at_most: 9, because: Takes long}
        - {id: any, when: {kind: task}, add: 3}
      levels: {P0: 9, P3: 0}
    release:
      - {id: later, when: {kind: task}, hold: idea}
      - {id: main, otherwise: {train: main}}
    write_back:
      labels: {kind: {defect: bug, task: work}}
      status: {jira: {planned: Scheduled}}
      release: true
      comment:
        - {when: {kind: defect}, text: {en: 'For {release.name}', zh: 计划}}
        - {text: Thanks}
      assignee: [{when: {kind: defect}, to: Mei}, {to: project_manager}]
    examples:
      - {id: e, given: {issue.type: Bug}, expect: {kind: defect, release: train:main}}
    """
    bug, rest = ruleset.sections[Section.KIND]
    asks = bug.condition
    assert bug == Rule(
        "bug",
        "rules.yaml:4",
        "defect",
        asks,
        bug.holds,
        {"en": "Is broken"},
        bug.column,
    )
    assert rest == Rule(
        "rest", "rules.yaml:5", "task", None, rest.holds, {}, rest.column
    )
    later, main = ruleset.sections[Section.RELEASE]
    assert (later.outcome, main.outcome) == ("hold:idea", "train:main")
    assert ruleset.sections[Section.SCOPE] == ()
    old, every = ruleset.points
    assert old == PointRule(
        "old",
        "rules.yaml:8",
        -2,
        None,
        old.holds,
        old.because,
        "estimate.days",
        9,
        old.column,
    )
    assert (every.add, every.per, every.at_most, every.because) == (3, "", None, {})
    assert ruleset.levels == ((Priority.P0, 9), (Priority.P3, 0))
    shows, defect = ruleset.write_back, ruleset.write_back.comments[0].condition
    assert shows == WriteBack(
        labels={Section.KIND: {Kind.DEFECT: "bug", Kind.TASK: "work"}},
        statuses={"jira": {PoolState.PLANNED: "Scheduled"}},
        release=True,
        comments=(
            CommentTemplate(
                "rules.yaml:19",
                defect,
                old.holds,
                {Language.EN: "For {release.name}", Language.ZH: "计划"},
            ),
            CommentTemplate("rules.yaml:20", None, old.holds, shows.comments[1].texts),
        ),
        assignees=(
            Assignment("rules.yaml:21", defect, old.holds, "Mei"),
            Assignment("rules.yaml:21", None, old.holds, "project_manager"),
        ),
    )
    assert set(shows.comments[1].texts.values()) == {"Thanks"}
    assert owned_labels(shows) == {"bug", "work"}
    assert ruleset.examples == (
        Example(
            "e",
            "rules.yaml:23",
            {"issue.type": "Bug"},
            {Section.KIND: "defect", Section.RELEASE: "train:main"},
        ),
    )
    assert ruleset.zone == ZoneInfo("Europe/Berlin")
