"""Count what a candidate ruleset would do to a share of the pool."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from model.client_text import ClientSafeFacts, ClientText
from model.decisions import Facts, PoolState, Scope, Section
from model.projects import Language
from rules.bulk import Bulk, Outcome
from rules.case import comparable
from rules.decide import points_for
from rules.in_columns import InColumns, Raw, Read
from rules.ruleset import Ruleset
from rules.tally import (
    NO_RELEASE,
    SAMPLES,
    Agreement,
    Flip,
    Issues,
    Load,
    Overlap,
    ReleaseOn,
    Shift,
    Standing,
    Tally,
)

NextRelease = Callable[[str, float], ReleaseOn]
"""From a train and person-days to the release that has room for them."""

_SCOPE, _RELEASE = (list(Section).index(s) for s in (Section.SCOPE, Section.RELEASE))
_MOST_SEEN = 100_000
_MOST_FLIPPED = 20_000
_ESTIMATE = "estimate.days"
_TRAIN = "train:"


@dataclass(slots=True)
class _Flipped:
    """Issues that stood alike and come out alike, with a few of them by key."""

    flips: tuple[Flip, ...]
    issues: int = 0
    samples: list[str] = field(default_factory=list)


def facts_asked(candidate: Ruleset) -> frozenset[str]:
    """The facts that counting under a ruleset reads."""
    return Bulk(candidate).asked | {_ESTIMATE}


class Counting:
    """Counts a share of the pool, part by part, in memory that does not grow.

    Attributes:
        asked: the facts that are read.
    """

    def __init__(
        self,
        candidate: Ruleset,
        read: Mapping[str, Read],
        next_release: NextRelease,
        train_of: Mapping[str, str],
        fresh: Collection[str] = frozenset(),
    ) -> None:
        """Take what stays the same for all issues.

        Args:
            candidate: the ruleset that may go live.
            read: for each fact what makes a value of a stored one.
            next_release: where an issue goes that comes to a train.
            train_of: by the name of a release.
            fresh: ids of the rules that are new, or not what they were.
        """
        self._candidate = candidate
        self._bulk = Bulk(candidate)
        self._blocks = dict(self._bulk.blocks)
        self._in_columns = InColumns(self._bulk, read)
        self._read = read
        self._next_release = next_release
        self._train_of = train_of
        self._fresh = fresh
        self._tally = Tally()
        self.asked = self._bulk.asked | {_ESTIMATE}
        self._seen = Counter[int]()
        self._flipped: dict[Any, _Flipped] = {}
        self._number_of = lru_cache(maxsize=10_000)(self._read_number)
        self._hash_of = lru_cache(maxsize=10_000)(self._compute_hash)

    def count(self, issues: Issues) -> None:
        """Count some issues; those that nothing flips of are counted by their kind."""
        standings = issues.standings
        overrides = {
            place: standing.overrides
            for place, standing in enumerate(standings)
            if standing.overrides
        }
        outcomes = self._in_columns.decide(issues.facts, len(standings), overrides)
        pairs = list(zip(standings, outcomes, strict=True))
        for (standing, outcome), count in Counter(pairs).items():
            self._count_alike(standing, outcome, count)
        for place, (standing, outcome) in enumerate(pairs):
            if outcome.in_order != standing.effective:
                self._count_flipped(issues, place, outcome)
        if self._bulk.undivided:
            self._count_comments(issues, outcomes)
        if len(self._seen) > _MOST_SEEN or len(self._flipped) > _MOST_FLIPPED:
            self._look_back()

    def finish(self) -> Tally:
        """The tally of what was counted."""
        self._look_back()
        return self._tally

    def _count_alike(self, standing: Standing, outcome: Outcome, count: int) -> None:
        self._seen[outcome.rows] += count
        self._shift_of(standing.client).issues += count
        self._compare(standing, outcome, count)
        if not self._bulk.undivided and outcome.in_order == standing.effective:
            changes = self._changes_comment(standing, outcome, standing.release, {})
            self._tally.comments += count * changes

    def _shift_of(self, client: str) -> Shift:
        clients = self._tally.clients
        return clients.get(client) or clients.setdefault(client, Shift())

    def _count_flipped(self, issues: Issues, place: int, outcome: Outcome) -> None:
        standing = issues.standings[place]
        alike = self._flipped_of(standing, outcome, issues, place)
        alike.issues += 1
        if len(alike.samples) < SAMPLES:
            alike.samples.append(issues.keys[place])
        shift = self._shift_of(standing.client)
        shift.flipped += 1
        before, after = standing.effective, outcome.in_order
        days = self._number(_ESTIMATE, issues, place)
        _note_days(shift, before[_SCOPE], after[_SCOPE], days)
        if before[_RELEASE] != after[_RELEASE]:
            self._note_load(before[_RELEASE], after[_RELEASE], days or 0)
        if not self._bulk.undivided:
            release = self._release_of(standing, outcome, days or 0)
            changes = self._changes_comment(standing, outcome, release, {})
            self._tally.comments += changes

    def _flipped_of(
        self, standing: Standing, outcome: Outcome, issues: Issues, place: int
    ) -> _Flipped:
        units = tuple(self._number(fact, issues, place) for fact in self._bulk.per)
        key = standing.effective, outcome, units
        alike = self._flipped.get(key)
        if alike is None:
            alike = self._flipped[key] = _Flipped(tuple(self._find_flips(*key)))
        return alike

    def _find_flips(
        self, before: Sequence[str], outcome: Outcome, units: Sequence[Any]
    ) -> Iterator[Flip]:
        for section, was, says in zip(Section, before, outcome.in_order, strict=True):
            if was != says:
                rule = self._find_winner(section, outcome, units)
                yield Flip(section, was, says, rule)

    def _find_winner(
        self, section: Section, outcome: Outcome, units: Sequence[Any]
    ) -> str:
        places = self._bulk.places(outcome.rows & self._blocks[section])
        if not places:
            return ""
        if section is Section.PRIORITY:
            by_fact = dict(zip(self._bulk.per, units, strict=True))
            return self._find_heaviest(places, by_fact)
        return self._candidate.sections[section][places[0]].id

    def _find_heaviest(self, places: Sequence[int], units: Mapping[str, Any]) -> str:
        rules = [self._candidate.points[each] for each in places]
        weights = {
            rule.id: points_for(rule, units[rule.per]) if rule.per else rule.add
            for rule in rules
        }
        told = {rule for rule, points in weights.items() if points}
        told = told & set(self._fresh) or told
        return max(told, key=lambda rule: (abs(weights[rule]), rule), default="")

    def _number(self, fact: str, issues: Issues, place: int) -> Any:
        if fact not in issues.facts:
            return None
        return self._number_of(fact, issues.facts[fact][place])

    def _read_number(self, fact: str, raw: Raw) -> Any:
        return comparable(fact, self._read[fact](raw), self._candidate.zone)

    def _note_load(self, before: str, after: str, days: float) -> None:
        trains = self._tally.trains
        if left := self._find_train(before):
            load = trains.setdefault(left, Load())
            load.issues_out += 1
            load.days_out += days
        if come_to := self._find_train(after):
            load = trains.setdefault(come_to, Load())
            load.issues_in += 1
            load.days_in += days
            load.beyond += self._next_release(come_to, days) == NO_RELEASE

    def _find_train(self, intent: str) -> str:
        """Of ``train:NAME``, or of a release that a person named."""
        if intent.startswith(_TRAIN):
            return intent.removeprefix(_TRAIN)
        return self._train_of.get(intent, "")

    def _compare(self, standing: Standing, outcome: Outcome, count: int) -> None:
        for section, decided in standing.overrides.items():
            agreement = self._tally.agreement.setdefault(section, Agreement())
            agreement.overrides += count
            before = standing.verdict.get(section, "")
            after = outcome.verdict.get(section, "")
            agreement.before += count * self._agrees(section, before, decided)
            agreement.after += count * self._agrees(section, after, decided)

    def _agrees(self, section: Section, said: str, decided: str) -> bool:
        """A train agrees with each of its releases, anything else with ``none``."""
        if section is not Section.RELEASE:
            return said == decided
        return self._find_train(said) == self._train_of.get(decided, "")

    def _count_comments(self, issues: Issues, outcomes: Sequence[Outcome]) -> None:
        """One by one: which comment fits is told by all facts of an issue."""
        for place, standing in enumerate(issues.standings):
            facts = self._in_columns.facts_at(issues.facts, place)
            days = self._number(_ESTIMATE, issues, place) or 0
            release = self._release_of(standing, outcomes[place], days)
            changes = self._changes_comment(standing, outcomes[place], release, facts)
            self._tally.comments += changes

    def _changes_comment(
        self, standing: Standing, outcome: Outcome, release: ReleaseOn, facts: Facts
    ) -> bool:
        if standing.comment_hash is None:
            return False
        comment = self._bulk.find_comment(outcome, facts, *release)
        if comment is None:
            return False
        told, language = outcome.in_order[:_RELEASE], standing.language
        wanted = self._hash_of(comment, told, standing.state, release, language)
        return wanted != standing.comment_hash

    def _compute_hash(
        self,
        place: int,
        told: tuple[str, ...],
        state: PoolState,
        release: ReleaseOn,
        language: Language,
    ) -> str:
        texts = self._candidate.write_back.comments[place].texts
        spoken = language if language in texts else next(iter(texts))
        kind, scope, priority = told
        facts = ClientSafeFacts(kind, scope, priority, state, *release)
        return ClientText(texts[spoken], facts, spoken).hash

    def _release_of(
        self, standing: Standing, outcome: Outcome, days: float
    ) -> ReleaseOn:
        intent = outcome.in_order[_RELEASE]
        if intent == standing.effective[_RELEASE]:
            return standing.release
        if not intent.startswith(_TRAIN):
            return NO_RELEASE
        return self._next_release(intent.removeprefix(_TRAIN), days)

    def _look_back(self) -> None:
        """Work out once, for all issues alike, what was seen of them."""
        self._note_flips()
        self._note_matches()

    def _note_flips(self) -> None:
        for alike in self._flipped.values():
            for flip in alike.flips:
                self._tally.flips[flip] += alike.issues
                samples = self._tally.samples.setdefault(flip, [])
                samples += alike.samples[: SAMPLES - len(samples)]
        self._flipped.clear()

    def _note_matches(self) -> None:
        for section, block in self._blocks.items():
            seen = Counter[int]()
            for rows, count in self._seen.items():
                seen[rows & block] += count
            matched = self._tally.matched.setdefault(section, set())
            for held, count in seen.items():
                places = self._bulk.places(held)
                matched.update(places)
                if section is not Section.PRIORITY:
                    self._note_overlaps(section, places, count)
        self._seen.clear()

    def _note_overlaps(
        self, section: Section, places: Sequence[int], count: int
    ) -> None:
        rules = [self._candidate.sections[section][place] for place in places]
        for other in rules[1:]:
            if other.condition is not None and other.outcome != rules[0].outcome:
                self._tally.overlaps[Overlap(section, rules[0].id, other.id)] += count


def _note_days(shift: Shift, before: str, after: str, days: float | None) -> None:
    was_in, is_in = before == Scope.IN_CONTRACT, after == Scope.IN_CONTRACT
    if was_in == is_in:
        return
    if days is None:
        shift.without_estimate += 1
    elif is_in:
        shift.days_in += days
    else:
        shift.days_out += days
