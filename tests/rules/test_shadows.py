"""A rule is called shadowed only if it really can never win."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from model.decisions import Facts, Section
from rules.case import Case
from rules.load_ruleset import load_ruleset
from rules.ruleset import Rule, Ruleset
from rules.shadows import find_shadowed

LETTERS = st.lists(st.sampled_from("abc"), min_size=1, unique=True)
NUMBERS = st.sampled_from([0, 1, 2])


ASKS = st.one_of(
    LETTERS.map(lambda letters: {"issue.title": letters}),
    LETTERS.map(lambda letters: {"issue.title": {"contains": letters}}),
    st.builds(
        lambda word, letters: {"issue.labels": {word: letters}},
        st.sampled_from(["any", "all", "none"]),
        LETTERS,
    ),
    st.builds(
        lambda word, number: {"estimate.days": {word: number}},
        st.sampled_from(["gt", "gte", "lt", "lte"]),
        NUMBERS,
    ),
    st.builds(
        lambda fact, flag: {fact: {"exists": flag}},
        st.sampled_from(["issue.title", "issue.labels", "estimate.days"]),
        st.booleans(),
    ),
)
CONDITIONS = st.recursive(
    ASKS,
    lambda inner: st.one_of(
        st.builds(
            lambda word, parts: {word: parts},
            st.sampled_from(["any", "all"]),
            st.lists(inner, min_size=1, max_size=2),
        ),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=3,
)
FACTS: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {},
    optional={
        "issue.title": st.sampled_from(["a", "b", "c", "a b", "x"]),
        "issue.labels": st.lists(st.sampled_from("abcx"), max_size=3).map(tuple),
        "estimate.days": st.sampled_from([0, 0.5, 1, 2, 3]),
    },
)


def rule_of(condition: Any) -> tuple[Rule, Ruleset]:
    when = {"id": "r", "when": condition, "set": "task"}
    text = json.dumps({"name": "x", "kind": [when]})
    ruleset, problems = load_ruleset(text, file="f")
    assert ruleset is not None, problems
    return ruleset.sections[Section.KIND][0], ruleset


@given(CONDITIONS, CONDITIONS, st.lists(FACTS, min_size=20, max_size=20))
@settings(max_examples=200)
def test_where_a_shadowed_rule_holds_the_earlier_one_holds_too(
    wide: Any, narrow: Any, cases: list[Facts]
) -> None:
    (first, ruleset), (second, _) = rule_of(wide), rule_of(narrow)
    shadowed = bool(find_shadowed({Section.KIND: (first, second)}))
    all_cases = [Case(facts, ruleset.zone) for facts in cases]
    escapes = any(second.holds(case) and not first.holds(case) for case in all_cases)
    assert not (shadowed and escapes)


@given(CONDITIONS)
def test_a_condition_shadows_itself(condition: Any) -> None:
    rule, _ = rule_of(condition)
    assert find_shadowed({Section.KIND: (rule, rule)}) == [(rule, rule)]
