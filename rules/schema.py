"""The JSON Schema of rulesets, made from the vocabulary (draft 2020-12).

Editors complete and check with it; ``load_ruleset`` says more and better.
"""

from collections.abc import Iterable, Mapping

from model.decisions import PoolState, Priority, Section
from model.projects import Language
from model.trackers import Capabilities, Trackers
from rules.conditions import Operator
from rules.document import Json
from rules.read_conditions import OPERATORS
from rules.read_rules import ORDERED, OUTCOME_WORDS
from rules.vocabulary import CHOICES_OF, VOCABULARY, Fact, FactType

_WORD: Json = {"type": ["string", "number"]}
_WORDS: Json = {"anyOf": [_WORD, {"type": "array", "items": _WORD, "minItems": 1}]}
_TERM: Json = {"type": "string", "pattern": "^@[^@]"}
_DAY: Json = {"type": "string", "format": "date"}
_CONDITION: Json = {"$ref": "#/$defs/condition"}
_TEXT: Json = {"$ref": "#/$defs/text"}

_PLAIN: Mapping[FactType, Json] = {
    FactType.TEXT: _WORD,
    FactType.CHOICE: _WORD,
    FactType.NUMBER: {"type": "number"},
    FactType.FLAG: {"type": "boolean"},
    FactType.DATE: _DAY,
}


def ruleset_schema(trackers: Trackers) -> dict[str, Json]:
    """The schema of one ruleset file, for these kinds of tracker."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "reqpool ruleset",
        **_mapping(
            {
                "name": _said("The ruleset's name.", _WORD),
                "extends": _said("The ruleset that this one builds on.", _WORD),
                "timezone": _said("An IANA name, for days and deadlines.", _WORD),
                "terms": _terms(),
                "off": {"type": "array", "items": _WORD},
                **{section.value: _ordered(section) for section in ORDERED},
                "priority": _priority(),
                "write_back": _write_back(trackers),
                "examples": {"type": "array", "items": _example()},
            },
            required=["name"],
        ),
        "$defs": {"condition": _condition(), "text": _text()},
    }


def _mapping(
    properties: Mapping[str, Json], required: Iterable[str] = ()
) -> dict[str, Json]:
    schema: dict[str, Json] = {"type": "object", "additionalProperties": False}
    schema["properties"] = dict(properties)
    if names := list(required):
        schema["required"] = list[Json](names)
    return schema


def _said(description: str, schema: Json) -> Json:
    return (
        {"description": description, **schema} if isinstance(schema, dict) else schema
    )


def _one_of(values: Iterable[str]) -> Json:
    return {"enum": list[Json](values)}


def _terms() -> Json:
    return {
        "description": "Word lists, used in conditions as @name.",
        "type": "object",
        "additionalProperties": _WORDS,
    }


def _text() -> Json:
    languages = _mapping({language.value: _WORD for language in Language})
    return {"anyOf": [_WORD, {**languages, "minProperties": 1}]}


def _condition() -> Json:
    group: Json = {"type": "array", "items": _CONDITION, "minItems": 1}
    properties: dict[str, Json] = {"any": group, "all": group, "not": _CONDITION}
    properties |= {name: _asked(fact) for name, fact in VOCABULARY.items()}
    return {**_mapping(properties), "minProperties": 1}


def _asked(fact: Fact) -> Json:
    operators = {
        operator.value: _operand(operator, fact)
        for operator in Operator
        if operator in OPERATORS[fact.type]
    }
    asked: list[Json] = [{**_mapping(operators), "minProperties": 1}]
    if fact.type is not FactType.LIST:
        plain = _value(fact)
        asked += [plain, {"type": "array", "items": plain, "minItems": 1}]
    return {"description": fact.says, "anyOf": asked}


def _value(fact: Fact) -> Json:
    if fact.choices:
        return {"anyOf": [_one_of(fact.choices), _TERM]}
    return _PLAIN[fact.type]


def _operand(operator: Operator, fact: Fact) -> Json:
    match operator:
        case Operator.EXISTS:
            return {"type": "boolean"}
        case Operator.WITHIN:
            return {"type": "string", "pattern": "^[0-9]+[dw]$"}
        case Operator.MATCHES:
            return _WORD
        case Operator.ANY | Operator.ALL | Operator.NONE | Operator.CONTAINS:
            return _WORDS
        case _:
            return _PLAIN[fact.type]


def _ordered(section: Section) -> Json:
    words = OUTCOME_WORDS[section]
    value = _one_of(CHOICES_OF[section]) if CHOICES_OF[section] else _WORD
    outcome = dict.fromkeys(words, value)
    otherwise = _mapping(outcome) if section is Section.RELEASE else value
    shared: dict[str, Json] = {"id": _WORD, "because": _TEXT}
    wins = [
        _mapping(
            {**shared, "when": _CONDITION, word: value}, required=["id", "when", word]
        )
        for word in words
    ]
    last = _mapping({**shared, "otherwise": otherwise}, required=["id", "otherwise"])
    return {"type": "array", "items": {"anyOf": [*wins, last]}}


def _priority() -> Json:
    numbers = [
        fact.name for fact in VOCABULARY.values() if fact.type is FactType.NUMBER
    ]
    whole: Json = {"type": "integer"}
    properties: dict[str, Json] = {
        "id": _WORD,
        "when": _CONDITION,
        "per": _one_of(numbers),
        "add": whole,
        "at_most": whole,
        "because": _TEXT,
    }
    levels = _mapping({priority.value: whole for priority in Priority})
    points = _mapping(properties, required=["id", "add"])
    return _mapping({"points": {"type": "array", "items": points}, "levels": levels})


def _write_back(trackers: Trackers) -> Json:
    labels = {
        section.value: _mapping(dict.fromkeys(CHOICES_OF[section], _WORD))
        if CHOICES_OF[section]
        else {"type": "object", "additionalProperties": _WORD}
        for section in Section
    }
    statuses = {name: _statuses(kind) for name, kind in trackers.items()}
    comment = _mapping({"when": _CONDITION, "text": _TEXT}, required=["text"])
    assignee = _mapping({"when": _CONDITION, "to": _WORD}, required=["to"])
    return _mapping(
        {
            "labels": _mapping(labels),
            "status": _mapping(statuses),
            "release": {"type": "boolean"},
            "comment": {"type": "array", "items": comment},
            "assignee": {"type": "array", "items": assignee},
        }
    )


def _statuses(kind: Capabilities) -> Json:
    status = _one_of(kind.statuses) if kind.statuses else _WORD
    return _mapping({state.value: status for state in PoolState})


def _example() -> Json:
    given = {name: _given(fact) for name, fact in VOCABULARY.items()}
    expect: dict[str, Json] = {
        section.value: {"anyOf": [_one_of(CHOICES_OF[section]), {"type": "null"}]}
        if CHOICES_OF[section]
        else {"type": ["string", "null"]}
        for section in Section
    }
    properties: dict[str, Json] = {
        "id": _WORD,
        "given": _mapping(given),
        "expect": _mapping(expect),
    }
    return _mapping(properties, required=properties)


def _given(fact: Fact) -> Json:
    if fact.type is FactType.LIST:
        return _said(fact.says, {"type": "array", "items": _WORD})
    return _said(fact.says, _PLAIN[fact.type])
