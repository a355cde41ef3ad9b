"""A ruleset as it is evaluated: loaded, merged with its bases, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from model.decisions import Facts, Kind, PoolState, Priority, Section
from model.projects import Language
from rules.conditions import Condition, Predicate

SCOPED_KINDS = frozenset({Kind.REQUIREMENT, Kind.DEFECT})
"""The kinds whose scope is decided."""

ANSWERED_KINDS = frozenset({Kind.QUESTION, Kind.TRAINING})
"""The kinds that are answered, never planned."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ordered section.

    Attributes:
        id: once in its ruleset.
        place: ``file:line``.
        outcome: what the section says if the rule wins; ``train:NAME`` or
            ``hold:NAME`` in the release section.
        condition: None for ``otherwise``.
        holds: the condition, compiled.
        because: the rule's own words by language.
    """

    id: str
    place: str
    outcome: str
    condition: Condition | None
    holds: Predicate = field(compare=False, repr=False)
    because: Mapping[str, str]
    column: int = 1


@dataclass(frozen=True, slots=True)
class PointRule:
    """Points for the priority, once, or for each unit of a number.

    Attributes:
        per: the number's fact; empty when the points are given once.
        at_most: bounds the points' size; None when not bounded.
    """

    id: str
    place: str
    add: int
    condition: Condition | None
    holds: Predicate = field(compare=False, repr=False)
    because: Mapping[str, str]
    per: str = ""
    at_most: int | None = None
    column: int = 1


@dataclass(frozen=True, slots=True)
class CommentTemplate:
    """One candidate text of the sticky comment; ``texts`` by the client's language."""

    place: str
    condition: Condition | None
    holds: Predicate = field(compare=False, repr=False)
    texts: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One candidate for whom an issue is given to.

    Attributes:
        to: a person as the sources' ``people`` name them, or :data:`PROJECT_MANAGER`.
    """

    place: str
    condition: Condition | None
    holds: Predicate = field(compare=False, repr=False)
    to: str


PROJECT_MANAGER = "project_manager"
"""Stands for whoever manages the issue's project."""


@dataclass(frozen=True, slots=True)
class WriteBack:
    """What a decision looks like in a tracker.

    Attributes:
        labels: by section, the label of each outcome.
        statuses: by kind of tracker, the status of each pool state.
        release: fixVersion or milestone is written.
        comments: the first whose condition holds is the text.
        assignees: the first whose condition holds is given the issue.
    """

    labels: Mapping[Section, Mapping[str, str]] = field(default_factory=dict)
    statuses: Mapping[str, Mapping[PoolState, str]] = field(default_factory=dict)
    release: bool = False
    comments: tuple[CommentTemplate, ...] = ()
    assignees: tuple[Assignment, ...] = ()


def owned_labels(shows: WriteBack) -> frozenset[str]:
    """Every label that the ruleset lists."""
    outcomes = shows.labels.values()
    return frozenset(label for labels in outcomes for label in labels.values())


@dataclass(frozen=True, slots=True)
class Example:
    """A test that the ruleset brings along."""

    id: str
    place: str
    given: Facts
    expect: Mapping[Section, str]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything that decides, with what it was made from.

    Attributes:
        name: as the file says.
        zone: for days and deadlines.
        sections: the ordered rules of kind, scope and release.
        points: the rules of priority.
        levels: from the most urgent down, the score that reaches it.
        examples: those of the file itself, not of its bases.
        texts: the canonical text of the file and of its bases, by name, nearest
            first: enough to load it again.
        fingerprint: SHA-256 over ``texts``, as hexadecimal digits.
    """

    name: str
    zone: ZoneInfo
    sections: Mapping[Section, tuple[Rule, ...]]
    points: tuple[PointRule, ...]
    levels: tuple[tuple[Priority, int], ...]
    write_back: WriteBack
    examples: tuple[Example, ...]
    texts: Mapping[str, str]
    fingerprint: str
