"""A ruleset as a table: rules are rows, and each fact strikes out some of them."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from model.decisions import Facts, Section
from rules.case import Case
from rules.conditions import Condition, Predicate
from rules.dimensions import Dimension, Survivors, make_survivors
from rules.rows import Row, TooManyRowsError, asks_of, facts_of, rows_of
from rules.ruleset import CommentTemplate, PointRule, Rule, Ruleset
from rules.vocabulary import VOCABULARY, FactType

Owner = Rule | PointRule | CommentTemplate
_Parts = dict[Condition, int]


class Early(NamedTuple):
    """A fact that is known from the start.

    Attributes:
        asking: the rows that ask about it.
        survivors: tells which rows it leaves.
    """

    fact: str
    asking: int
    survivors: Survivors


class Table:
    """The rows of a ruleset's rules and comments, a bit each, in their order.

    Attributes:
        every_row: all of them, before any fact is looked at.
        blocks: the rows of each section.
        comments: the rows of the comments.
        early: the facts that are known from the start, cheap ones first.
        undivided: rows of conditions too large to be taken apart: they survive every
            fact and are decided by the whole condition.
        asked: the facts that are read.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self._owners: list[tuple[Section | None, int]] = []
        self.undivided: dict[int, Predicate] = {}
        parts: dict[str, _Parts] = {}
        self.blocks = {
            section: self._add_all(section, rules_of(ruleset, section), parts)
            for section in Section
        }
        self.comments = self._add_all(None, ruleset.write_back.comments, parts)
        self.every_row = (1 << self.size) - 1
        self.asked = frozenset(parts)
        self.early: list[Early] = []
        self._late: dict[str, Survivors] = {}
        for fact in sorted(parts, key=lambda fact: _cost(fact, parts[fact])):
            survivors = make_survivors(Dimension(fact, parts[fact], ruleset.zone))
            if VOCABULARY[fact].known_after is None:
                asking = reduce(or_, parts[fact].values())
                self.early.append(Early(fact, asking, survivors))
            else:
                self._late[fact] = survivors

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self._owners)

    def _add_all(
        self, section: Section | None, owners: Sequence[Owner], parts: dict[str, _Parts]
    ) -> int:
        first = self.size
        for place, owner in enumerate(owners):
            try:
                rows = rows_of(owner.condition)
            except TooManyRowsError:
                rows = [()]
                self.undivided[1 << self.size] = owner.holds
            for row in rows:
                _add_row(row, 1 << self.size, parts)
                self._owners.append((section, place))
        return (1 << self.size) - (1 << first)

    def rule_of(self, row: int) -> tuple[Section | None, int]:
        """The section and the place in it of a row's rule; None for a comment's."""
        return self._owners[row]

    def rows_of(self, section: Section, place: int) -> int:
        """The rows of a rule."""
        owner = section, place
        return sum(1 << row for row, of in enumerate(self._owners) if of == owner)

    def survivors(self, fact: str, results: Facts) -> int:
        """The rows that a result leaves."""
        return self._late[fact](results) if fact in self._late else -1

    def decide_undivided(self, rows: int, case: Case) -> int:
        """What is left once undivided rows are decided."""
        for bit, holds in self.undivided.items():
            if rows & bit and not holds(case):
                rows ^= bit
        return rows

    def matching(self, rows: int) -> tuple[int, ...]:
        """The places, in their section, of the rules that these rows belong to."""
        found = {}
        while rows:
            bit = rows & -rows
            rows ^= bit
            _section, place = self._owners[bit.bit_length() - 1]
            found[place] = True
        return tuple(found)


def rules_of(ruleset: Ruleset, section: Section) -> Sequence[Rule | PointRule]:
    """The rules of a section, those of priority being its points."""
    return ruleset.points if section is Section.PRIORITY else ruleset.sections[section]


def _add_row(row: Row, bit: int, parts: dict[str, _Parts]) -> None:
    for part in row:
        (fact,) = facts_of(part)
        of_fact = parts.setdefault(fact, {})
        of_fact[part] = of_fact.get(part, 0) | bit


def _cost(fact: str, parts: Mapping[Condition, int]) -> int:
    """Words and numbers first, texts that are searched last."""
    asks = (ask for part in parts for ask in asks_of(part))
    if any(ask.pattern is not None for ask in asks):
        return len(_CHEAP_FIRST) + (fact != "issue.title")
    return _CHEAP_FIRST.index(VOCABULARY[fact].type)


_CHEAP_FIRST = (
    FactType.CHOICE,
    FactType.FLAG,
    FactType.TEXT,
    FactType.LIST,
    FactType.NUMBER,
    FactType.DATE,
)
