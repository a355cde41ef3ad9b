"""What a tracker should show of a decision."""

from datetime import date
from functools import partial

from model.client_text import ClientSafeFacts
from model.decisions import PoolState, Section
from model.projects import Language
from rules.decide import decide
from rules.ruleset import Ruleset
from rules.write_back import desire

on_jira = partial(desire, tracker="jira", state=PoolState.PLANNED, language=Language.ZH)


def test_labels_are_those_of_the_effective_outcomes(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, otherwise: requirement}]
    scope: [{id: s, otherwise: needs_review}]
    write_back:
      labels:
        kind: {defect: pool-defect}
        scope: {needs_review: pool-review, in_contract: pool-in}
    """
    decision = decide(ruleset, {}, overrides={Section.SCOPE: "in_contract"})
    desired = on_jira(ruleset, decision, ClientSafeFacts())
    assert desired.labels == {"pool-in"}
    assert desired.owned_labels == {"pool-defect", "pool-review", "pool-in"}
    assert (desired.release, desired.comment) == (False, None)


def test_the_status_is_the_sources_own_before_the_rulesets(ruleset: Ruleset) -> None:
    """
    name: x
    write_back:
      release: true
      status: {jira: {planned: Scheduled, delivered: Done}, gitlab: {delivered: closed}}
    """
    decision, facts = decide(ruleset, {}), ClientSafeFacts()
    assert on_jira(ruleset, decision, facts).status == "Scheduled"
    assert on_jira(ruleset, decision, facts, tracker="gitlab").status is None
    own = {PoolState.PLANNED: "排期中"}
    assert on_jira(ruleset, decision, facts, source_status=own).status == "排期中"
    assert on_jira(ruleset, decision, facts).release is True


def test_the_first_comment_that_matches_is_the_text(ruleset: Ruleset) -> None:
    """
    name: x
    scope: [{id: s, otherwise: needs_review}]
    write_back:
      comment:
        - when: {project.phase: uat}
          text: UAT
        - when: {release.name: {exists: true}, release.ship_on: {after: 2026-01-01}}
          text: {zh: '{scope}：{release.name}（{release.ship_on}）', en: '{scope}'}
        - when: {requirement.state: planned}
          text: {en: 'Being planned, {state}'}
    """
    decision = decide(ruleset, {}, overrides={Section.SCOPE: "in_contract"})
    facts = ClientSafeFacts(
        scope="in_contract", release_name="2026.8", release_ship_on=date(2026, 8, 1)
    )
    chinese = on_jira(ruleset, decision, facts)
    assert chinese.comment is not None
    assert chinese.comment.text == "合同范围内：2026.8（2026-08-01）"
    english = on_jira(ruleset, decision, facts, language=Language.EN)
    assert english.comment is not None
    assert english.comment.text == "in contract"
    assert english.comment != chinese.comment
    only_english = on_jira(ruleset, decision, ClientSafeFacts(state="planned"))
    assert only_english.comment is not None
    assert only_english.comment.text == "Being planned, planned"
    uat = on_jira(ruleset, decision, facts, known={"project.phase": "uat"})
    assert uat.comment is not None
    assert uat.comment.text == "UAT"


def test_a_comment_is_out_of_date_when_its_text_would_differ(ruleset: Ruleset) -> None:
    """
    name: x
    write_back:
      comment: [{text: 'For {release.name}'}]
    """
    decision = decide(ruleset, {})
    first = on_jira(ruleset, decision, ClientSafeFacts(release_name="1"))
    same = on_jira(ruleset, decision, ClientSafeFacts(release_name="1", priority="P0"))
    other = on_jira(ruleset, decision, ClientSafeFacts(release_name="2"))
    assert first.comment
    assert same.comment
    assert other.comment
    assert first.comment.hash == same.comment.hash != other.comment.hash
