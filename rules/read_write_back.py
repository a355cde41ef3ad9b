"""What a decision looks like in a tracker: labels, statuses and comments of a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import re2

from model.client_text import ClientSafeFacts
from model.decisions import PoolState, Section
from model.phrase import Phrase
from model.projects import Language
from model.trackers import Capabilities, Trackers
from rules.conditions import Condition, compile_condition
from rules.document import MapNode, Node, Problems, Scalar, suggest
from rules.fields import Fields
from rules.read_conditions import ConditionReader, Terms
from rules.read_rules import read_languages
from rules.ruleset import Assignment, CommentTemplate
from rules.vocabulary import CHOICES_OF

_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(slots=True)
class FileWriteBack:
    """What one file says about trackers; None means that it says nothing.

    Labels keep their places, since twins show only when files are merged.
    """

    labels: dict[Section, dict[str, Scalar]] = field(default_factory=dict)
    statuses: dict[str, dict[PoolState, str]] = field(default_factory=dict)
    release: bool | None = None
    comments: tuple[CommentTemplate, ...] | None = None
    assignees: tuple[Assignment, ...] | None = None


@dataclass(frozen=True, slots=True)
class WriteBackReader:
    """Reads ``write_back`` of one file.

    Attributes:
        problems: where everything wrong is recorded.
        terms: the ruleset's word lists.
        outcomes: every ``train:NAME`` and ``hold:NAME`` of the ruleset.
        trackers: the kinds that may be named, and that hold the labels; None for any.
    """

    problems: Problems
    terms: Terms
    outcomes: frozenset[str]
    trackers: Trackers | None = None

    def read(self, node: Node | None) -> FileWriteBack:
        """Read the whole part; what is wrong is recorded and left out."""
        known = ("labels", "status", "release", "comment", "assignee")
        fields = Fields(node, self.problems, known=known)
        return FileWriteBack(
            labels=self._labels(fields.find("labels")),
            statuses=self._statuses(fields.find("status")),
            release=fields.flag("release") if "release" in fields else None,
            comments=self._comments(fields) if "comment" in fields else None,
            assignees=self._assignees(fields) if "assignee" in fields else None,
        )

    def _labels(self, node: Node | None) -> dict[Section, dict[str, Scalar]]:
        names = [section.value for section in Section]
        fields = Fields(node, self.problems, known=names)
        return {
            section: self._labels_of(section, fields)
            for section in Section
            if section.value in fields
        }

    def _labels_of(self, section: Section, fields: Fields) -> dict[str, Scalar]:
        choices = CHOICES_OF[section] or self.outcomes
        labels: dict[str, Scalar] = {}
        for key, node in fields.entries(section.value):
            if key.text not in choices:
                said = Phrase(
                    '{section} is never "{name}"',
                    section=section,
                    name=key.text,
                )
                self.problems.add_unknown("E_REF", said, key, choices)
            elif label := self._label(node):
                labels[key.text] = label
        return labels

    def _label(self, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar) or not node.text or node.value is True:
            hint = "write one label, quoted if it looks like something else"
            self.problems.add("E_TYPE", "expected a label", node, hint)
            return None
        for name, limits in _find_refusals(node.text, self.trackers or {}):
            said = Phrase(
                'label "{value}" cannot be held by {name}',
                value=node.text,
                name=name,
            )
            self.problems.add(
                "E_LABEL",
                said,
                node,
                Phrase("{name} {limits}", name=name, limits=Phrase(limits)),
            )
        return node

    def _statuses(self, node: Node | None) -> dict[str, dict[PoolState, str]]:
        entries = node.entries if isinstance(node, MapNode) else ()
        written = [key.text for key, _ in entries]
        known = written if self.trackers is None else list(self.trackers)
        fields = Fields(node, self.problems, known=known)
        return {
            tracker: self._states(fields, tracker)
            for tracker in known
            if tracker in fields
        }

    def _states(self, fields: Fields, tracker: str) -> dict[PoolState, str]:
        states = [state.value for state in PoolState]
        found = {}
        for key, node in fields.entries(tracker):
            if key.text not in states:
                said = Phrase('unknown state "{name}"', name=key.text)
                self.problems.add_unknown("E_REF", said, key, states)
            elif status := self._status(tracker, node):
                found[PoolState(key.text)] = status
        return found

    def _status(self, tracker: str, node: Node) -> str:
        text = node.text if isinstance(node, Scalar) else ""
        if not isinstance(node, Scalar) or not text:
            hint = "write the tracker's name of the status"
            self.problems.add("E_TYPE", "expected a status", node, hint)
        else:
            self._check_status((self.trackers or {}).get(tracker), node)
        return text

    def _check_status(self, kind: Capabilities | None, node: Scalar) -> None:
        if kind and kind.statuses and node.text not in kind.statuses:
            said = Phrase(
                '{tracker} has no status "{value}"',
                tracker=kind.name,
                value=node.text,
            )
            self.problems.add_unknown("E_REF", said, node, kind.statuses)

    def _comments(self, fields: Fields) -> tuple[CommentTemplate, ...]:
        read = (self._comment(node) for node in fields.items("comment"))
        return tuple(comment for comment in read if comment)

    def _comment(self, node: Node) -> CommentTemplate | None:
        before = len(self.problems.found)
        known = ("when", "text")
        fields = Fields(node, self.problems, known=known, required=("text",))
        condition = self._condition(fields)
        texts = read_languages(fields, "text")
        self._check_leaks(fields, texts)
        if len(self.problems.found) > before:
            return None
        place = f"{self.problems.file}:{node.line}"
        return CommentTemplate(place, condition, compile_condition(condition), texts)

    def _condition(self, fields: Fields) -> Condition | None:
        when = fields.find("when")
        reader = ConditionReader(
            self.problems, self.terms, "comment", outcomes=self.outcomes
        )
        return reader.read(when) if when is not None else None

    def _assignees(self, fields: Fields) -> tuple[Assignment, ...]:
        read = (self._assignment(node) for node in fields.items("assignee"))
        return tuple(one for one in read if one)

    def _assignment(self, node: Node) -> Assignment | None:
        before = len(self.problems.found)
        fields = Fields(node, self.problems, known=("when", "to"), required=("to",))
        condition, to = self._condition(fields), fields.text("to")
        if len(self.problems.found) > before or not to:
            return None
        place = f"{self.problems.file}:{node.line}"
        return Assignment(place, condition, compile_condition(condition), to)

    def _check_leaks(self, fields: Fields, texts: Mapping[Language, str]) -> None:
        node = fields.find("text") or fields.node
        for language, text in texts.items():
            by_language = (
                node.find(language.value) if isinstance(node, MapNode) else node
            )
            for braces in dict.fromkeys(_BRACES.findall(text)):
                self._check_leak(braces, by_language or node)
            if isinstance(node, Scalar):
                break

    def _check_leak(self, braces: str, node: Node) -> None:
        safe = ClientSafeFacts.placeholders()
        if braces[1:-1] not in safe:
            said = Phrase("{braces} may not reach a client", braces=braces)
            self.problems.add("E_LEAK", said, node, suggest(braces[1:-1].strip(), safe))


def _find_refusals(label: str, trackers: Trackers) -> list[tuple[str, str]]:
    """Names of the trackers that cannot hold a label, each with its limits in words."""
    return [
        (kind.name, kind.label_limits)
        for kind in trackers.values()
        if re2.fullmatch(kind.label_pattern, label) is None
    ]
