"""What a candidate ruleset would do to the whole pool, before it goes live; pure.

The pool is counted in shares (:mod:`rules.count`), a process each; here they add up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from model.decisions import Section
from rules.ruleset import Ruleset
from rules.table import rules_of
from rules.tally import Agreement, Load, Shift, Tally


@dataclass(frozen=True, slots=True)
class FlipCount:
    """Issues that flip in one way, with a few of them by key."""

    section: Section
    before: str
    after: str
    rule: str
    issues: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverlapCount:
    """Issues that two rules want to decide differently; ``first`` does."""

    section: Section
    first: str
    second: str
    issues: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A rule whose condition holds for no issue of the pool."""

    section: Section
    rule: str
    place: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would happen if the candidate went live.

    Attributes:
        ruleset: the candidate's name.
        fingerprint: the candidate's.
        whole: over all clients.
        clients: by slug, the most touched first.
        flips: the most frequent first.
        trains: what moves between trains of releases, by slug.
        agreement: with people's overrides, by section.
        unmatched: rules that never match, in the ruleset's order; not ``otherwise``,
            and none where there are no issues.
        overlaps: the most frequent first.
        comments: comments that would be written or changed.
    """

    ruleset: str
    fingerprint: str
    whole: Shift
    clients: Mapping[str, Shift]
    flips: tuple[FlipCount, ...]
    trains: Mapping[str, Load]
    agreement: Mapping[Section, Agreement]
    unmatched: tuple[Unmatched, ...]
    overlaps: tuple[OverlapCount, ...]
    comments: int

    @property
    def share(self) -> float:
        """The share of issues of which anything flips, from 0 to 1."""
        return self.whole.flipped / self.whole.issues if self.whole.issues else 0.0


def sum_up(candidate: Ruleset, tallies: Iterable[Tally]) -> Simulation:
    """Add up the shares of the pool."""
    tally, whole = Tally(), Shift()
    for each in tallies:
        tally.add(each)
    for shift in tally.clients.values():
        whole.add(shift)
    by_touch = sorted(tally.clients.items(), key=lambda item: -item[1].flipped)
    return Simulation(
        ruleset=candidate.name,
        fingerprint=candidate.fingerprint,
        whole=whole,
        clients=dict(by_touch),
        flips=tuple(
            FlipCount(*flip, count, tuple(tally.samples[flip]))
            for flip, count in tally.flips.most_common()
        ),
        trains=dict(sorted(tally.trains.items())),
        agreement=tally.agreement,
        unmatched=tuple(_find_unmatched(candidate, tally)) if whole.issues else (),
        overlaps=tuple(
            OverlapCount(*overlap, count)
            for overlap, count in tally.overlaps.most_common()
        ),
        comments=tally.comments,
    )


def _find_unmatched(candidate: Ruleset, tally: Tally) -> Iterator[Unmatched]:
    for section in Section:
        matched = tally.matched.get(section, set())
        for place, rule in enumerate(rules_of(candidate, section)):
            if place not in matched and rule.condition is not None:
                yield Unmatched(section, rule.id, rule.place)
