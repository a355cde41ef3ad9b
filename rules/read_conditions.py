"""A condition's YAML, checked against the vocabulary and compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

import re2

from model.phrase import Phrase
from rules.case import fold
from rules.conditions import (
    AllOf,
    AnyOf,
    Ask,
    Condition,
    Not,
    Operator,
    fold_all,
    make_ask,
)
from rules.document import ListNode, MapNode, Node, Problems, Scalar
from rules.fields import read_day, read_text
from rules.vocabulary import VOCABULARY, Fact, FactType

Terms = Mapping[str, tuple[str, ...]]

GROUPS = ("any", "all", "not")

_TEXT_OPERATORS = frozenset({Operator.CONTAINS, Operator.MATCHES, Operator.EXISTS})
OPERATORS: Mapping[FactType, frozenset[Operator]] = {
    FactType.TEXT: _TEXT_OPERATORS,
    FactType.CHOICE: frozenset({Operator.EXISTS}),
    FactType.LIST: frozenset(
        {Operator.ANY, Operator.ALL, Operator.NONE, Operator.EXISTS}
    ),
    FactType.NUMBER: frozenset(
        {Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.EXISTS}
    ),
    FactType.FLAG: frozenset({Operator.EXISTS}),
    FactType.DATE: frozenset(
        {Operator.BEFORE, Operator.AFTER, Operator.WITHIN, Operator.EXISTS}
    ),
}
"""What can be asked of a fact besides a plain value."""

_EXPECTED: Mapping[FactType, str] = {
    FactType.TEXT: Phrase("a text"),
    FactType.CHOICE: Phrase("a word"),
    FactType.NUMBER: Phrase("a number"),
    FactType.FLAG: Phrase("true or false"),
    FactType.DATE: Phrase("a date like 2026-07-31"),
}
_DAYS = {"d": 1, "w": 7}
_MOST_DAYS = 36_600
_MOST_WORDS = 5_000
_REFUSED_STEPS = 20_000
"""What it takes to find a pattern too large."""


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads conditions of one section.

    Attributes:
        problems: where everything wrong is recorded.
        terms: the ruleset's word lists.
        unknown_yet: facts that only this section or later ones yield.
        section: for messages.
        outcomes: every ``train:NAME`` and ``hold:NAME`` of the ruleset.
        searched: patterns that are counted already, by identity.
    """

    problems: Problems
    terms: Terms
    section: str
    unknown_yet: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    searched: dict[int, Any] = field(default_factory=dict)

    def read(self, node: Node) -> Condition | None:
        """A whole condition; None when something in it is wrong."""
        if not isinstance(node, MapNode) or not node.entries:
            hint = "write field: value; a rule for the rest says otherwise: …"
            self.problems.add("E_TYPE", "expected a condition", node, hint)
            return None
        parts = [self._part(key, value) for key, value in node.entries]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else AllOf(known)

    def _part(self, key: Scalar, value: Node) -> Condition | None:
        match key.text:
            case "not":
                part = self.read(value)
                return Not(part) if part else None
            case "any" | "all":
                return self._group(key.text, value)
            case _:
                return self._fact(key, value)

    def _group(self, word: str, node: Node) -> Condition | None:
        if not isinstance(node, ListNode) or not node.nodes:
            hint = Phrase(
                "write {word}: and below it one condition a line, each with a dash",
                word=word,
            )
            self.problems.add("E_TYPE", "expected a list of conditions", node, hint)
            return None
        read = [self.read(item) for item in node.nodes]
        parts = tuple(part for part in read if part is not None)
        if len(parts) < len(read):
            return None
        return AllOf(parts) if word == "all" else AnyOf(parts)

    def _fact(self, key: Scalar, node: Node) -> Condition | None:
        fact = VOCABULARY.get(key.text)
        if fact is None:
            said = Phrase('unknown fact "{name}"', name=key.text)
            choices = [*VOCABULARY, *GROUPS]
            self.problems.add_unknown("E_FIELD", said, key, choices)
            return None
        if fact.name in self.unknown_yet:
            said = Phrase(
                '"{fact}" is not known yet in {section}',
                fact=fact.name,
                section=self.section,
            )
            hint = "a section may read the results of earlier sections only"
            self.problems.add("E_REF", said, key, hint)
            return None
        if isinstance(node, MapNode):
            return self._operators(fact, node)
        return self._plain(fact, node)

    def _operators(self, fact: Fact, node: MapNode) -> Condition | None:
        if not node.entries:
            hint = Phrase(
                "say one of {operators}",
                operators=", ".join(sorted(OPERATORS[fact.type])),
            )
            self.problems.add("E_TYPE", "nothing is asked", node, hint)
            return None
        read = [self._operator(fact, key, value) for key, value in node.entries]
        parts = tuple(part for part in read if part is not None)
        if len(parts) < len(read):
            return None
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _operator(self, fact: Fact, key: Scalar, node: Node) -> Ask | None:
        allowed = OPERATORS[fact.type]
        if key.text in allowed:
            operator = Operator(key.text)
            return _READERS[operator](self, fact, operator, node)
        if key.text not in set(Operator) - {Operator.IS}:
            said = Phrase('unknown question "{name}"', name=key.text)
            self.problems.add_unknown("E_FIELD", said, key, allowed)
            return None
        said = Phrase(
            '"{name}" cannot be asked of {fact}, which is a {type}',
            name=key.text,
            fact=fact.name,
            type=Phrase(fact.type.value),
        )
        self.problems.add("E_TYPE", said, key, _instead(fact))
        return None

    def _plain(self, fact: Fact, node: Node) -> Ask | None:
        if fact.type is FactType.LIST:
            shown = _shown(node) if isinstance(node, ListNode) else f"[{_shown(node)}]"
            said = Phrase("{fact} is a list", fact=fact.name)
            hint = Phrase(
                "say any: {fact}: {{any: {shown}}}",
                fact=fact.name,
                shown=shown,
            )
            self.problems.add("E_TYPE", said, node, hint)
            return None
        values = self._values(fact, node)
        if values is None:
            return None
        return self._ask(fact, Operator.IS, frozenset(values), node)

    def _values(self, fact: Fact, node: Node) -> list[object] | None:
        """The comparable values of a plain value or a list of them."""
        nodes = node.nodes if isinstance(node, ListNode) else (node,)
        if not nodes:
            self.problems.add("E_TYPE", "an empty list", node, _instead(fact))
            return None
        read = [value for item in nodes for value in self._value(fact, item)]
        return None if None in read else read

    def _value(self, fact: Fact, node: Node) -> list[object]:
        """One comparable value, several for a term, ``[None]`` for a wrong one."""
        if fact.type in {FactType.TEXT, FactType.CHOICE, FactType.LIST}:
            words = self._words(node, _EXPECTED[FactType.TEXT])
            return [self._known(fact, word, node) for word in words or [""]]
        value = _PLAIN[fact.type](node)
        if value is None:
            said = Phrase(
                '{fact} is a {type}, never "{value}"',
                fact=fact.name,
                type=Phrase(fact.type.value),
                value=_shown(node),
            )
            self.problems.add("E_TYPE", said, node, _instead(fact))
        return [value]

    def _known(self, fact: Fact, word: str, node: Node) -> str | None:
        """The word folded; None for one that the fact can never be."""
        if not word:
            return None
        choices: frozenset[str] = frozenset(fact.choices)
        if fact.name == "release" and word.startswith(("train:", "hold:")):
            choices = self.outcomes
        folded = fold(word)
        if choices and folded not in {fold(choice) for choice in choices}:
            place = Scalar(word, word, node.line, node.column)
            said = Phrase('{fact} is never "{word}"', fact=fact.name, word=word)
            self.problems.add_unknown("E_REF", said, place, choices)
            return None
        return folded

    def _words(self, node: Node, expected: str) -> tuple[str, ...]:
        """A text, or the words of ``@term``; empty after a problem."""
        text = read_text(node)
        if not isinstance(node, Scalar) or text is None or not text.strip():
            hint = "quote it if it is meant as text"
            self.problems.add(
                "E_TYPE", Phrase("expected {expected}", expected=expected), node, hint
            )
            return ()
        if text.startswith("@@") or not text.startswith("@"):
            return (text.removeprefix("@") if text.startswith("@@") else text,)
        name = text.removeprefix("@")
        if name not in self.terms:
            place = Scalar(name, name, node.line, node.column)
            said = Phrase('no term "{name}"', name=name)
            self.problems.add_unknown("E_REF", said, place, self.terms)
        return self.terms.get(name, ())

    def _ask(
        self, fact: Fact, operator: Operator, operand: object, node: Node
    ) -> Ask | None:
        if not self.problems.add_search(0, node):
            return None
        try:
            ask = make_ask(fact.name, operator, operand, _shown(node))
        except re2.error as error:
            self.problems.add_search(_REFUSED_STEPS, node)
            said = _said(error)
            hint = "RE2 syntax: no look-around, no back-references"
            self.problems.add(
                "E_REGEX", Phrase("not a pattern: {said}", said=said), node, hint
            )
            return None
        return ask if self._affords(ask, node) else None

    def _affords(self, ask: Ask, node: Node) -> bool:
        """A word list is compiled once, however often it is asked for."""
        if ask.pattern is None or id(ask.pattern) in self.searched:
            return True
        self.searched[id(ask.pattern)] = ask.pattern
        return self.problems.add_search(ask.pattern.programsize, node)

    def read_words(self, fact: Fact, operator: Operator, node: Node) -> Ask | None:
        """``any``, ``all``, ``none`` and ``contains``: a word, words or ``@term``."""
        nodes = node.nodes if isinstance(node, ListNode) else (node,)
        words = [self._words(item, Phrase("a word, words or @term")) for item in nodes]
        folded = fold_all(words[0] if len(words) == 1 else tuple(chain(*words)))
        if not nodes:
            self.problems.add("E_TYPE", "an empty list", node, "name at least one word")
        if len(folded) > _MOST_WORDS:
            said = Phrase("more than {most} words", most=_MOST_WORDS)
            self.problems.add("E_LIMIT", said, node, "ask for fewer words")
        if not all(words) or not folded or len(folded) > _MOST_WORDS:
            return None
        return self._ask(fact, operator, folded, node)

    def read_pattern(self, fact: Fact, operator: Operator, node: Node) -> Ask | None:
        """``matches``: an RE2 pattern."""
        pattern = read_text(node)
        if not pattern:
            self.problems.add("E_TYPE", "expected a pattern", node, "quote the pattern")
            return None
        return self._ask(fact, operator, pattern, node)

    def read_bound(self, fact: Fact, operator: Operator, node: Node) -> Ask | None:
        """``gt`` and its like, ``before`` and ``after``: a value of the fact's type."""
        (value,) = self._value(fact, node)
        return None if value is None else self._ask(fact, operator, value, node)

    def read_days(self, fact: Fact, operator: Operator, node: Node) -> Ask | None:
        """``within``: days like ``14d``, or weeks like ``2w``."""
        days = _read_days(node)
        if days is None:
            hint = "write days as 14d or weeks as 2w"
            self.problems.add("E_TYPE", "expected a span of days", node, hint)
            return None
        return self._ask(fact, operator, days, node)

    def read_flag(self, fact: Fact, operator: Operator, node: Node) -> Ask | None:
        """``exists``: true or false."""
        value = _read_flag(node)
        if value is None:
            hint = Phrase(
                "write exists: true or exists: false, not {node}", node=_shown(node)
            )
            self.problems.add("E_TYPE", "expected true or false", node, hint)
            return None
        return self._ask(fact, operator, value, node)


_Read = Callable[[ConditionReader, Fact, Operator, Node], Ask | None]
_READERS: Mapping[Operator, _Read] = {
    Operator.ANY: ConditionReader.read_words,
    Operator.ALL: ConditionReader.read_words,
    Operator.NONE: ConditionReader.read_words,
    Operator.CONTAINS: ConditionReader.read_words,
    Operator.MATCHES: ConditionReader.read_pattern,
    Operator.GT: ConditionReader.read_bound,
    Operator.GTE: ConditionReader.read_bound,
    Operator.LT: ConditionReader.read_bound,
    Operator.LTE: ConditionReader.read_bound,
    Operator.BEFORE: ConditionReader.read_bound,
    Operator.AFTER: ConditionReader.read_bound,
    Operator.WITHIN: ConditionReader.read_days,
    Operator.EXISTS: ConditionReader.read_flag,
}


def _read_number(node: Node) -> float | None:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _read_flag(node: Node) -> bool | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


_PLAIN: Mapping[FactType, Callable[[Node], float | bool | date | None]] = {
    FactType.NUMBER: _read_number,
    FactType.FLAG: _read_flag,
    FactType.DATE: read_day,
}


def _read_days(node: Node) -> int | None:
    text = read_text(node) or ""
    number, unit = text[:-1], text[-1:]
    if unit not in _DAYS or not number.isascii() or not number.isdigit():
        return None
    days = int(number[:6]) * _DAYS[unit]
    return days if days <= _MOST_DAYS else None


def _instead(fact: Fact) -> Phrase:
    asked = ", ".join(sorted(OPERATORS[fact.type]))
    if fact.type is FactType.LIST:
        return Phrase("of a list can be asked: {asked}", asked=asked)
    return Phrase(
        "write {expected}, several as [a, b], or ask {asked}",
        expected=_EXPECTED[fact.type],
        asked=asked,
    )


def _shown(node: Node) -> str:
    match node:
        case Scalar():
            return node.text
        case ListNode():
            return f"[{', '.join(_shown(item) for item in node.nodes)}]"
        case MapNode():
            entries = (f"{key.text}: {_shown(value)}" for key, value in node.entries)
            return f"{{{', '.join(entries)}}}"


def _said(error: Any) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
