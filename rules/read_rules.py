"""The sections of one ruleset file: ordered rules, points and levels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from model.decisions import Kind, Priority, Scope, Section
from model.phrase import Phrase
from model.projects import Language
from rules.conditions import Condition, compile_condition
from rules.document import Node, Problems, Scalar
from rules.fields import Fields, read_choice
from rules.read_conditions import ConditionReader, Terms
from rules.ruleset import PointRule, Rule
from rules.vocabulary import VOCABULARY, FactType

ORDERED = (Section.KIND, Section.SCOPE, Section.RELEASE)
"""The sections in which the first rule that matches decides."""

OUTCOME_WORDS: Mapping[Section, tuple[str, ...]] = {
    Section.KIND: ("set",),
    Section.SCOPE: ("set",),
    Section.RELEASE: ("train", "hold"),
}
"""The fields that say what a rule of a section decides."""

_CHOICES: Mapping[Section, type[StrEnum]] = {Section.KIND: Kind, Section.SCOPE: Scope}


@dataclass(slots=True)
class FileRules:
    """What one file adds, before its base is taken into account."""

    sections: dict[Section, list[Rule]] = field(default_factory=dict)
    points: list[PointRule] = field(default_factory=list)
    levels: dict[Priority, int] = field(default_factory=dict)


def not_known_in(section: Section | None) -> frozenset[str]:
    """The facts that a section must not read; a comment (None) may read all."""
    if section is None:
        return frozenset()
    order = list(Section)
    later = set(order[order.index(section) :])
    facts = VOCABULARY.values()
    return frozenset(fact.name for fact in facts if fact.known_after in later)


def read_rules(root: Fields, terms: Terms) -> FileRules:
    """Read a file's sections; what is wrong is recorded and left out."""
    rules = FileRules()
    for section in ORDERED:
        reader = _RuleReader(root.problems, terms, section)
        read = [reader.read(node) for node in root.items(section.value)]
        rules.sections[section] = [rule for rule in read if rule]
    if (node := root.find("priority")) is not None:
        _read_priority(node, root.problems, terms, rules)
    return rules


def _read_priority(
    node: Node, problems: Problems, terms: Terms, rules: FileRules
) -> None:
    fields = Fields(node, problems, known=("points", "levels"))
    reader = _RuleReader(problems, terms, Section.PRIORITY)
    read = [reader.read_points(item) for item in fields.items("points")]
    rules.points = [rule for rule in read if rule]
    names = [priority.value for priority in Priority]
    levels = Fields(fields.find("levels"), problems, known=names)
    rules.levels = {
        priority: levels.integer(priority.value)
        for priority in Priority
        if priority.value in levels
    }


class _RuleReader:
    def __init__(self, problems: Problems, terms: Terms, section: Section) -> None:
        self._problems = problems
        self._section = section
        self._conditions = ConditionReader(
            problems, terms, section.value, not_known_in(section)
        )

    def read(self, node: Node) -> Rule | None:
        before = len(self._problems.found)
        words = OUTCOME_WORDS[self._section]
        known = ("id", "when", "otherwise", "because", *words)
        fields = Fields(node, self._problems, known=known, required=("id",))
        condition = self._condition(fields)
        outcome = self._outcome(fields)
        rule_id, because = fields.text("id"), _because(fields)
        is_broken = len(self._problems.found) > before or _lacks(fields, condition)
        if is_broken or not outcome or not rule_id:
            return None
        return Rule(
            id=rule_id,
            place=f"{self._problems.file}:{node.line}",
            outcome=outcome,
            condition=condition,
            holds=compile_condition(condition),
            because=because,
            column=node.column,
        )

    def _condition(self, fields: Fields) -> Condition | None:
        when = fields.find("when")
        if (when is None) == ("otherwise" in fields):
            return self._conditions.read(when) if when is not None else None
        if not fields.readable:
            return None
        if when is None:
            hint = "add when: …, or say otherwise: … for the rest"
            self._problems.add("E_FIELD", '"when" is missing', fields.node, hint)
        else:
            hint = "otherwise stands for every issue that no rule before matched"
            said = '"when" and "otherwise" in one rule'
            self._problems.add("E_FIELD", said, fields.node, hint)
        return None

    def _outcome(self, fields: Fields) -> str:
        words = OUTCOME_WORDS[self._section]
        otherwise = fields.find("otherwise")
        if otherwise is None:
            return self._said(fields, words)
        for word in words:
            if (key := fields.node.find_key(word)) is not None:
                said = Phrase('"{word}" beside "otherwise"', word=word)
                hint = Phrase("leave {word} out", word=word)
                self._problems.add("E_FIELD", said, key, hint)
        if self._section is Section.RELEASE:
            return self._said(Fields(otherwise, self._problems, known=words), words)
        return self._chosen(otherwise)

    def _said(self, fields: Fields, words: tuple[str, ...]) -> str:
        given = [word for word in words if word in fields]
        if len(given) != 1:
            said = Phrase("expected {words}, and that once", words=" or ".join(words))
            if fields.readable:
                hint = Phrase("add {words}: …", words=words[0])
                self._problems.add("E_FIELD", said, fields.node, hint)
            return ""
        if self._section is Section.RELEASE:
            name = fields.text(given[0])
            return f"{given[0]}:{name}" if name else ""
        node = fields.find(given[0])
        return self._chosen(node) if node is not None else ""

    def _chosen(self, node: Node) -> str:
        choices = _CHOICES[self._section]
        if isinstance(node, Scalar):
            return read_choice(node, choices, self._problems) or ""
        hint = Phrase("one of {choices}", choices=", ".join(choices))
        self._problems.add("E_TYPE", "expected a word", node, hint)
        return ""

    def read_points(self, node: Node) -> PointRule | None:
        before = len(self._problems.found)
        fields = Fields(
            node,
            self._problems,
            known=("id", "when", "per", "add", "at_most", "because"),
            required=("id", "add"),
        )
        if "when" not in fields and "per" not in fields and fields.readable:
            hint = "add when: …, or per: with a number's fact"
            self._problems.add("E_FIELD", '"when" is missing', node, hint)
        if (key := fields.node.find_key("at_most")) and "per" not in fields:
            hint = "at_most bounds per; leave it out"
            self._problems.add("E_FIELD", '"at_most" without "per"', key, hint)
        rule = self._point_rule(fields)
        is_broken = len(self._problems.found) > before
        return None if is_broken or _lacks(fields, rule.condition) else rule

    def _point_rule(self, fields: Fields) -> PointRule:
        when = fields.find("when")
        condition = self._conditions.read(when) if when is not None else None
        return PointRule(
            id=fields.text("id"),
            place=f"{self._problems.file}:{fields.node.line}",
            add=fields.integer("add"),
            condition=condition,
            holds=compile_condition(condition),
            because=_because(fields),
            per=self._per(fields),
            at_most=fields.integer("at_most") if "at_most" in fields else None,
            column=fields.node.column,
        )

    def _per(self, fields: Fields) -> str:
        node = fields.find("per")
        name = fields.text("per")
        if not isinstance(node, Scalar) or not name:
            return ""
        fact = VOCABULARY.get(name)
        if fact is None or fact.type is not FactType.NUMBER:
            numbers = _names_of(FactType.NUMBER)
            code = "E_FIELD" if fact is None else "E_TYPE"
            said = (
                Phrase('"{name}" is no number', name=name)
                if fact
                else Phrase('unknown fact "{name}"', name=name)
            )
            self._problems.add_unknown(code, said, node, numbers)
        return name


def _lacks(fields: Fields, condition: Condition | None) -> bool:
    """A condition is there and was not understood, though nothing more was recorded."""
    return "when" in fields and condition is None


def _because(fields: Fields) -> dict[str, str]:
    texts = read_languages(fields, "because")
    return {language.value: text for language, text in texts.items()}


def _names_of(kind: FactType) -> Iterable[str]:
    return (fact.name for fact in VOCABULARY.values() if fact.type is kind)


def read_languages(fields: Fields, name: str) -> dict[Language, str]:
    """A text by language; a plain text stands for every language."""
    node = fields.find(name)
    if node is None:
        return {}
    if isinstance(node, Scalar):
        text = fields.text(name)
        return dict.fromkeys(Language, text) if text else {}
    known = [language.value for language in Language]
    texts = Fields(node, fields.problems, known=known)
    if texts.readable and not texts.node.entries:
        fields.problems.add("E_TYPE", "no text", node, "write {zh: …, en: …}")
    return {
        language: texts.text(language.value)
        for language in Language
        if language.value in texts
    }
