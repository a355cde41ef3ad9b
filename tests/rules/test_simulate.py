"""What a candidate would do, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from model.client_text import ClientSafeFacts, ClientText
from model.decisions import Facts, PoolState, Section
from model.projects import Language
from rules.count import Counting
from rules.decide import decide
from rules.ruleset import Ruleset
from rules.simulate import FlipCount, Simulation, sum_up
from rules.tally import (
    NO_RELEASE,
    Agreement,
    Issues,
    Load,
    ReleaseOn,
    Shift,
)
from tests.rules.columns import columns_of, read_as_they_are
from tests.rules.defaults import load_default
from tests.rules.test_laws import FACTS, OVERRIDES

KIND, SCOPE, PRIORITY, RELEASE = Section
TRAINS: dict[str, ReleaseOn] = {"main": ("2026.12", date(2026, 12, 20))}
ROOM = 10


@dataclass(eq=False)
class Stood:
    key: str
    effective: tuple[str, ...]
    client: str = "acme"
    facts: Facts = field(default_factory=dict)
    overrides: Mapping[Section, str] = field(default_factory=dict)
    verdict: Mapping[Section, str] = field(default_factory=dict)
    state: PoolState = PoolState.TRIAGED
    language: Language = Language.EN
    release: ReleaseOn = NO_RELEASE
    comment_hash: str | None = None


def standing(key: str, *effective: str, **fields: Any) -> Stood:
    said = (*effective, "", "", "", "")[:4]
    return Stood(key, said, **fields)


def next_release(train: str, days: float) -> ReleaseOn:
    return TRAINS.get(train, NO_RELEASE) if days <= ROOM else NO_RELEASE


def start_counting(candidate: Ruleset, *fresh: str) -> Counting:
    train_of = {release[0]: train for train, release in TRAINS.items()}
    return Counting(candidate, read_as_they_are(), next_release, train_of, fresh)


def in_columns(issues: Sequence[Stood]) -> Issues:
    facts = columns_of([it.facts for it in issues])
    return Issues([it.key for it in issues], issues, facts)


def simulate(candidate: Ruleset, *issues: Stood, fresh: str = "") -> Simulation:
    counting = start_counting(candidate, fresh)
    counting.count(in_columns(issues))
    return sum_up(candidate, [counting.finish()])


def test_a_flip_names_the_rule_and_some_issues(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - {id: asks, when: {issue.type: Question}, set: question}
      - {id: rest, otherwise: defect}
    """
    asked = {"issue.type": "Question"}
    found = simulate(
        ruleset,
        *(standing(f"FIN-{n}", "defect", facts=asked) for n in range(5)),
        standing("FIN-9", "defect"),
    )
    (flip,) = found.flips
    assert (flip.section, flip.before, flip.after) == (KIND, "defect", "question")
    assert (flip.rule, flip.issues) == ("asks", 5)
    assert flip.samples == ("FIN-0", "FIN-1", "FIN-2")
    assert found.share == 5 / 6


def test_of_nothing_nothing_is_told(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, when: {issue.type: Bug}, set: defect}]
    """
    nothing = Simulation("x", ruleset.fingerprint, Shift(), {}, (), {}, {}, (), (), 0)
    assert simulate(ruleset) == sum_up(ruleset, []) == nothing
    assert nothing.share == 0.0


def test_shares_of_the_pool_add_up_to_what_they_are_together(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - {id: bug, when: {issue.type: Bug}, set: defect}
      - {id: wish, when: {issue.type: Wish}, set: requirement}
      - {id: red, when: {issue.labels: {any: [red]}}, set: task}
      - {id: never, when: {issue.type: Never}, set: task}
      - {id: rest, otherwise: task}
    scope: [{id: in, otherwise: in_contract}]
    release: [{id: main, otherwise: {train: main}}]
    """
    bug = {"issue.type": "Bug", "issue.labels": ("red",), "estimate.days": 2.0}
    wish = {"issue.type": "Wish", "estimate.days": 20.0}
    said = {KIND: "task"}
    issues = [
        standing("A-1", "task", facts=bug, overrides={KIND: "task"}, verdict=said),
        standing("B-1", "task", facts=bug, client="b"),
        standing("B-2", "task", facts=bug, client="b"),
        standing("B-3", "requirement", "", facts=wish, client="b"),
    ]
    whole = simulate(ruleset, *issues)
    tallies = []
    for one in issues:
        counting = start_counting(ruleset)
        counting.count(in_columns([one]))
        tallies.append(counting.finish())
    assert sum_up(ruleset, tallies) == whole
    assert list(whole.clients) == ["b", "acme"], "the most touched first"
    assert whole.whole == Shift(4, 4, 24.0, 0.0, 0)
    assert whole.trains == {"main": Load(26.0, 0.0, 4, 0, 1)}
    assert whole.agreement == {KIND: Agreement(1, 1, 0)}
    assert [(it.rule, it.place) for it in whole.unmatched] == [
        ("never", "rules.yaml:6")
    ]
    assert [(it.first, it.second, it.issues) for it in whole.overlaps] == [
        ("bug", "red", 3)
    ]
    kinds = [it for it in whole.flips if it.section is KIND]
    assert kinds == [FlipCount(KIND, "task", "defect", "bug", 2, ("B-1", "B-2"))]


def test_person_days_move_in_and_out_of_contract_by_client(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, otherwise: requirement}]
    scope:
      - {id: in, when: {issue.type: Story}, set: in_contract}
      - {id: out, otherwise: out_of_contract}
    """
    story = {"issue.type": "Story"}
    found = simulate(
        ruleset,
        standing(
            "A-1", "requirement", "needs_review", facts={**story, "estimate.days": 3}
        ),
        standing("A-2", "requirement", "in_contract", facts={"estimate.days": 1.5}),
        standing("A-3", "requirement", "in_contract"),
        standing("B-1", "requirement", "in_contract", client="b", facts=story),
    )
    assert found.clients == {"acme": Shift(3, 3, 3.0, 1.5, 1), "b": Shift(1)}
    assert found.whole == Shift(4, 3, 3.0, 1.5, 1)


def test_overrides_stay_and_tell_who_agrees(ruleset: Ruleset) -> None:
    """
    name: x
    kind: [{id: k, otherwise: defect}]
    """
    decided = {KIND: "defect"}
    found = simulate(
        ruleset,
        standing("A-1", "defect", overrides=decided, verdict={KIND: "task"}),
        standing("A-2", "task", overrides={KIND: "task"}, verdict={KIND: "task"}),
    )
    assert found.agreement == {KIND: Agreement(overrides=2, before=1, after=1)}
    assert found.flips == ()


def test_a_release_that_a_person_named_agrees_with_its_train(ruleset: Ruleset) -> None:
    """
    name: x
    release:
      - {id: bug, when: {issue.type: Bug}, hold: review}
      - {id: rest, otherwise: {train: main}}
    """
    named, nowhere = {RELEASE: "2026.12"}, {RELEASE: "none"}
    bug = {"issue.type": "Bug"}
    found = simulate(
        ruleset,
        standing("A-1", "", "", "", "2026.12", overrides=named),
        standing("A-2", "", "", "", "2026.12", overrides=named, facts=bug),
        standing("A-3", "", "", "", "none", overrides=nowhere, facts=bug),
    )
    assert found.agreement == {RELEASE: Agreement(overrides=3, before=1, after=2)}


def test_what_comes_to_a_train_and_what_it_has_no_room_for(ruleset: Ruleset) -> None:
    """
    name: x
    release:
      - {id: bug, when: {issue.type: Bug}, train: hotfix}
      - {id: rest, otherwise: {train: main}}
    """
    later, bug = "hold:review", {"issue.type": "Bug"}
    found = simulate(
        ruleset,
        standing("A-1", "", "", "", later, facts={"estimate.days": 4}),
        standing("A-2", "", "", "", later, facts={"estimate.days": ROOM + 1}),
        standing("A-3", "", "", "", "train:main", facts=bug),
    )
    assert found.trains == {
        "hotfix": Load(issues_in=1, beyond=1),
        "main": Load(15.0, 0.0, issues_in=2, issues_out=1, beyond=1),
    }


def test_a_priority_that_flips_names_what_weighs_most(ruleset: Ruleset) -> None:
    """
    name: x
    priority:
      points:
        - {id: site, when: {issue.type: Bug}, add: 30}
        - {id: small, when: {issue.status: Open}, add: 5}
        - {id: many, per: requirement.client_count, add: 5}
      levels: {P1: 30, P3: 0}
    """
    facts = {"issue.type": "Bug", "issue.status": "Open"}
    many = {"requirement.client_count": 9, "issue.status": "Open"}
    issues = [
        standing("A-1", "", "", "P3", facts=facts),
        standing("A-2", "", "", "P3", facts=many),
        standing("A-3", "", "", "P1"),
    ]
    found = simulate(ruleset, *issues)
    assert {flip.rule for flip in found.flips} == {"site", "many", ""}
    changed = simulate(ruleset, *issues, fresh="small")
    assert {flip.rule for flip in changed.flips} == {"small", ""}


def test_rules_that_never_match_and_rules_that_overlap(ruleset: Ruleset) -> None:
    """
    name: x
    kind:
      - {id: bug, when: {issue.type: Bug}, set: defect}
      - {id: asks, when: {issue.title: {contains: [how]}}, set: question}
      - {id: same, when: {issue.title: {contains: [crash]}}, set: defect}
      - {id: epic, when: {issue.type: Epic}, set: task}
      - {id: rest, otherwise: requirement}
    priority:
      points: [{id: never, when: {issue.urgency: Highest}, add: 3}]
      levels: {P3: 0}
    """
    facts = {"issue.type": "Bug", "issue.title": "how does it crash"}
    found = simulate(ruleset, *(standing(key, facts=facts) for key in ("A-1", "A-2")))
    (pair,) = found.overlaps
    assert (pair.first, pair.second, pair.issues) == ("bug", "asks", 2)
    assert [(rule.rule, rule.place) for rule in found.unmatched] == [
        ("epic", "rules.yaml:6"),
        ("never", "rules.yaml:9"),
    ]


def test_comments_that_would_change_are_counted(ruleset: Ruleset) -> None:
    """
    name: x
    release: [{id: r, otherwise: {train: main}}]
    write_back:
      comment:
        - when: {issue.type: Bug, release.name: {exists: true}}
          text: {en: 'Planned for {release.name}.'}
    """
    bug = {"issue.type": "Bug"}
    facts = ClientSafeFacts(release_name="2026.12")
    same = ClientText("Planned for {release.name}.", facts, Language.EN).hash
    found = simulate(
        ruleset,
        standing("A-1", facts=bug, comment_hash=same),
        standing("A-2", facts=bug, comment_hash=""),
        standing("A-3", facts=bug, comment_hash=None),
        standing("A-4", comment_hash=""),
        standing("A-5", "", "", "", "train:main", facts=bug, comment_hash=same),
    )
    assert found.comments == 1


ISSUES = st.lists(st.tuples(FACTS, OVERRIDES), max_size=6)


@given(ISSUES, st.integers(0, 6))
@settings(max_examples=40)
def test_the_running_ruleset_flips_nothing_and_shares_add_up(
    issues: list[tuple[Any, Any]], cut: int
) -> None:
    running, candidate = load_default("vendor.zh.yaml"), load_default("vendor.en.yaml")
    stood = []
    for number, (facts, overrides) in enumerate(issues):
        decision = decide(running, facts, overrides=overrides)
        said = (decision.effective.get(section, "") for section in Section)
        fields = {"facts": facts, "overrides": overrides, "verdict": decision.verdict}
        stood.append(standing(f"A-{number}", *said, **fields))
    assert simulate(running, *stood).whole == Shift(issues=len(stood))
    tallies = []
    for share in (stood[:cut], stood[cut:]):
        counting = start_counting(candidate)
        counting.count(in_columns(share))
        tallies.append(counting.finish())
    together = sum_up(candidate, tallies)
    at_once = simulate(candidate, *stood)
    assert together.clients == at_once.clients
    assert set(together.overlaps) == set(at_once.overlaps)
    assert {flip[:5] for flip in map(plain, together.flips)} == {
        flip[:5] for flip in map(plain, at_once.flips)
    }
    assert together.unmatched == at_once.unmatched


def plain(flip: Any) -> tuple[Any, ...]:
    return (flip.section, flip.before, flip.after, flip.rule, flip.issues)
