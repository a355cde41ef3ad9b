"""What is counted of a pool under a candidate ruleset."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from model.decisions import PoolState, Section
from model.projects import Language
from rules.in_columns import Columns

SAMPLES = 3
"""Issues that are named for each kind of flip."""

ReleaseOn = tuple[str, date | None]
"""A release's name and the day it ships."""

NO_RELEASE: ReleaseOn = ("", None)


class Standing(Protocol):
    """How issues stand in the pool; those that stand alike may share one."""

    @property
    def client(self) -> str:
        """The client's slug."""
        ...

    @property
    def effective(self) -> tuple[str, ...]:
        """What holds, by section, in their order; empty for nothing."""
        ...

    @property
    def overrides(self) -> Mapping[Section, str]:
        """What people pinned."""
        ...

    @property
    def verdict(self) -> Mapping[Section, str]:
        """What the rules said; needed of issues with overrides only."""
        ...

    @property
    def state(self) -> PoolState:
        """Of its requirement's development."""
        ...

    @property
    def language(self) -> Language:
        """The client's."""
        ...

    @property
    def release(self) -> ReleaseOn:
        """The one that it is planned for."""
        ...

    @property
    def comment_hash(self) -> str | None:
        """Of the text in the tracker; None if it is not to be compared."""
        ...


@dataclass(frozen=True, slots=True)
class Issues:
    """Issues of the pool, a column each, all of one length.

    Attributes:
        keys: the tracker's.
        facts: stored values of the facts that the candidate reads.
    """

    keys: Sequence[str]
    standings: Sequence[Standing]
    facts: Columns


class Flip(NamedTuple):
    """A section that would come out differently.

    Attributes:
        rule: the id of the candidate's rule that decides; of the priority the one
            that weighs most, a new or changed one before others. Empty for none.
    """

    section: Section
    before: str
    after: str
    rule: str


class Overlap(NamedTuple):
    """Two rules that match the same issues and say different things of them.

    Attributes:
        first: the id of the rule that decides.
        second: the id of the one that would, if it stood before.
    """

    section: Section
    first: str
    second: str


@dataclass(slots=True)
class Shift:
    """How far a client is touched.

    Attributes:
        days_in: person-days that come into the contract; of issues with an estimate.
        days_out: person-days that go out of it.
        without_estimate: issues that move in or out and have no estimate.
    """

    issues: int = 0
    flipped: int = 0
    days_in: float = 0.0
    days_out: float = 0.0
    without_estimate: int = 0

    def add(self, other: "Shift") -> None:
        """Sum up."""
        self.issues += other.issues
        self.flipped += other.flipped
        self.days_in += other.days_in
        self.days_out += other.days_out
        self.without_estimate += other.without_estimate


@dataclass(slots=True)
class Load:
    """What comes to a train of releases and leaves it; person-days of estimates.

    Attributes:
        beyond: issues that no open release has room for.
    """

    days_in: float = 0.0
    days_out: float = 0.0
    issues_in: int = 0
    issues_out: int = 0
    beyond: int = 0

    def add(self, other: "Load") -> None:
        """Sum up."""
        self.days_in += other.days_in
        self.days_out += other.days_out
        self.issues_in += other.issues_in
        self.issues_out += other.issues_out
        self.beyond += other.beyond


@dataclass(slots=True)
class Agreement:
    """How often the rules say what a person decided.

    Attributes:
        overrides: standing overrides of the section.
        before: of these, the rules that run now agree with.
        after: of these, the candidate agrees with.
    """

    overrides: int = 0
    before: int = 0
    after: int = 0

    def add(self, other: "Agreement") -> None:
        """Sum up."""
        self.overrides += other.overrides
        self.before += other.before
        self.after += other.after


@dataclass(slots=True)
class Tally:
    """Counts over any share of the pool; the shares' tallies add up.

    Attributes:
        clients: by the client's slug.
        flips: how many issues flip in this way.
        samples: a few of these issues, by key.
        matched: the places of the rules that match anything, by section.
        overlaps: on how many issues two rules overlap.
        trains: by slug, what moves.
        comments: comments that would be written or changed.
    """

    clients: dict[str, Shift] = field(default_factory=dict)
    trains: dict[str, Load] = field(default_factory=dict)
    flips: Counter[Flip] = field(default_factory=Counter)
    samples: dict[Flip, list[str]] = field(default_factory=dict)
    agreement: dict[Section, Agreement] = field(default_factory=dict)
    matched: dict[Section, set[int]] = field(default_factory=dict)
    overlaps: Counter[Overlap] = field(default_factory=Counter)
    comments: int = 0

    def add(self, other: "Tally") -> None:
        """Take in the tally of another share."""
        for client, shift in other.clients.items():
            self.clients.setdefault(client, Shift()).add(shift)
        for train, load in other.trains.items():
            self.trains.setdefault(train, Load()).add(load)
        for flip, keys in other.samples.items():
            known = self.samples.setdefault(flip, [])
            known += keys[: SAMPLES - len(known)]
        for section, agreement in other.agreement.items():
            self.agreement.setdefault(section, Agreement()).add(agreement)
        for section, places in other.matched.items():
            self.matched.setdefault(section, set()).update(places)
        self.flips += other.flips
        self.overlaps += other.overlaps
        self.comments += other.comments
