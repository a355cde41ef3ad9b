"""Laws of the rules, searched for exceptions."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from model.client_text import ClientSafeFacts
from model.decisions import Facts, PoolState, Section
from model.projects import Language
from rules.decide import decide
from rules.explain import Fate, explain
from rules.load_ruleset import load_ruleset
from rules.run_examples import run_examples
from rules.vocabulary import CHOICES_OF, VOCABULARY, Fact, FactType
from rules.write_back import desire
from tests.hostile import takes_under
from tests.rules.defaults import DEFAULTS, default_text, load_default

RULESETS = [load_default(name) for name in DEFAULTS]
PLAIN: list[Any] = [yaml.safe_load(default_text(name)) for name in DEFAULTS]

WORDS = st.sampled_from(
    [
        "怎么导出",
        "bug",
        "报错",
        "希望增加",
        "Question",
        "无法登录",
        "审计",
        "how",
        "to",
        "training",
        "合同内",
        "？",
        "bug \ud800",
        "\udfff？",
    ]
) | st.text(max_size=8)
LINES = st.lists(WORDS, max_size=4).map(" ".join)
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
VALUES: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.TEXT: LINES,
    FactType.LIST: st.lists(WORDS, max_size=3).map(tuple),
    FactType.NUMBER: st.integers() | st.floats() | st.decimals(),
    FactType.FLAG: st.booleans(),
    FactType.DATE: MOMENTS | st.dates(),
}


def values_of(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.choices:
        return st.sampled_from(fact.choices)
    return VALUES[fact.type]


FACTS: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {}, optional={name: values_of(fact) for name, fact in VOCABULARY.items()}
)
ANY_FACTS: st.SearchStrategy[Facts] = st.dictionaries(
    st.sampled_from(sorted(VOCABULARY)),
    st.none() | st.one_of(*VALUES.values()) | st.binary(max_size=3) | st.just({}),
)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        section: st.sampled_from(CHOICES_OF[section] or ("2026.8", "none"))
        for section in Section
    },
)


@given(st.sampled_from(RULESETS), FACTS, OVERRIDES)
def test_deciding_twice_is_deciding_once(
    ruleset: Any, facts: Facts, overrides: dict[Section, str]
) -> None:
    once = decide(ruleset, facts, overrides=overrides)
    told = {
        **facts,
        **{section.value: said for section, said in once.effective.items()},
    }
    assert decide(ruleset, told, overrides=overrides) == once


@given(st.sampled_from(RULESETS), ANY_FACTS)
def test_absent_and_wrong_facts_never_raise(ruleset: Any, facts: Facts) -> None:
    decision = decide(ruleset, facts)
    traces = explain(ruleset, facts)
    assert {t.section: t.verdict for t in traces if t.verdict} == decision.verdict


@given(st.sampled_from(RULESETS), FACTS, OVERRIDES)
def test_explaining_agrees_with_deciding(
    ruleset: Any, facts: Facts, overrides: dict[Section, str]
) -> None:
    decision = decide(ruleset, facts, overrides=overrides)
    traces = explain(ruleset, facts, overrides=overrides)
    won = {rule.rule for t in traces for rule in t.rules if rule.fate is Fate.WON}
    assert won == {reason.rule for reason in decision.reasons}


@given(st.sampled_from(RULESETS), FACTS, OVERRIDES)
def test_an_overridden_section_holds_what_the_person_said(
    ruleset: Any, facts: Facts, overrides: dict[Section, str]
) -> None:
    decision = decide(ruleset, facts, overrides=overrides)
    assert decision.effective == {**decision.verdict, **overrides}


@given(
    st.sampled_from(RULESETS),
    FACTS,
    st.sampled_from(PoolState),
    st.sampled_from(Language),
)
def test_our_own_labels_change_no_decision(
    ruleset: Any, facts: dict[str, Any], state: PoolState, language: Language
) -> None:
    decision = decide(ruleset, facts)
    desired = desire(
        ruleset,
        decision,
        ClientSafeFacts(scope=decision.effective.get(Section.SCOPE, "")),
        tracker="gitlab",
        state=state,
        language=language,
        known=facts,
    )
    labels = (*facts.get("issue.labels", ()), *desired.labels)
    assert (
        decide(ruleset, {**facts, "issue.labels": labels}).verdict == decision.verdict
    )
    assert desired.labels <= desired.owned_labels


def load_quickly(text: str | bytes) -> None:
    assert takes_under(1, lambda: load_ruleset(text, file="f"))
    ruleset, problems = load_ruleset(text, file="f")
    assert (ruleset is None) == bool(problems)
    assert all(p.hint and p.line >= 1 and p.column >= 1 for p in problems)
    if ruleset is not None:
        run_examples(ruleset)
        decide(ruleset, {"issue.title": "x", "today": date(2026, 3, 1)})


def kinds(count: int, when: str) -> str:
    rules = (
        f"  - {{id: r{n}, when: {{{when.replace('N', str(n))}}}, set: task}}\n"
        for n in range(count)
    )
    return "name: x\nkind:\n" + "".join(rules)


WORDS_OF_A_TERM = ", ".join(f"word{n}" for n in range(4000))


@pytest.mark.parametrize(
    "text",
    [
        kinds(1000, "issue.title: {matches: 'aN[bc]{1,500}'}"),
        kinds(300, r"issue.title: {matches: '\pL{900}N'}"),
        kinds(30, f"issue.title: {{contains: [xN, {WORDS_OF_A_TERM}]}}"),
        f"terms: {{t: [{WORDS_OF_A_TERM}]}}\n"
        + kinds(1000, "issue.title: {contains: '@t'}, issue.type: tN"),
    ],
    ids=["patterns", "large patterns", "words", "a term"],
)
def test_what_takes_long_to_search_for_is_refused_in_time(text: str) -> None:
    load_quickly(text)


def test_beyond_the_limit_one_problem_says_so() -> None:
    text = kinds(1000, "issue.title: {matches: 'aN[bc]{1,500}'}")
    _ruleset, problems = load_ruleset(text, file="f")
    (problem,) = problems
    assert (problem.code, problem.line > 200) == ("E_LIMIT", True)


@given(st.binary(max_size=300))
def test_any_bytes_load_or_give_problems(data: bytes) -> None:
    load_quickly(data)


@given(st.sampled_from(DEFAULTS), st.data())
def test_a_default_with_a_piece_torn_out_loads_or_gives_problems(
    name: str, data: st.DataObject
) -> None:
    text = default_text(name)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))
    torn = text[:start] + data.draw(st.text(max_size=12)) + text[end:]
    load_quickly(torn)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=4,
)


def mutate(node: Any, data: st.DataObject) -> Any:
    """The document with one node somewhere in it replaced."""
    if isinstance(node, dict) and node and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(list(node)))
        return {**node, key: mutate(node[key], data)}
    if isinstance(node, list) and node and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(node) - 1))
        return [*node[:at], mutate(node[at], data), *node[at + 1 :]]
    return data.draw(JSON)


@given(st.sampled_from(PLAIN), st.data())
def test_a_default_with_a_node_replaced_loads_or_gives_problems(
    plain: Any, data: st.DataObject
) -> None:
    load_quickly(yaml.safe_dump(mutate(plain, data), allow_unicode=True))
