"""YAML files that people write, read with the place of every word.

Two steps (the second in ``rules/fields.py``) that collect every problem instead of
stopping at the first one::

    problems = Problems(file="contract.yaml")
    root = parse_document(text, problems)
    fields = Fields(root, problems, known={"name", "clauses"}, required={"name"})
    name = fields.text("name")
    for clause in fields.items("clauses"):
        ...
    if problems:
        return None, problems.found

Plain words are read by the core schema of YAML 1.2.2 (section 10.3), narrowed:
only ``true``, ``false``, ``null``, ``~`` and decimal numbers are not text, so that
``no``, ``010`` and ``12:30`` stay what their author saw.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from model.errors import Problem
from model.phrase import Phrase

MAX_BYTES = 1024 * 1024
MAX_LEVELS = 32
MAX_NODES = 60_000
MAX_PROBLEMS = 100
"""A file with more is so broken that the rest would only bury the beginning."""

MAX_SEARCH_STEPS = 300_000
"""Instructions of all patterns and word lists of a file; they compile within 0.3 s."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
_LONGEST_GUESS = 64
_MOST_NAMED = 15

Plain = str | int | float | bool | None
Json = Plain | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value.

    Attributes:
        value: as read; text unless it is a plain number, flag or null.
        text: as written, so that ``3.20`` can be a version or money.
        line: counts from 1.
        column: counts from 1, in characters.
    """

    value: Plain
    text: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class ListNode:
    """A YAML sequence."""

    nodes: tuple["Node", ...]
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class MapNode:
    """A YAML mapping; keys are text as written, each once."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int = 1
    column: int = 1

    def find(self, name: str) -> "Node | None":
        """The value under a key, if there is one."""
        return next((node for key, node in self.entries if key.text == name), None)

    def find_key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((key for key, _ in self.entries if key.text == name), None)


Node = Scalar | ListNode | MapNode


def to_plain(node: Node) -> Json:
    """The document without places, as ``json.loads`` would give it."""
    match node:
        case Scalar():
            return node.value
        case ListNode():
            return [to_plain(item) for item in node.nodes]
        case MapNode():
            return {key.text: to_plain(value) for key, value in node.entries}


def suggest(word: str, choices: Iterable[str]) -> Phrase:
    """A hint for a word that is none of ``choices``: the nearest one, or some of them."""
    known = sorted(choices)
    folded = {choice.casefold(): choice for choice in known}
    short = word[:_LONGEST_GUESS].casefold()
    near = get_close_matches(short, folded, n=1, cutoff=0.6)
    if near:
        return Phrase('did you mean "{near}"?', near=folded[near[0]])
    if not known:
        return Phrase("none is known")
    names, more = ", ".join(known[:_MOST_NAMED]), len(known) - _MOST_NAMED
    if more > 0:
        return Phrase("known: {names} and {more} more", names=names, more=more)
    return Phrase("known: {names}", names=names)


class Problems:
    """Everything wrong in one file, in the order in which it was found."""

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.found: list[Problem] = []
        self._refused: set[tuple[int, int]] = set()
        self._search_steps = 0

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, code: str, message: str, node: Node, hint: str = "") -> None:
        """Record a problem at a node's place."""
        if len(self.found) < MAX_PROBLEMS and not self._is_refused(code, node):
            problem = Problem(code, message, self.file, node.line, node.column, hint)
            self.found.append(problem)

    def _is_refused(self, code: str, node: Node) -> bool:
        """What YAML itself forbids is one problem, not also one of its content."""
        if code == "E_YAML":
            self._refused.add((node.line, node.column))
            return False
        return (node.line, node.column) in self._refused

    def add_search(self, steps: int, node: Node) -> bool:
        """Count what a file searches for; False, and ``E_LIMIT`` once, beyond the limit."""
        before, self._search_steps = self._search_steps, self._search_steps + steps
        is_within = self._search_steps <= MAX_SEARCH_STEPS
        if before <= MAX_SEARCH_STEPS and not is_within:
            hint = "ask for fewer words, and for shorter patterns"
            self.add("E_LIMIT", "too much to search for in one file", node, hint)
        return is_within

    def add_unknown(
        self, code: str, message: str, word: Scalar, choices: Iterable[str]
    ) -> None:
        """Record a word that is none of ``choices``, suggesting the nearest."""
        if len(self.found) < MAX_PROBLEMS:
            self.add(code, message, word, suggest(word.text, choices))


class _TooMuchError(Exception):
    """The document is larger than anybody would write by hand."""

    def __init__(self, limit: int, what: str, event: yaml.Event) -> None:
        self.said = Phrase("more than {limit} {what}", limit=limit, what=Phrase(what))
        super().__init__(self.said)
        self.place = _at(event)


class _Parser:
    """Builds nodes from libyaml's events, so that limits hold while it reads."""

    def __init__(self, text: str, problems: Problems) -> None:
        self._events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._problems = problems
        self._nodes = 0

    def parse(self) -> Node:
        root: Node = Scalar(None, "")
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event, Phrase("a second document"), "one document a file"
                    )
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, 1)
                root = node if documents == 1 else root
        return root

    def _node(self, event: Any, level: int) -> Node:
        self._nodes += 1
        if level > MAX_LEVELS:
            raise _TooMuchError(MAX_LEVELS, "levels", event)
        if self._nodes > MAX_NODES:
            raise _TooMuchError(MAX_NODES, "values", event)
        self._check_plain(event)
        line, column = _line_and_column(event.start_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return ListNode(tuple(self._items(level)), line, column)
        if isinstance(event, yaml.MappingStartEvent):
            return MapNode(tuple(self._entries(level)), line, column)
        if isinstance(event, yaml.ScalarEvent):
            value = event.value if event.style else _resolve(event.value)
            return Scalar(value, event.value, line, column)
        return Scalar(None, "", line, column)

    def _items(self, level: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, level + 1)

    def _entries(self, level: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Scalar] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self._node(event, level + 1)
            value = self._node(next(self._events), level + 1)
            if not isinstance(key, Scalar):
                hint = "a key is a word; quote it if it begins with { or ["
                self._problems.add("E_YAML", "a list or mapping as key", key, hint)
            elif key.text in seen:
                self._problems.add(
                    "E_DUP",
                    Phrase('"{name}" is given twice', name=key.text),
                    key,
                    Phrase("the first is in line {line}", line=seen[key.text].line),
                )
            else:
                seen[key.text] = key
                yield key, value

    def _check_plain(self, event: yaml.NodeEvent) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(
                event,
                Phrase("alias *{anchor}", anchor=event.anchor),
                "write the value out",
            )
            return
        if event.anchor is not None:
            self._refuse(
                event,
                Phrase("anchor &{anchor}", anchor=event.anchor),
                "write the value out",
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(
                event, Phrase("tag {tag}", tag=tag), "leave it out, or quote the text"
            )

    def _refuse(self, event: yaml.Event, what: str, hint: str) -> None:
        self._problems.add(
            "E_YAML", Phrase("{what} is not allowed", what=what), _at(event), hint
        )


def _at(event: yaml.Event) -> Scalar:
    return Scalar(None, "", *_line_and_column(event.start_mark))


def _line_and_column(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _resolve(text: str) -> Plain:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def decode(data: bytes, problems: Problems) -> str | None:
    """The text of a file: UTF-8, with or without a byte order mark; None if it is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        place = Scalar(None, "", line, column)
        problems.add("E_YAML", "this is not UTF-8", place, "save the file as UTF-8")
        return None


def parse_document(text: str | bytes, problems: Problems) -> Node | None:
    """Parse one YAML document.

    Args:
        text: the file's content.
        problems: where ``E_YAML``, ``E_DUP`` and ``E_LIMIT`` are recorded.

    Returns:
        The root; None when the text is no YAML at all or over a limit.
    """
    if len(text) > MAX_BYTES:
        _too_large(problems)
        return None
    decoded = decode(text, problems) if isinstance(text, bytes) else text
    if decoded is None:
        return None
    if len(decoded.encode(errors="replace")) > MAX_BYTES:
        _too_large(problems)
        return None
    try:
        return _Parser(decoded.removeprefix("\ufeff"), problems).parse()
    except _TooMuchError as error:
        problems.add("E_LIMIT", error.said, error.place, "split the file")
    except yaml.YAMLError as error:
        problems.add("E_YAML", *_what_and_where(error))
    except UnicodeEncodeError:
        hint = "save the file as UTF-8"
        problems.add("E_YAML", "half a character (surrogate)", Scalar(None, ""), hint)
    return None


def _too_large(problems: Problems) -> None:
    what = Phrase("larger than {value} KiB", value=MAX_BYTES // 1024)
    problems.add("E_LIMIT", what, Scalar(None, ""), "split the file")


def _what_and_where(error: yaml.YAMLError) -> tuple[str, Scalar, str]:
    hint = "check indentation, colons and quotes here"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return _of_parser(said), Scalar(None, "", *_line_and_column(mark)), hint
    return _of_parser(str(error).splitlines()[0]), Scalar(None, ""), hint


def _of_parser(said: str) -> Phrase:
    """The parser's own words, which know one language."""
    return Phrase("{said}", said=said) if said else Phrase("not YAML")
