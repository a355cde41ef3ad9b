"""Deciding in bulk is deciding one by one."""

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.client_text import ClientSafeFacts
from model.decisions import Decision, Facts, PoolState, Section
from model.projects import Language
from rules.bulk import Bulk, Outcome
from rules.case import Case
from rules.decide import decide
from rules.in_columns import InColumns
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from rules.table import rules_of
from rules.vocabulary import CHOICES_OF, VOCABULARY, Fact, FactType
from rules.write_back import desire
from tests.rules.columns import columns_of, read_as_they_are
from tests.rules.defaults import DEFAULTS, load_default
from tests.rules.test_laws import ANY_FACTS, FACTS, OVERRIDES

DEFAULT_RULESETS = [load_default(name) for name in DEFAULTS]

WORDS = st.sampled_from(
    ["Bug", "bug", "ＢＵＧ", "导出", "export data", "a", "straße", "it’s", "uat"]
)
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 14, 1000000])
DAYS = st.dates().map(str)
ASKS: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.TEXT: st.one_of(
        WORDS,
        st.lists(WORDS, min_size=1, max_size=3),
        st.fixed_dictionaries({"contains": st.lists(WORDS, min_size=1, max_size=2)}),
        st.sampled_from(
            [{"matches": "[?？]$"}, {"matches": "^B.g"}, {"matches": "a*"}]
        ),
    ),
    FactType.LIST: st.builds(
        lambda operator, words: {operator: words},
        st.sampled_from(["any", "all", "none"]),
        st.lists(WORDS, min_size=1, max_size=2),
    ),
    FactType.NUMBER: st.one_of(
        NUMBERS,
        st.dictionaries(
            st.sampled_from(["gt", "gte", "lt", "lte"]), NUMBERS, min_size=1, max_size=2
        ),
    ),
    FactType.FLAG: st.booleans(),
    FactType.DATE: st.one_of(
        DAYS,
        st.dictionaries(st.sampled_from(["before", "after"]), DAYS, min_size=1),
        st.sampled_from([{"within": "0d"}, {"within": "3d"}, {"within": "4w"}]),
    ),
}
EXISTS = st.booleans().map(lambda wanted: {"exists": wanted})
RESULTS: dict[Section, tuple[str, ...]] = {
    Section.KIND: (),
    Section.SCOPE: ("kind",),
    Section.PRIORITY: ("kind", "scope"),
    Section.RELEASE: ("kind", "scope", "priority"),
}


def asks_about(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.choices:
        choice = st.sampled_from(fact.choices)
        return choice | st.lists(choice, min_size=1, max_size=3) | EXISTS
    return ASKS[fact.type] | EXISTS


def conditions(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    names = [
        name
        for name, fact in VOCABULARY.items()
        if not fact.known_after or name in known
    ]
    single = st.sampled_from(names).flatmap(
        lambda name: asks_about(VOCABULARY[name]).map(lambda ask: {name: ask})
    )
    return st.recursive(
        single,
        lambda inner: st.one_of(
            inner.map(lambda part: {"not": part}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        ),
        max_leaves=5,
    )


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    plain: dict[str, Any] = {"name": "any"}
    for section in (Section.KIND, Section.SCOPE, Section.RELEASE):
        whens = draw(st.lists(conditions(RESULTS[section]), max_size=4))
        plain[section.value] = [
            {"id": f"{section}-{place}", "when": when, **draw(outcomes(section))}
            for place, when in enumerate(whens)
        ]
    whens = draw(st.lists(conditions(RESULTS[Section.PRIORITY]), max_size=4))
    plain["priority"] = {
        "points": [points(draw, f"p-{n}", when) for n, when in enumerate(whens)],
        "levels": {"P0": 40, "P1": 20, "P3": 0},
    }
    told = conditions((*RESULTS[Section.RELEASE], "release", "release.name"))
    plain["write_back"] = {
        "comment": [
            {"when": when, "text": f"text {n}"}
            for n, when in enumerate(draw(st.lists(told, max_size=3)))
        ]
    }
    ruleset, problems = load_ruleset(
        json.dumps(plain, ensure_ascii=False), file="any.yaml"
    )
    assume("E_SHADOWED" not in {problem.code for problem in problems})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


def outcomes(section: Section) -> st.SearchStrategy[dict[str, str]]:
    if section is Section.RELEASE:
        return st.sampled_from([{"train": "main"}, {"hold": "review"}])
    return st.sampled_from(CHOICES_OF[section]).map(lambda value: {"set": value})


def points(draw: st.DrawFn, name: str, when: Any) -> dict[str, Any]:
    rule = {"id": name, "when": when, "add": draw(st.integers(-30, 50))}
    if draw(st.booleans()):
        rule["per"] = draw(st.sampled_from(["estimate.days", "contract.match.score"]))
        rule["at_most"] = draw(st.integers(0, 60))
    return rule


def matching(bulk: Bulk, outcome: Outcome, section: Section) -> tuple[int, ...]:
    return bulk.places(outcome.rows & dict(bulk.blocks)[section])


def assert_alike(
    bulk: Bulk, ruleset: Ruleset, facts: Facts, overrides: dict[Section, str]
) -> Decision:
    outcome = bulk.decide(facts, overrides)
    decision = decide(ruleset, facts, overrides=overrides)
    assert outcome.verdict == decision.verdict
    assert outcome.effective == decision.effective
    assert outcome.score == decision.score
    assert outcome.in_order == tuple(decision.effective.get(s, "") for s in Section)
    case = Case(facts, ruleset.zone)
    for section in Section:
        rules_here = rules_of(ruleset, section)
        held = [n for n, rule in enumerate(rules_here) if rule.holds(case)]
        found = list(matching(bulk, outcome, section))
        assert found in (held, [])
        assert found == held or section not in decision.verdict
        if section in decision.effective:
            case.tell(section.value, decision.effective[section])
    return decision


@given(st.data())
@settings(max_examples=60)
def test_any_ruleset_says_the_same_in_bulk(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    bulk = Bulk(ruleset)
    for _ in range(3):
        facts = data.draw(FACTS | ANY_FACTS)
        assert_alike(bulk, ruleset, facts, data.draw(OVERRIDES))


@given(
    st.sampled_from([(Bulk(each), each) for each in DEFAULT_RULESETS]), FACTS, OVERRIDES
)
def test_what_was_learnt_from_one_issue_holds_for_the_next(
    ready: tuple[Bulk, Ruleset], facts: Facts, overrides: dict[Section, str]
) -> None:
    assert_alike(*ready, facts, overrides)


@given(st.data())
@settings(max_examples=40)
def test_any_ruleset_says_the_same_of_columns(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets() | st.sampled_from(DEFAULT_RULESETS))
    in_columns = InColumns(Bulk(ruleset), read_as_they_are())
    for _ in range(2):
        issues = data.draw(st.lists(st.tuples(FACTS | ANY_FACTS, OVERRIDES)))
        facts = [each for each, _overrides in issues] * 2
        pinned = {place: made for place, (_, made) in enumerate(issues) if made}
        outcomes = in_columns.decide(columns_of(facts), len(facts), pinned)
        for place, outcome in enumerate(outcomes):
            made = pinned.get(place, {})
            decision = decide(ruleset, facts[place], overrides=made)
            assert outcome.effective == decision.effective
            assert (outcome.verdict, outcome.score) == (
                decision.verdict,
                decision.score,
            )


EITHER = [
    {"any": [{"issue.type": f"t{n}"}, {"issue.title": {"contains": word}}, {"kind": k}]}
    for n, (word, k) in enumerate(
        [("bug", "defect"), ("a", "task"), ("how", "question")] * 4
    )
]


@given(FACTS, OVERRIDES)
@settings(max_examples=30)
def test_a_condition_too_large_to_take_apart_is_decided_whole(
    facts: Facts, overrides: dict[Section, str]
) -> None:
    release = [
        {"id": "large", "when": {"all": EITHER}, "train": "hotfix"},
        {"id": "rest", "otherwise": {"train": "main"}},
    ]
    text = json.dumps({"name": "large", "release": release})
    ruleset, _problems = load_ruleset(text, file="large.yaml")
    assert ruleset is not None
    bulk = Bulk(ruleset)
    in_columns = InColumns(bulk, read_as_they_are())
    for title in ("", "how a bug"):
        known = {**facts, "issue.type": "t0", "issue.title": title}
        decision = assert_alike(bulk, ruleset, known, overrides)
        (outcome,) = in_columns.decide(columns_of([known]), 1, {0: overrides})
        assert outcome.effective == decision.effective
    assert bulk.decide({"issue.title": "how is it a bug"}).verdict == {
        Section.RELEASE: "train:hotfix"
    }


@given(
    st.sampled_from(DEFAULT_RULESETS) | rulesets(),
    FACTS,
    st.sampled_from(PoolState),
    st.sampled_from(["", "2026.12"]),
    st.none() | st.dates(),
)
@settings(max_examples=40)
def test_the_comment_is_the_one_that_is_written(
    ruleset: Ruleset, facts: Facts, state: PoolState, release: str, ship_on: Any
) -> None:
    facts = {**facts, "requirement.state": state}
    bulk = Bulk(ruleset)
    decision = decide(ruleset, facts)
    safe = ClientSafeFacts(release_name=release, release_ship_on=ship_on)
    desired = desire(
        ruleset,
        decision,
        safe,
        tracker="jira",
        state=state,
        language=Language.EN,
        known=facts,
    )
    found = bulk.find_comment(bulk.decide(facts), facts, release, ship_on)
    texts = [comment.texts[Language.EN] for comment in ruleset.write_back.comments]
    written = desired.comment.template if desired.comment else None
    assert (None if found is None else texts[found]) == written


def test_every_rule_that_matches_is_told_also_behind_the_first(
    ruleset: Ruleset,
) -> None:
    """
    name: x
    kind:
      - {id: a, when: {issue.type: Bug}, set: defect}
      - {id: b, when: {issue.title: {contains: [导出]}}, set: question}
      - {id: c, otherwise: requirement}
    scope:
      - {id: s, otherwise: in_contract}
    """
    bulk = Bulk(ruleset)
    defect = bulk.decide({"issue.type": "bug", "issue.title": "怎么导出"})
    assert matching(bulk, defect, Section.KIND) == (0, 1, 2)
    question = bulk.decide({"issue.title": "怎么导出"})
    assert matching(bulk, question, Section.KIND) == (1, 2)
    assert matching(bulk, question, Section.SCOPE) == ()
