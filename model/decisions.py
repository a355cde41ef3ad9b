"""What the rules said of an issue, why, and what a person said instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

FactValue = str | int | float | Decimal | bool | tuple[str, ...] | datetime | object
"""A fact's value; its type is fixed by the vocabulary in ``rules/vocabulary.py``."""

Facts = Mapping[str, FactValue]
"""Facts by dotted name, such as ``issue.type``; an absent fact is left out."""


class Kind(StrEnum):
    """What a requirement is."""

    REQUIREMENT = "requirement"
    DEFECT = "defect"
    QUESTION = "question"
    TRAINING = "training"
    TASK = "task"


class Scope(StrEnum):
    """How an issue stands to its project's contract."""

    IN_CONTRACT = "in_contract"
    DAILY_CHANGE = "daily_change"
    OUT_OF_CONTRACT = "out_of_contract"
    NEEDS_REVIEW = "needs_review"


class Priority(StrEnum):
    """P0 is the most urgent."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class PoolState(StrEnum):
    """The state of development of a requirement."""

    NEW = "new"
    TRIAGED = "triaged"
    PLANNED = "planned"
    IN_DEVELOPMENT = "in_development"
    DELIVERED = "delivered"
    DECLINED = "declined"
    ANSWERED = "answered"

    @property
    def is_final(self) -> bool:
        """Nothing more will be done."""
        return self in {PoolState.DELIVERED, PoolState.DECLINED, PoolState.ANSWERED}


class Section(StrEnum):
    """The stages of a decision, in the order in which they are taken."""

    KIND = "kind"
    SCOPE = "scope"
    PRIORITY = "priority"
    RELEASE = "release"


class Decided(StrEnum):
    """What a field of a client's tracker can be filled with."""

    KIND = "kind"
    SCOPE = "scope"
    PRIORITY = "priority"
    SCORE = "score"
    CLAUSE = "clause"
    ESTIMATE = "estimate"
    RELEASE = "release"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a section came out as it did.

    Attributes:
        section: the stage.
        rule: the rule's id; for points one reason a matching rule.
        place: ``file:line`` of the rule.
        because: the rule's own words by language; empty when it has none.
        matched: the facts that its conditions looked at, with the values they had.
        points: what it added to the priority; None outside of points.
    """

    section: Section
    rule: str
    place: str
    because: Mapping[str, str] = field(default_factory=dict)
    matched: Mapping[str, str] = field(default_factory=dict)
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A clause that came near.

    Attributes:
        clause: the clause's id.
        module: its module.
        text: its wording, as it was when the decision was taken.
        score: likeness from 0 to 1.
        matched: the words of the request that were found in it.
        excluded: the clause excludes what it describes.
        likeness: of what both mean, from -1 to 1; 0 when it was not compared.
    """

    clause: str
    module: str
    text: str
    score: float
    matched: tuple[str, ...] = ()
    excluded: bool = False
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What the ruleset said for one issue, and what holds.

    Attributes:
        verdict: by section, what the rules said; ``release`` is ``train:NAME`` or
            ``hold:NAME``; a section that said nothing is absent.
        effective: the same with overrides in place: what later sections and the
            write-back go by.
        score: the priority's points.
        reasons: in the order of the sections.
        evidence: the nearest clauses, best first.
        ruleset: fingerprint of the ruleset.
        contract: fingerprint of the contract; empty when the project has none.
        engine: name and version of what evaluated and matched.
    """

    verdict: Mapping[Section, str]
    effective: Mapping[Section, str]
    score: int
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    ruleset: str
    contract: str
    engine: str


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision; it pins a section until revoked.

    For ``release`` the value is a release's name, or ``none``. ``clause`` is named with
    the scope ``in_contract`` alone: whose allowance the issue counts against.
    """

    section: Section
    value: str
    reason: str
    made_by: str
    made_at: datetime
    clause: str = ""
