"""What is counted of a pool under a candidate ruleset."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from model.decisions import Facts, PoolState, Section
from model.projects import Language

SAMPLES = 3
"""Issues that are named for each kind of flip."""

ReleaseOn = tuple[str, date | None]
"""A release's name and the day it ships."""

NO_RELEASE: ReleaseOn = ("", None)


class Standing(Protocol):
    """An issue as it stands in the pool."""

    @property
    def key(self) -> str:
        """The tracker's key."""
        ...

    @property
    def client(self) -> str:
        """The client's slug."""
        ...

    @property
    def facts(self) -> Facts:
        """Those that the candidate reads."""
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


class Flip(NamedTuple):
    """A section that would come out differently.

    Attributes:
        rule: the id of the candidate's rule that decides; empty for the priority,
            which many rules make up, and where none decides.
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
        comments: comments that would be written or changed.
    """

    clients: dict[str, Shift] = field(default_factory=dict)
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
