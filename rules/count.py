"""Count what a candidate ruleset would do to a share of the pool."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from model.client_text import ClientSafeFacts, ClientText
from model.decisions import PoolState, Scope, Section
from model.projects import Language
from rules.bulk import Bulk, Outcome
from rules.case import comparable
from rules.ruleset import Ruleset
from rules.tally import (
    NO_RELEASE,
    SAMPLES,
    Agreement,
    Flip,
    Overlap,
    ReleaseOn,
    Shift,
    Standing,
    Tally,
)

_COMPARED = (Section.KIND, Section.SCOPE, Section.PRIORITY)
"""Overrides of these; a release that a person names is no rule's word."""

_SCOPE, _RELEASE = (list(Section).index(s) for s in (Section.SCOPE, Section.RELEASE))
_MOST_SEEN = 20_000


class Counting:
    """Counts a share of the pool, issue by issue, in memory that does not grow.

    Attributes:
        asked: the facts that are read.
    """

    def __init__(self, candidate: Ruleset, trains: Mapping[str, ReleaseOn]) -> None:
        """Take what stays the same for all issues.

        Args:
            candidate: the ruleset that may go live.
            trains: of each train the release that comes next.
        """
        self._candidate = candidate
        self._bulk = Bulk(candidate)
        self._trains = trains
        self._tally = Tally()
        self._seen = [(*block, Counter[int]()) for block in self._bulk.blocks]
        self._hash_of = lru_cache(maxsize=10_000)(self._compute_hash)
        self.asked = self._bulk.asked | {"estimate.days"}

    def count(self, issue: Standing) -> None:
        """Count one issue."""
        outcome = self._bulk.decide(issue.facts, issue.overrides)
        shift = self._tally.clients.get(issue.client)
        if shift is None:
            shift = self._tally.clients[issue.client] = Shift()
        shift.issues += 1
        if outcome.in_order != issue.effective:
            shift.flipped += 1
            self._note_flips(issue, outcome)
            self._note_days(issue, outcome, shift)
        if issue.overrides:
            self._compare(issue, outcome)
        if issue.comment_hash is not None:
            self._note_comment(issue, outcome)
        for _section, block, seen in self._seen:
            seen[outcome.rows & block] += 1
            if len(seen) > _MOST_SEEN:
                self._look_back()

    def finish(self) -> Tally:
        """The tally of what was counted."""
        self._look_back()
        return self._tally

    def _note_flips(self, issue: Standing, outcome: Outcome) -> None:
        both = zip(issue.effective, outcome.in_order, self._bulk.blocks, strict=True)
        for before, after, (section, block) in both:
            if before == after:
                continue
            rule = self._find_winner(section, outcome.rows & block)
            flip = Flip(section, before, after, rule)
            self._tally.flips[flip] += 1
            samples = self._tally.samples.setdefault(flip, [])
            if len(samples) < SAMPLES:
                samples.append(issue.key)

    def _find_winner(self, section: Section, held: int) -> str:
        if section is Section.PRIORITY or not held:
            return ""
        return self._candidate.sections[section][self._bulk.places(held)[0]].id

    def _note_days(self, issue: Standing, outcome: Outcome, shift: Shift) -> None:
        before = issue.effective[_SCOPE] == Scope.IN_CONTRACT
        after = outcome.in_order[_SCOPE] == Scope.IN_CONTRACT
        if before == after:
            return
        zone = self._candidate.zone
        days = comparable("estimate.days", issue.facts.get("estimate.days"), zone)
        if days is None:
            shift.without_estimate += 1
        elif after:
            shift.days_in += days
        else:
            shift.days_out += days

    def _compare(self, issue: Standing, outcome: Outcome) -> None:
        for section in _COMPARED:
            decided = issue.overrides.get(section)
            if decided is not None:
                agreement = self._tally.agreement.setdefault(section, Agreement())
                agreement.overrides += 1
                agreement.before += issue.verdict.get(section) == decided
                agreement.after += outcome.verdict.get(section) == decided

    def _note_comment(self, issue: Standing, outcome: Outcome) -> None:
        release = self._release_of(issue, outcome)
        place = self._bulk.find_comment(outcome, issue.facts, *release)
        if place is None:
            return
        told = outcome.in_order[:_RELEASE]
        wanted = self._hash_of(place, told, issue.state, release, issue.language)
        self._tally.comments += wanted != issue.comment_hash

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

    def _release_of(self, issue: Standing, outcome: Outcome) -> ReleaseOn:
        intent = outcome.in_order[_RELEASE]
        if intent == issue.effective[_RELEASE]:
            return issue.release
        return self._trains.get(intent.removeprefix("train:"), NO_RELEASE)

    def _look_back(self) -> None:
        """Turn the rows that were seen into rules, once for all issues alike."""
        for section, _block, seen in self._seen:
            matched = self._tally.matched.setdefault(section, set())
            for held, count in seen.items():
                places = self._bulk.places(held)
                matched.update(places)
                if section is not Section.PRIORITY:
                    self._note_overlaps(section, places, count)
            seen.clear()

    def _note_overlaps(
        self, section: Section, places: Sequence[int], count: int
    ) -> None:
        rules = [self._candidate.sections[section][place] for place in places]
        for other in rules[1:]:
            if other.condition is not None and other.outcome != rules[0].outcome:
                self._tally.overlaps[Overlap(section, rules[0].id, other.id)] += count
