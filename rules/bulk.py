"""Many issues under one ruleset: the results alone, and every rule that matches.

Each fact strikes rules out, all at once, as bits; those left when every fact has been
asked are the rules that match, and a section's lowest bit is the rule that decides.
This is the bit-vector scheme of packet filters (Lakshman, Stiliadis: *High-Speed
Policy-based Packet Forwarding Using Efficient Multi-dimensional Range Matching*,
SIGCOMM 1998). No code is generated, and each part of a condition comes out as its own
closure says, so that this and :func:`rules.decide.decide` agree; a test searches for
facts on which they do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial

from model.decisions import Facts, Section
from rules.case import Case, comparable
from rules.decide import NO_OVERRIDES, is_decided, level_of, points_for
from rules.dimensions import remember
from rules.ruleset import Ruleset
from rules.table import Table

_PRIORITY = Section.PRIORITY


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a decision says, without its reasons; issues alike may share one.

    ``verdict``, ``effective`` and ``score`` are as in a decision; ``in_order`` is what
    holds of every section, empty for nothing; ``rows`` are the rules that match, a bit
    or more each: see :attr:`Bulk.blocks`.
    """

    verdict: Mapping[Section, str]
    effective: Mapping[Section, str]
    in_order: tuple[str, ...]
    score: int
    rows: int


@dataclass(slots=True, eq=False)
class _Stage:
    """How far a decision has come; all issues that came out alike so far share it.

    Attributes:
        left: the rows that the results so far leave.
        after: the stage that follows, by what the section says.
    """

    verdict: Mapping[Section, str]
    effective: Mapping[Section, str]
    in_order: tuple[str, ...]
    left: int
    after: "dict[str, _Stage]" = field(default_factory=dict)


class Bulk:
    """A ruleset made ready for many issues.

    Attributes:
        asked: the facts that it reads.
        blocks: each section with its rows.
        early: what strikes rows out before the first section.
        every_row: all rows, before anything is struck out.
        per: the numbers that points are multiplied with.
        undivided: some conditions are decided whole, by all facts.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._table = Table(ruleset)
        self._outcomes = ["", *map(self._outcome_of, range(self._table.size))]
        self._per = [
            (self._table.rows_of(Section.PRIORITY, place), rule)
            for place, rule in enumerate(ruleset.points)
            if rule.per
        ]
        self.every_row, self.early = self._table.every_row, self._table.early
        self.blocks = list(self._table.blocks.items())
        self.undivided = bool(self._table.undivided)
        self.per = tuple(dict.fromkeys(rule.per for _rows, rule in self._per))
        self._level = lru_cache(partial(level_of, ruleset))
        self._sums: dict[int, int] = {}
        self._comments: dict[object, int | None] = {}
        self._firsts: dict[object, _Stage] = {}
        self.asked = self._table.asked | {rule.per for _rows, rule in self._per}

    def decide(
        self, facts: Facts, overrides: Mapping[Section, str] = NO_OVERRIDES
    ) -> Outcome:
        """Decide on one issue; the arguments are those of :func:`rules.decide.decide`."""
        rows = self.every_row
        for _fact, asking, survivors in self.early:
            if rows & asking:
                rows &= survivors(facts)
        return self.conclude(rows, facts, overrides)

    def conclude(
        self, rows: int, facts: Facts, overrides: Mapping[Section, str]
    ) -> Outcome:
        """Decide once the early facts have struck out what they strike out.

        Args:
            rows: those that are left.
            facts: needed for :attr:`per`, and all of them if any row is ``undivided``.
            overrides: by a person.
        """
        stage = self._first(overrides)
        score = 0
        for section, block in self.blocks:
            if self.undivided:
                rows = self._decide_undivided(rows, block, stage, facts)
            held = rows & block
            if section is _PRIORITY:
                score = self._sum(held, facts)
                said = self._level(score)
            else:
                said = self._outcomes[(held & -held).bit_length()]
            stage = stage.after.get(said) or self._advance(
                stage, section, said, overrides
            )
            rows &= stage.left
        return Outcome(stage.verdict, stage.effective, stage.in_order, score, rows)

    def places(self, rows: int) -> tuple[int, ...]:
        """The places in their section of the rules that some rows of it belong to.

        In the ordered sections the first of those that match decides, of points all
        count; there are none where the kind leaves nothing to decide.
        """
        return self._table.matching(rows)

    def find_comment(
        self, outcome: Outcome, facts: Facts, release_name: str, ship_on: date | None
    ) -> int | None:
        """The place of the comment, once the release is known."""
        rows = outcome.rows & self._table.comments
        key = rows, release_name, ship_on
        if key in self._comments:
            return self._comments[key]
        results = {
            **_by_name(outcome.effective),
            "release.name": release_name,
            "release.ship_on": ship_on,
        }
        for name in ("release.name", "release.ship_on"):
            rows &= self._table.survivors(name, results)
        if self.undivided:
            case = Case(facts, self._ruleset.zone, results)
            rows = self._table.decide_undivided(rows, case)
        place = next(iter(self._table.matching(rows)), None)
        if not self.undivided:
            remember(self._comments, key, place)
        return place

    def _outcome_of(self, row: int) -> str:
        section, place = self._table.rule_of(row)
        if section is None or section is _PRIORITY:
            return ""
        return self._ruleset.sections[section][place].outcome

    def _sum(self, held: int, facts: Facts) -> int:
        score = self._sums.get(held)
        if score is None:
            rules = (self._ruleset.points[each] for each in self._table.matching(held))
            once = sum(rule.add for rule in rules if not rule.per)
            score = remember(self._sums, held, once)
        for rows, rule in self._per:
            if held & rows:
                units = comparable(rule.per, facts.get(rule.per), self._ruleset.zone)
                score += points_for(rule, units)
        return score

    def _first(self, overrides: Mapping[Section, str]) -> _Stage:
        key = tuple(overrides.items()) if overrides else ()
        first = self._firsts.get(key)
        return first or remember(self._firsts, key, _Stage({}, {}, (), -1))

    def _advance(
        self,
        stage: _Stage,
        section: Section,
        said: str,
        overrides: Mapping[Section, str],
    ) -> _Stage:
        verdict = {**stage.verdict, section: said} if said else stage.verdict
        holds = overrides.get(section, said)
        effective = {**stage.effective, section: holds} if holds else stage.effective
        left = self._table.survivors(section.value, _by_name(effective))
        if section is Section.KIND:
            left &= self._decided(effective)
        in_order = tuple(effective.get(each, "") for each in Section)
        stage.after[said] = _Stage(verdict, effective, in_order, left)
        return stage.after[said]

    def _decided(self, effective: Mapping[Section, str]) -> int:
        """Without the rows of sections that have nothing to say of the kind."""
        kind = effective.get(Section.KIND, "")
        idle = [section for section in Section if not is_decided(section, kind)]
        return ~sum(self._table.blocks[section] for section in idle)

    def _decide_undivided(
        self, rows: int, block: int, stage: _Stage, facts: Facts
    ) -> int:
        case = Case(facts, self._ruleset.zone, _by_name(stage.effective))
        return rows & ~block | self._table.decide_undivided(rows & block, case)


def _by_name(results: Mapping[Section, str]) -> dict[str, object]:
    return {section.value: value for section, value in results.items()}
