"""What a decision looks like in a tracker: labels, statuses and comments of a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from model.client_text import ClientSafeFacts
from model.decisions import PoolState, Section
from model.projects import Language
from rules.conditions import compile_condition
from rules.document import MapNode, Node, Problems, Scalar, suggest
from rules.fields import Fields
from rules.read_conditions import ConditionReader, Terms
from rules.read_rules import read_languages
from rules.ruleset import CommentTemplate
from rules.vocabulary import CHOICES_OF

TRACKERS = ("jira", "gitlab")
GITLAB_STATUSES = ("opened", "closed")
_BRACES = re.compile(r"\{[^{}]*\}")
_SPACE = re.compile(r"\s")
_LONGEST_LABEL = 255


@dataclass(slots=True)
class FileWriteBack:
    """What one file says about trackers; None means that it says nothing.

    Labels keep their places, since twins show only when files are merged.
    """

    labels: dict[Section, dict[str, Scalar]] = field(default_factory=dict)
    statuses: dict[str, dict[PoolState, str]] = field(default_factory=dict)
    release: bool | None = None
    comments: tuple[CommentTemplate, ...] | None = None


@dataclass(frozen=True, slots=True)
class WriteBackReader:
    """Reads ``write_back`` of one file.

    Attributes:
        problems: where everything wrong is recorded.
        terms: the ruleset's word lists.
        outcomes: every ``train:NAME`` and ``hold:NAME`` of the ruleset.
    """

    problems: Problems
    terms: Terms
    outcomes: frozenset[str]

    def read(self, node: Node | None) -> FileWriteBack:
        """Read the whole part; what is wrong is recorded and left out."""
        known = ("labels", "status", "release", "comment")
        fields = Fields(node, self.problems, known=known)
        return FileWriteBack(
            labels=self._labels(fields.find("labels")),
            statuses=self._statuses(fields.find("status")),
            release=fields.flag("release") if "release" in fields else None,
            comments=self._comments(fields) if "comment" in fields else None,
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
                said = f'{section} is never "{key.text}"'
                self.problems.add_unknown("E_REF", said, key, choices)
            elif label := self._label(node):
                labels[key.text] = label
        return labels

    def _label(self, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar) or not node.text or node.value is True:
            hint = "write one label, quoted if it looks like something else"
            self.problems.add("E_TYPE", "expected a label", node, hint)
            return None
        for wrong, hint in _wrong_with(node.text):
            self.problems.add("E_LABEL", f'label "{node.text}" {wrong}', node, hint)
        return node

    def _statuses(self, node: Node | None) -> dict[str, dict[PoolState, str]]:
        fields = Fields(node, self.problems, known=TRACKERS)
        return {
            tracker: self._states(fields, tracker)
            for tracker in TRACKERS
            if tracker in fields
        }

    def _states(self, fields: Fields, tracker: str) -> dict[PoolState, str]:
        states = [state.value for state in PoolState]
        found = {}
        for key, node in fields.entries(tracker):
            if key.text not in states:
                said = f'unknown state "{key.text}"'
                self.problems.add_unknown("E_REF", said, key, states)
            elif status := self._status(tracker, node):
                found[PoolState(key.text)] = status
        return found

    def _status(self, tracker: str, node: Node) -> str:
        text = node.text if isinstance(node, Scalar) else ""
        if not isinstance(node, Scalar) or not text:
            hint = "write the tracker's name of the status"
            self.problems.add("E_TYPE", "expected a status", node, hint)
        elif tracker == "gitlab" and text not in GITLAB_STATUSES:
            said = f'GitLab has no status "{text}"'
            self.problems.add_unknown("E_REF", said, node, GITLAB_STATUSES)
        return text

    def _comments(self, fields: Fields) -> tuple[CommentTemplate, ...]:
        read = (self._comment(node) for node in fields.items("comment"))
        return tuple(comment for comment in read if comment)

    def _comment(self, node: Node) -> CommentTemplate | None:
        before = len(self.problems.found)
        known = ("when", "text")
        fields = Fields(node, self.problems, known=known, required=("text",))
        when = fields.find("when")
        reader = ConditionReader(
            self.problems, self.terms, "comment", outcomes=self.outcomes
        )
        condition = reader.read(when) if when is not None else None
        texts = read_languages(fields, "text")
        self._check_leaks(fields, texts)
        if len(self.problems.found) > before:
            return None
        place = f"{self.problems.file}:{node.line}"
        return CommentTemplate(place, condition, compile_condition(condition), texts)

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
            said = f"{braces} may not reach a client"
            self.problems.add("E_LEAK", said, node, suggest(braces[1:-1].strip(), safe))


def _wrong_with(label: str) -> list[tuple[str, str]]:
    """Why some tracker cannot hold a label, each with what to do.

    Jira's labels have no spaces ("Label names can't contain spaces", Jira Cloud,
    "Organize work with labels"); GitLab's API separates labels by commas.
    """
    wrong = []
    if _SPACE.search(label):
        wrong.append(("has white space, which Jira refuses", "write - instead"))
    if "," in label:
        wrong.append(("has a comma, which GitLab takes for two", "write - instead"))
    if len(label) > _LONGEST_LABEL:
        wrong.append((f"is longer than {_LONGEST_LABEL}", "shorten it"))
    return wrong
