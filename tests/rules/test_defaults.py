"""The rulesets that come with the product."""

from decimal import Decimal
from importlib.resources import files
from json import dumps
from pathlib import Path

import jsonschema
import pytest

from model.client_text import ClientSafeFacts
from model.decisions import Kind, Scope, Section
from rules.document import Problems, parse_document, to_plain
from rules.load_ruleset import load_ruleset
from rules.read_examples import read_facts
from rules.reference import vocabulary_reference
from rules.ruleset import Ruleset
from rules.run_examples import run_examples
from rules.schema import ruleset_schema
from rules.vocabulary import VOCABULARY
from tests.rules.defaults import DEFAULTS, TRACKERS, default_text, load_default

SCHEMA = jsonschema.Draft202012Validator(ruleset_schema(TRACKERS))
SKETCH = Path(__file__).parents[3] / "shared" / "design" / "RULES.md"


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_is_shipped_with_the_package_and_passes_its_examples(
    name: str,
) -> None:
    ruleset = load_default(name)
    results = run_examples(ruleset)
    assert [result.why for result in results if not result.passed] == []
    assert len(results) >= 15


def test_both_defaults_decide_alike() -> None:
    first, second = map(load_default, DEFAULTS)
    swapped = Ruleset(
        **{name: getattr(first, name) for name in first.__dataclass_fields__}
        | {"examples": second.examples}
    )
    assert all(result.passed for result in run_examples(swapped))


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_has_a_label_for_every_kind_and_scope(name: str) -> None:
    labels = load_default(name).write_back.labels
    assert set(labels[Section.KIND]) == set(Kind)
    assert set(labels[Section.SCOPE]) == set(Scope)


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_speaks_both_languages_everywhere(name: str) -> None:
    ruleset = load_default(name)
    rules = [rule for rules in ruleset.sections.values() for rule in rules]
    assert all(set(rule.because) == {"zh", "en"} for rule in rules)
    comments = ruleset.write_back.comments
    assert all(set(comment.texts) == {"zh", "en"} for comment in comments)


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_is_valid_by_the_published_schema(name: str) -> None:
    document = parse_document(default_text(name), Problems())
    assert document is not None
    jsonschema.validate(to_plain(document), ruleset_schema(TRACKERS))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "x", "kinds": []},
        {"name": "x", "kind": [{"id": "a", "when": {"issue.typ": "x"}, "set": "task"}]},
        {"name": "x", "kind": [{"id": "a", "otherwise": "bug"}]},
        {
            "name": "x",
            "kind": [{"id": "a", "when": {"issue.labels": ["x"]}, "set": "task"}],
        },
        {
            "name": "x",
            "kind": [{"id": "a", "when": {"project.phase": "x"}, "set": "task"}],
        },
        {"name": "x", "write_back": {"status": {"gitlab": {"planned": "x"}}}},
        {"name": "x", "timezone": ["UTC"]},
        {"name": "x", "terms": {"a": {"b": "c"}}},
        {"name": "x", "terms": {"a": [["b"]]}},
        {"name": "x", "off": [["a"]]},
        {"name": "x", "kind": [{"id": "a", "when": {}, "set": "task"}]},
        {"name": "x", "kind": [{"id": "a", "when": {"any": []}, "set": "task"}]},
        {"name": "x", "kind": [{"id": "a", "set": "task"}]},
        {"name": "x", "kind": [{"id": "a", "otherwise": "task", "because": {}}]},
        {
            "name": "x",
            "kind": [{"id": "a", "otherwise": "task", "because": {"fr": ""}}],
        },
        {"name": "x", "priority": {"points": [{"id": "a", "add": "x"}]}},
        {"name": "x", "priority": {"points": [{"id": "a"}]}},
        {"name": "x", "priority": {"points": [{"id": "a", "add": 1, "per": "kind"}]}},
        {"name": "x", "priority": {"levels": {"P9": 1}}},
        {"name": "x", "write_back": {"release": "yes"}},
        {"name": "x", "write_back": {"labels": {"kind": {"bug": "x"}}}},
        {"name": "x", "write_back": {"labels": {"release": {"train:main": []}}}},
        {"name": "x", "write_back": {"comment": [{"when": {"kind": "task"}}]}},
        {"name": "x", "write_back": {"assignee": [{"when": {"kind": "task"}}]}},
        {"name": "x", "examples": [{"id": "a", "given": {}}]},
        {"name": "x", "examples": [{"id": "a", "given": {"x": 1}, "expect": {}}]},
        {
            "name": "x",
            "examples": [{"id": "a", "given": {"issue.labels": 1}, "expect": {}}],
        },
        {
            "name": "x",
            "examples": [{"id": "a", "given": {}, "expect": {"kind": "bug"}}],
        },
        {"name": "x", "release": [{"id": "a", "otherwise": {"to": "main"}}]},
        *(
            {"name": "x", "kind": [{"id": "a", "when": {fact: asked}, "set": "task"}]}
            for fact, asked in (
                ("issue.created_on", {"within": "3x"}),
                ("issue.created_on", {"after": 3}),
                ("issue.title", {"exists": "yes"}),
                ("issue.title", {"contains": []}),
                ("issue.title", {"gt": 3}),
                ("issue.title", {"matches": ["x"]}),
                ("issue.title", {}),
                ("issue.comments", {"gt": "many"}),
                ("issue.title", []),
            )
        ),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(wrong: dict[str, object]) -> None:
    assert not SCHEMA.is_valid(wrong)
    ruleset, _ = load_ruleset(dumps(wrong), file="rules.yaml", trackers=TRACKERS)
    assert ruleset is None


def test_the_schema_is_a_schema_and_knows_every_fact() -> None:
    schema = ruleset_schema(TRACKERS)
    jsonschema.Draft202012Validator.check_schema(schema)
    condition = schema["$defs"]["condition"]  # type: ignore[index, call-overload] # plain JSON
    assert set(VOCABULARY) < set(condition["properties"])  # type: ignore[arg-type, index, call-overload] # plain JSON


def test_a_failed_example_says_what_came_by_which_rule() -> None:
    text = """
name: x
kind: [{id: rest, otherwise: task}]
examples:
  - {id: wrong, given: {issue.title: a}, expect: {kind: defect, scope: null}}
  - {id: right, given: {kind: defect}, expect: {kind: defect}}
"""
    ruleset, _ = load_ruleset(text, file="rules.yaml")
    assert ruleset is not None
    wrong, right = run_examples(ruleset)
    assert wrong.why == "kind: expected defect, came task by rest"
    assert (wrong.place, wrong.passed, right.passed) == ("rules.yaml:5", False, True)


def test_the_reference_explains_every_fact_in_one_line() -> None:
    head, _, *lines = vocabulary_reference().splitlines()
    assert head.count("|") == 5
    assert [line.split("`")[1] for line in lines] == list(VOCABULARY)
    assert all(line.count("|") == 5 and line.endswith(". |") for line in lines)


def test_facts_are_read_as_in_an_example() -> None:
    problems = Problems("facts.yaml")
    text = "{issue.labels: [a, 7], estimate.days: 2.5, project.phase: UAT, tday: x}"
    facts = read_facts(parse_document(text, problems), problems)
    assert facts == {
        "issue.labels": ("a", "7"),
        "estimate.days": Decimal("2.5"),
        "project.phase": "uat",
    }
    assert [(p.code, p.hint.split(";")[0]) for p in problems.found] == [
        ("E_FIELD", 'did you mean "today"?')
    ]


def test_placeholders_are_words_of_the_vocabulary_or_the_state() -> None:
    assert ClientSafeFacts.placeholders() - {"state"} < set(VOCABULARY)


def test_the_defaults_are_the_files_beside_them() -> None:
    names = {file.name for file in files("rules.defaults").iterdir()}
    assert set(DEFAULTS) == {name for name in names if name.endswith(".yaml")}


@pytest.mark.skipif(not SKETCH.exists(), reason="the design pages are not beside us")
def test_the_sketch_of_the_rule_language_loads_and_passes() -> None:
    sketch = SKETCH.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    bases = {"vendor-base": "name: vendor-base"}
    ruleset, problems = load_ruleset(
        sketch, file="RULES.md", load_base=bases.__getitem__
    )
    assert problems == []
    assert ruleset is not None
    assert [result.passed for result in run_examples(ruleset)] == [True]
    document = parse_document(sketch, Problems())
    assert document is not None
    jsonschema.validate(to_plain(document), ruleset_schema(TRACKERS))
