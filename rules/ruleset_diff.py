"""How two rulesets differ: rule by rule for people, line by line for reviewers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from model.decisions import Section
from rules.ruleset import PointRule, Rule, Ruleset

_AROUND = 3
_MOST_LINES = 10_000
"""Comparing longer texts takes longer than anybody wants to wait."""


class How(StrEnum):
    """What became of a rule, or of a part that is no rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference.

    Attributes:
        part: a section, or ``levels``, ``timezone``, ``write_back``.
        rule: its id; empty for a part that has no rules.
        place: ``file:line`` of the rule, in the later ruleset if it is there.
    """

    part: str
    rule: str
    how: How
    place: str = ""


def compare_rulesets(before: Ruleset, after: Ruleset) -> tuple[Edit, ...]:
    """Every rule that differs, in the order of the sections; bases included.

    A rule has moved if it stands elsewhere among the rules that both have.
    """
    edits: list[Edit] = []
    for section in Section:
        pair = [_lines(ruleset, section) for ruleset in (before, after)]
        edits += _compare_lines(section, *pair, ordered=section in after.sections)
    parts = {
        "levels": before.levels != after.levels,
        "timezone": before.zone.key != after.zone.key,
        "write_back": _shown(before) != _shown(after),
    }
    edits += [Edit(part, "", How.CHANGED) for part, differs in parts.items() if differs]
    return tuple(edits)


def _lines(ruleset: Ruleset, section: Section) -> Sequence[Rule | PointRule]:
    if section is Section.PRIORITY:
        return ruleset.points
    return ruleset.sections[section]


def _compare_lines(
    section: Section,
    before: Sequence[Rule | PointRule],
    after: Sequence[Rule | PointRule],
    *,
    ordered: bool,
) -> Iterator[Edit]:
    old = {rule.id: rule for rule in before}
    new = {rule.id: rule for rule in after}
    moved = _find_moved(old, new) if ordered else frozenset()
    for rule in after:
        if rule.id not in old:
            yield Edit(section, rule.id, How.ADDED, rule.place)
        elif _without_place(rule) != _without_place(old[rule.id]):
            yield Edit(section, rule.id, How.CHANGED, rule.place)
        elif rule.id in moved:
            yield Edit(section, rule.id, How.MOVED, rule.place)
    for rule in before:
        if rule.id not in new:
            yield Edit(section, rule.id, How.REMOVED, rule.place)


def _without_place(rule: Rule | PointRule) -> Rule | PointRule:
    return replace(rule, place="", column=1)


def _find_moved(old: Iterable[str], new: Iterable[str]) -> frozenset[str]:
    known = set(old) & set(new)
    before = [rule for rule in old if rule in known]
    after = [rule for rule in new if rule in known]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {rule for at, _, size in blocks for rule in before[at : at + size]}
    return frozenset(known - stayed)


def _shown(ruleset: Ruleset) -> object:
    shows = ruleset.write_back
    comments = [replace(comment, place="") for comment in shows.comments]
    assignees = [replace(one, place="") for one in shows.assignees]
    return shows.labels, shows.statuses, shows.release, comments, assignees


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a difference of texts.

    Attributes:
        sign: ``+``, ``-``, a space for what is around, ``@`` for a gap.
        before: its number in the earlier text; 0 where it is not in it.
        after: its number in the later text; 0 where it is not in it.
    """

    sign: str
    text: str
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file differs; ``lines`` is empty for texts too long to compare."""

    file: str
    lines: tuple[DiffLine, ...]


def diff_texts(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[FileDiff, ...]:
    """How the files of two rulesets differ; equal ones are left out.

    The first of each is the ruleset's own file, whatever it is called.
    """
    before = _renamed(before, next(iter(after), ""))
    names = dict.fromkeys([*after, *before])
    return tuple(
        FileDiff(name, tuple(_diff(before.get(name, ""), after.get(name, ""))))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _renamed(texts: Mapping[str, str], own: str) -> Mapping[str, str]:
    first = next(iter(texts), "")
    return {own if name == first else name: text for name, text in texts.items()}


def _diff(before: str, after: str) -> Iterator[DiffLine]:
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(_AROUND)):
        if number:
            yield DiffLine("@", "")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                pairs = zip(range(i1, i2), range(j1, j2), strict=True)
                yield from (DiffLine(" ", old[i], i + 1, j + 1) for i, j in pairs)
                continue
            yield from (DiffLine("-", old[i], before=i + 1) for i in range(i1, i2))
            yield from (DiffLine("+", new[j], after=j + 1) for j in range(j1, j2))
