"""A ruleset file laid over the base that it extends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from model.decisions import PoolState, Section
from model.phrase import Phrase
from rules.document import Node, Problems, Scalar
from rules.fields import Fields, read_text
from rules.read_rules import FileRules
from rules.read_write_back import FileWriteBack
from rules.ruleset import Assignment, CommentTemplate, PointRule, Rule, WriteBack

Line = TypeVar("Line", Rule, PointRule)


@dataclass(slots=True)
class MergedRules:
    """The rules of a file with its bases.

    ``home`` says of each rule's id in which section it is.
    """

    rules: FileRules = field(default_factory=FileRules)
    home: dict[str, Section] = field(default_factory=dict)


def merge_rules(near: FileRules, base: MergedRules, root: Fields) -> MergedRules:
    """Lay a file's rules over its base's.

    A rule with an id of the base's takes its place; others come before the base's;
    what ``off`` names is gone; the nearest ``otherwise`` is last.
    """
    off = _read_off(root, base.home)
    _check_ids(near, base.home, root)
    merged = FileRules()
    for section, rules in near.sections.items():
        kept = [
            rule for rule in base.rules.sections.get(section, ()) if rule.id not in off
        ]
        merged.sections[section] = _otherwise_last(_lay_over(rules, kept), rules)
    kept_points = [rule for rule in base.rules.points if rule.id not in off]
    merged.points = _lay_over(near.points, kept_points)
    levels = base.rules.levels | near.levels
    merged.levels = {level: levels[level] for level in sorted(levels)}
    return MergedRules(merged, {line.id: home for line, home in _lines(merged)})


def _lines(rules: FileRules) -> Iterator[tuple[Rule | PointRule, Section]]:
    for section, lines in rules.sections.items():
        for line in lines:
            yield line, section
    for point in rules.points:
        yield point, Section.PRIORITY


def all_rules(rules: FileRules) -> Iterator[Rule | PointRule]:
    """Every rule of every section."""
    return (line for line, _ in _lines(rules))


def _lay_over(near: Sequence[Line], base: Sequence[Line]) -> list[Line]:
    by_id: dict[str, Line] = {line.id: line for line in near}
    known = {line.id for line in base}
    merged: list[Line] = [line for line in near if line.id not in known]
    merged.extend(by_id.get(line.id, line) for line in base)
    return merged


def _otherwise_last(merged: Sequence[Rule], near: Sequence[Rule]) -> list[Rule]:
    """A file without a base keeps its order, so that a rule after otherwise shows."""
    if len(merged) == len(near):
        return list(merged)
    rest = [rule for rule in merged if rule.condition is not None]
    own = [rule for rule in near if rule.condition is None]
    base = [rule for rule in merged if rule.condition is None]
    return [*rest, *(own or base[-1:])]


def _read_off(root: Fields, home: Mapping[str, Section]) -> frozenset[str]:
    for node in root.items("off"):
        name = read_text(node) or ""
        if name not in home:
            place = Scalar(name, name, node.line, node.column)
            said = Phrase('off: the base has no rule "{name}"', name=name)
            root.problems.add_unknown("E_REF", said, place, home)
    return frozenset(read_text(node) or "" for node in root.items("off"))


def _check_ids(near: FileRules, home: Mapping[str, Section], root: Fields) -> None:
    seen: dict[str, Rule | PointRule] = {}
    for line, section in _lines(near):
        if line.id in seen:
            said = Phrase('rule id "{rule}" is given twice', rule=line.id)
            hint = Phrase("the first is {place}", place=seen[line.id].place)
            root.problems.add("E_DUP", said, _place(line), hint)
        elif home.get(line.id, section) is not section:
            said = Phrase(
                'rule id "{rule}" is a rule of {home} in the base',
                rule=line.id,
                home=home[line.id],
            )
            hint = Phrase("ids are unique over all sections: choose another")
            root.problems.add("E_DUP", said, _place(line), hint)
        seen.setdefault(line.id, line)


def _place(line: Rule | PointRule) -> Node:
    return Scalar(None, "", int(line.place.rsplit(":", 1)[1]), line.column)


def merge_write_back(layers: Iterable[FileWriteBack], problems: Problems) -> WriteBack:
    """Lay what files say about trackers over each other, farthest base first."""
    labels: dict[Section, dict[str, Scalar]] = {}
    statuses: dict[str, dict[PoolState, str]] = {}
    release = False
    comments: tuple[CommentTemplate, ...] = ()
    assignees: tuple[Assignment, ...] = ()
    for layer in layers:
        for section, by_outcome in layer.labels.items():
            labels.setdefault(section, {}).update(by_outcome)
        for tracker, by_state in layer.statuses.items():
            statuses.setdefault(tracker, {}).update(by_state)
        release = release if layer.release is None else layer.release
        comments = comments if layer.comments is None else layer.comments
        assignees = assignees if layer.assignees is None else layer.assignees
    _check_twins(labels, problems)
    texts = {
        section: {outcome: label.text for outcome, label in by_outcome.items()}
        for section, by_outcome in labels.items()
    }
    return WriteBack(texts, statuses, release, comments, assignees)


def _check_twins(
    labels: Mapping[Section, Mapping[str, Scalar]], problems: Problems
) -> None:
    seen: dict[str, Scalar] = {}
    written = [label for by_outcome in labels.values() for label in by_outcome.values()]
    for label in sorted(written, key=lambda label: (label.line, label.column)):
        first = seen.setdefault(label.text.casefold(), label)
        if first.text != label.text:
            said = Phrase(
                'label "{label}" differs from "{first}" by case only',
                label=label.text,
                first=first.text,
            )
            hint = Phrase(
                "trackers take both for one; the first is in line {line}",
                line=first.line,
            )
            problems.add("E_LABEL", said, label, hint)
