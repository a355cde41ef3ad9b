"""Every mistake in a ruleset: code, line, column and what to do about it."""

import pytest

from rules.load_ruleset import load_ruleset
from tests.rules.conftest import Loaded

Problems = list[tuple[str, int, int, str]]


def test_an_alias_is_refused_and_so_is_its_anchor(problems: Problems) -> None:
    """
    name: &x default
    extends: *x
    """
    assert problems == [
        ("E_YAML", 1, 7, "write the value out"),
        ("E_YAML", 2, 10, "write the value out"),
    ]


def test_a_tag_is_refused(problems: Problems) -> None:
    """
    name: !!python/name:os.system x
    """
    assert problems == [("E_YAML", 1, 7, "leave it out, or quote the text")]


def test_broken_yaml_is_shown_where_it_breaks(problems: Problems) -> None:
    """
    name: x
    kind: [
    """
    assert problems == [("E_YAML", 3, 1, "check indentation, colons and quotes here")]


def test_a_key_given_twice_names_the_first(problems: Problems) -> None:
    """
    name: x
    timezone: UTC
    name: y
    """
    assert problems == [("E_DUP", 3, 1, "the first is in line 1")]


def test_an_unknown_field_suggests_the_nearest(problems: Problems) -> None:
    """
    name: x
    kinds: []
    """
    assert problems == [("E_FIELD", 2, 1, 'did you mean "kind"?')]


def test_a_comma_in_plain_text_is_explained(problems: Problems) -> None:
    """
    name: x
    kind: [{id: a, otherwise: task, because: {en: Yes, really}}]
    """
    comma = "or, if a comma stands before it, quote the text around the comma"
    assert problems == [("E_FIELD", 2, 52, f"known: en, zh; {comma}")]


def test_an_unknown_fact_suggests_the_nearest(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {isue.type: Bug}, set: defect}
    """
    assert problems == [("E_FIELD", 3, 20, 'did you mean "issue.type"?')]


def test_a_plain_list_on_a_list_fact_is_told_to_say_any(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.labels: [bug, 缺陷]}, set: defect}
    """
    hint = "say any: issue.labels: {any: [bug, 缺陷]}"
    assert problems == [("E_TYPE", 3, 34, hint)]


def test_a_single_value_on_a_list_fact_is_told_to_say_any(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.labels: bug}, set: defect}
    """
    assert problems == [("E_TYPE", 3, 34, "say any: issue.labels: {any: [bug]}")]


def test_a_question_that_a_fact_cannot_answer(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {estimate.days: {contains: x}}, set: defect}
    """
    hint = "write a number, several as [a, b], or ask exists, gt, gte, lt, lte"
    assert problems == [("E_TYPE", 3, 36, hint)]


def test_an_unknown_question(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {estimate.days: {gtt: 3}}, set: defect}
    """
    assert problems == [("E_FIELD", 3, 36, 'did you mean "gt"?')]


def test_a_text_where_a_number_belongs(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {estimate.days: {gt: two}}, set: defect}
    """
    hint = "write a number, several as [a, b], or ask exists, gt, gte, lt, lte"
    assert problems == [("E_TYPE", 3, 40, hint)]


def test_a_span_without_a_unit(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.created_at: {within: 3}}, set: defect}
    """
    assert problems == [("E_TYPE", 3, 47, "write days as 14d or weeks as 2w")]


def test_no_is_a_text_and_no_flag(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.type: {exists: no}}, set: defect}
    """
    hint = "write exists: true or exists: false, not no"
    assert problems == [("E_TYPE", 3, 41, hint)]


def test_an_empty_condition_points_to_otherwise(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {}, set: defect}
    """
    hint = "write field: value; a rule for the rest says otherwise: …"
    assert problems == [("E_TYPE", 3, 19, hint)]


@pytest.mark.parametrize("pattern", ["(?=x)", "(?<!x)y", r"(x)\1"])
def test_lookaround_and_back_references_are_refused(pattern: str) -> None:
    text = f"name: x\nkind:\n- {{id: a, when: {{issue.title: {{matches: '{pattern}'}}}}, set: task}}\n"
    _, found = load_ruleset(text, file="rules.yaml")
    assert [(p.code, p.line, p.column) for p in found] == [("E_REGEX", 3, 41)]
    assert found[0].hint == "RE2 syntax: no look-around, no back-references"


def test_a_phase_that_does_not_exist(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {project.phase: [uat, trial]}, set: defect}
    """
    assert problems == [("E_REF", 3, 41, 'did you mean "trial_run"?')]


def test_a_train_that_no_rule_says(problems: Problems) -> None:
    """
    name: x
    release:
      - {id: a, otherwise: {train: main}}
    write_back:
      comment: [{when: {release: 'train:mian'}, text: {en: x}}]
    """
    assert problems == [("E_REF", 5, 30, 'did you mean "train:main"?')]


def test_a_blank_word(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.title: {contains: ' '}}, set: question}
    """
    assert problems == [("E_TYPE", 3, 44, "quote it if it is meant as text")]


def test_a_term_that_does_not_exist(problems: Problems) -> None:
    """
    name: x
    terms: {how_to: [怎么]}
    kind:
      - {id: a, when: {issue.title: {contains: '@howto'}}, set: question}
    """
    assert problems == [("E_REF", 4, 44, 'did you mean "how_to"?')]


def test_an_empty_term(problems: Problems) -> None:
    """
    name: x
    terms: {how_to: []}
    """
    hint = "name at least one word, or leave the term out"
    assert problems == [("E_TYPE", 2, 17, hint)]


def test_a_kind_that_does_not_exist(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, otherwise: requirment}
    """
    assert problems == [("E_REF", 3, 24, 'did you mean "requirement"?')]


def test_a_section_must_not_read_a_later_one(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {scope: in_contract}, set: requirement}
    """
    hint = "a section may read the results of earlier sections only"
    assert problems == [("E_REF", 3, 20, hint)]


def test_a_section_must_not_read_itself(problems: Problems) -> None:
    """
    name: x
    priority:
      points: [{id: a, when: {priority: P0}, add: 1}]
      levels: {P0: 1}
    """
    hint = "a section may read the results of earlier sections only"
    assert problems == [("E_REF", 3, 27, hint)]


def test_what_planning_yields_is_no_ground_for_a_release(problems: Problems) -> None:
    """
    name: x
    release:
      - {id: a, when: {release.name: R1}, train: main}
    """
    hint = "a section may read the results of earlier sections only"
    assert problems == [("E_REF", 3, 20, hint)]


def test_a_rule_without_a_condition(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, set: requirement}
    """
    hint = "add when: …, or say otherwise: … for the rest"
    assert problems == [("E_FIELD", 3, 5, hint)]


def test_a_rule_that_decides_nothing(problems: Problems) -> None:
    """
    name: x
    release:
      - {id: a, when: {kind: defect}}
      - {id: b, otherwise: {}}
    """
    assert problems == [
        ("E_FIELD", 3, 5, "add train: …"),
        ("E_FIELD", 4, 24, "add train: …"),
    ]


def test_otherwise_beside_a_condition(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.type: x}, otherwise: task}
    """
    hint = "otherwise stands for every issue that no rule before matched"
    assert problems == [("E_FIELD", 3, 5, hint)]


def test_an_id_given_twice_over_all_sections(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: a, otherwise: task}
    scope:
      - {id: a, otherwise: needs_review}
    """
    assert problems == [("E_DUP", 5, 5, "the first is rules.yaml:3")]


def test_points_without_levels(problems: Problems) -> None:
    """
    name: x
    priority:
      points: [{id: a, when: {kind: defect}, add: 3}]
    """
    hint = "add levels: {P0: 80, P1: 50, P2: 20, P3: 0}"
    assert problems == [("E_FIELD", 3, 3, hint)]


def test_levels_that_do_not_fall(problems: Problems) -> None:
    """
    name: x
    priority:
      levels: {P0: 20, P1: 50}
    """
    hint = "the more urgent a level, the more points it takes"
    assert problems == [("E_TYPE", 3, 3, hint)]


def test_points_per_something_that_is_no_number(problems: Problems) -> None:
    """
    name: x
    priority:
      points: [{id: a, per: issue.title, add: 3}]
      levels: {P0: 20}
    """
    assert [problem[:3] for problem in problems] == [("E_TYPE", 3, 25)]


def test_a_rule_after_otherwise_can_never_win(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: rest, otherwise: task}
      - {id: late, when: {issue.type: Bug}, set: defect}
    """
    hint = "rules.yaml:3 takes all of its issues: move this rule before it"
    assert problems == [("E_SHADOWED", 4, 5, hint)]


def test_a_narrower_rule_after_a_wider_one_can_never_win(problems: Problems) -> None:
    """
    name: x
    scope:
      - {id: wide, when: {contract.match.score: {gte: 0.5}}, set: in_contract}
      - {id: narrow, when: {kind: defect, contract.match.score: {gte: 0.7}}, set: daily_change}
      - {id: wider, when: {contract.match.score: {gte: 0.4}}, set: needs_review}
    """
    hint = "rules.yaml:3 takes all of its issues: move this rule before it"
    assert problems == [("E_SHADOWED", 4, 5, hint)]


def test_labels_that_no_tracker_can_hold(problems: Problems) -> None:
    """
    name: x
    write_back:
      labels:
        scope:
          in_contract: in contract
          daily_change: a,b
    """
    assert problems == [
        ("E_LABEL", 5, 20, "Jira refuses white space"),
        ("E_LABEL", 6, 21, "GitLab splits at commas"),
    ]


def test_a_label_that_one_tracker_alone_cannot_hold(loaded: Loaded) -> None:
    """
    name: x
    write_back: {labels: {kind: {defect: pool-kind-of-this-requirement-is-a-defect-of-our-making}}}
    """
    assert [problem.message for problem in loaded.problems] == [
        'label "pool-kind-of-this-requirement-is-a-defect-of-our-making" cannot be held by GitHub'
    ]


def test_labels_that_differ_by_case_only(problems: Problems) -> None:
    """
    name: x
    write_back:
      labels:
        scope: {in_contract: pool-in}
        kind: {defect: Pool-In}
    """
    hint = "trackers take both for one; the first is in line 4"
    assert problems == [("E_LABEL", 5, 20, hint)]


def test_a_rule_that_reads_our_own_label(problems: Problems) -> None:
    """
    name: x
    kind:
      - {id: loop, when: {not: {issue.labels: {any: [Pool-Kind::Defect]}}}, set: defect}
    write_back:
      labels: {kind: {defect: pool-kind::defect}}
    """
    hint = "it would follow what it said before: let people use another label"
    assert problems == [("E_LABEL", 3, 5, hint)]


def test_a_label_for_an_outcome_that_does_not_exist(problems: Problems) -> None:
    """
    name: x
    release:
      - {id: a, otherwise: {train: main}}
    write_back:
      labels: {release: {'train:mian': pool-main}}
    """
    assert problems == [("E_REF", 5, 22, 'did you mean "train:main"?')]


def test_an_internal_field_in_a_comment(problems: Problems) -> None:
    """
    name: x
    write_back:
      comment:
        - text: {zh: '报价 {quote.price}', en: 'Planned for {release.nam}'}
        - text: 'for { release.name }'
    """
    assert [problem[:3] for problem in problems] == [
        ("E_LEAK", 4, 18),
        ("E_LEAK", 4, 42),
        ("E_LEAK", 5, 13),
    ]
    assert problems[1][3] == 'did you mean "release.name"?'


def test_a_stored_ruleset_may_name_a_tracker_that_is_not_installed_here() -> None:
    text = "{name: x, write_back: {status: {paper: {delivered: Filed}}}}"
    ruleset, found = load_ruleset(text, file="rules.yaml")
    assert found == []
    assert ruleset
    assert ruleset.write_back.statuses == {"paper": {"delivered": "Filed"}}


def test_a_status_that_the_tracker_does_not_have(problems: Problems) -> None:
    """
    name: x
    write_back:
      status:
        gitlab: {delivered: close, deliverd: closed}
        github: {declined: not_planned}
        jria: {delivered: Done}
    """
    assert sorted(problems) == [
        ("E_FIELD", 6, 5, 'did you mean "jira"?'),
        ("E_REF", 4, 25, 'did you mean "closed"?'),
        ("E_REF", 4, 32, 'did you mean "delivered"?'),
        ("E_REF", 5, 24, 'did you mean "not planned"?'),
    ]


def test_an_example_with_a_wrong_fact(problems: Problems) -> None:
    """
    name: x
    examples:
      - id: a
        given: {estimate.days: many, project.phase: UAT, issue.titel: x}
        expect: {kind: bug}
    """
    assert sorted((code, line, column) for code, line, column, _ in problems) == [
        ("E_FIELD", 4, 54),
        ("E_REF", 5, 20),
        ("E_TYPE", 4, 28),
    ]


def test_a_time_zone_that_does_not_exist(problems: Problems) -> None:
    """
    name: x
    timezone: Asia/Peking
    """
    assert problems == [("E_REF", 2, 11, "an IANA name, such as Asia/Shanghai")]


def test_all_problems_come_at_once(problems: Problems) -> None:
    """
    nmae: x
    kind:
      - {id: a, when: {issue.typ: Bug}, set: defect}
      - {id: b, when: {project.phase: late}, set: defekt}
    release: soon
    """
    codes = [(code, line) for code, line, _, _ in problems]
    assert codes == [
        ("E_FIELD", 1),
        ("E_FIELD", 1),
        ("E_FIELD", 3),
        ("E_REF", 4),
        ("E_REF", 4),
        ("E_TYPE", 5),
    ]


def test_a_file_over_one_mebibyte_is_not_read() -> None:
    _, found = load_ruleset("# " + "x" * 1024 * 1024, file="rules.yaml")
    assert [(p.code, p.hint) for p in found] == [("E_LIMIT", "split the file")]


def test_a_file_of_33_levels_is_not_read() -> None:
    _, found = load_ruleset("name: " + "[" * 33, file="rules.yaml")
    assert [(p.code, p.line, p.column) for p in found] == [("E_LIMIT", 1, 38)]


def test_more_words_than_anybody_would_list_are_refused() -> None:
    words = ", ".join(f"w{number}" for number in range(6000))
    text = f"name: x\nkind:\n- {{id: a, when: {{issue.text: {{contains: [{words}]}}}}, set: task}}\n"
    _, found = load_ruleset(text, file="rules.yaml")
    assert [(p.code, p.hint) for p in found] == [("E_LIMIT", "ask for fewer words")]
