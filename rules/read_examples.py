"""The tests that a ruleset brings along."""

from collections.abc import Callable, Mapping

from model.decisions import Facts, FactValue, Section
from model.phrase import Phrase
from rules.case import fold
from rules.document import ListNode, Node, Problems, Scalar
from rules.fields import Fields, read_day, read_decimal, read_text
from rules.ruleset import Example
from rules.vocabulary import CHOICES_OF, VOCABULARY, Fact, FactType

_PLANNED = frozenset({"release.name", "release.ship_on"})
"""What planning yields is not given to a decision."""


def read_examples(root: Fields, outcomes: frozenset[str]) -> tuple[Example, ...]:
    """Read a file's examples; ``outcomes`` are its trains and holds."""
    reader = _ExampleReader(root.problems, outcomes)
    read = (reader.read(node) for node in root.items("examples"))
    return tuple(example for example in read if example)


def read_facts(node: Node | None, problems: Problems) -> Facts:
    """Read facts by name, as an example's ``given`` has them."""
    names = [name for name in VOCABULARY if name not in _PLANNED]
    fields = Fields(node, problems, known=names)
    return _ExampleReader(problems, frozenset()).given(fields)


class _ExampleReader:
    def __init__(self, problems: Problems, outcomes: frozenset[str]) -> None:
        self._problems = problems
        self._outcomes = outcomes

    def read(self, node: Node) -> Example | None:
        before = len(self._problems.found)
        known = ("id", "given", "expect")
        fields = Fields(node, self._problems, known=known, required=known)
        results = [section.value for section in Section]
        expect = Fields(fields.find("expect"), self._problems, known=results)
        example = Example(
            id=fields.text("id"),
            place=f"{self._problems.file}:{node.line}",
            given=read_facts(fields.find("given"), self._problems),
            expect=self._expected(expect),
        )
        return example if len(self._problems.found) == before else None

    def given(self, fields: Fields) -> Facts:
        known = [
            (VOCABULARY[key.text], node)
            for key, node in fields.node.entries
            if key.text in VOCABULARY
        ]
        return {
            fact.name: value
            for fact, node in known
            if (value := self._value(fact, node)) is not None
        }

    def _value(self, fact: Fact, node: Node) -> FactValue | None:
        value = _READ[fact.type](node)
        if value is None:
            said = Phrase(
                "{fact} is a {type}", fact=fact.name, type=Phrase(fact.type.value)
            )
            hint = Phrase(
                "write a {type} here, or leave {fact} out",
                type=Phrase(fact.type.value),
                fact=fact.name,
            )
            self._problems.add("E_TYPE", said, node, hint)
        elif fact.choices and isinstance(value, str):
            return self._choice(node, value, fact.choices)
        return value

    def _choice(self, node: Node, text: str, choices: tuple[str, ...]) -> str | None:
        spelled = {fold(choice): choice for choice in choices}
        if fold(text) not in spelled:
            place = Scalar(text, text, node.line, node.column)
            said = Phrase('unknown value "{text}"', text=text)
            self._problems.add_unknown("E_REF", said, place, choices)
        return spelled.get(fold(text))

    def _expected(self, fields: Fields) -> Mapping[Section, str]:
        return {
            section: self._expectation(section, fields)
            for section in Section
            if section.value in fields
        }

    def _expectation(self, section: Section, fields: Fields) -> str:
        """An outcome; empty where the section is expected to say nothing."""
        node = fields.find(section.value)
        if isinstance(node, Scalar) and node.value is None:
            return ""
        text = fields.text(section.value)
        choices = CHOICES_OF[section] or tuple(sorted(self._outcomes))
        return (self._choice(node, text, choices) or "") if node and text else ""


def _texts(node: Node) -> tuple[str, ...] | None:
    nodes = node.nodes if isinstance(node, ListNode) else ()
    texts = tuple(read_text(item) or "" for item in nodes)
    return texts if isinstance(node, ListNode) and all(texts) else None


def _flag(node: Node) -> bool | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


_READ: Mapping[FactType, Callable[[Node], FactValue | None]] = {
    FactType.TEXT: read_text,
    FactType.CHOICE: read_text,
    FactType.LIST: _texts,
    FactType.NUMBER: read_decimal,
    FactType.FLAG: _flag,
    FactType.DATE: read_day,
}
