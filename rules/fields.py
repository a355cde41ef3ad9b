"""A mapping of a document with known fields, read as types."""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from model.phrase import Phrase
from rules.document import ListNode, MapNode, Node, Problems, Scalar, suggest

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Fields:
    """A mapping with known fields, read as types.

    Every getter answers its default for an absent field, and records an ``E_TYPE``
    (``E_REF`` for an unknown choice) before doing so for one that it cannot read.

    Attributes:
        node: the mapping; an empty one in place of anything else.
        readable: False when the node was no mapping, which is recorded already.
    """

    def __init__(
        self,
        node: Node | None,
        problems: Problems,
        *,
        known: Collection[str],
        required: Collection[str] = (),
    ) -> None:
        """Check a node's fields.

        Args:
            node: what should be a mapping (``E_TYPE`` if it is not); None is empty.
            problems: where everything is recorded.
            known: names that may occur; others are ``E_FIELD`` with a suggestion.
            required: names that must occur (``E_FIELD``).
        """
        self.problems = problems
        self.readable = isinstance(node, MapNode)
        self.node = node if isinstance(node, MapNode) else MapNode((), *_place(node))
        if node is not None and not isinstance(node, MapNode):
            names = ", ".join(sorted(known))
            problems.add(
                "E_TYPE",
                "expected a mapping",
                node,
                Phrase("fields: {names}", names=names),
            )
            return
        for key, value in self.node.entries:
            if key.text not in known:
                self._record_unknown(key, value, known)
        for name in required:
            if node is not None and self.node.find(name) is None:
                problems.add(
                    "E_FIELD",
                    Phrase('"{name}" is missing', name=name),
                    node,
                    Phrase("add {name}: …", name=name),
                )

    def _record_unknown(self, key: Scalar, value: Node, known: Collection[str]) -> None:
        said = Phrase('unknown field "{name}"', name=key.text)
        if isinstance(value, Scalar) and value.value is None and value.text == "":
            hint = suggest(key.text, known)
            comma = Phrase(
                "or, if a comma stands before it, quote the text around the comma"
            )
            self.problems.add(
                "E_FIELD", said, key, Phrase("{hint}; {comma}", hint=hint, comma=comma)
            )
        else:
            self.problems.add_unknown("E_FIELD", said, key, known)

    def __contains__(self, name: str) -> bool:
        return self.node.find(name) is not None

    def find(self, name: str) -> Node | None:
        """The node of a field, to be read by the caller."""
        return self.node.find(name)

    def text(self, name: str, default: str = "") -> str:
        """A text; numbers, as a client's short name may be, are taken as written."""
        return self._read(name, read_text, Phrase("a text"), default)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text is a list of one."""
        node = self.node.find(name)
        if isinstance(node, Scalar):
            return (self.text(name),)
        read = (
            self._of(item, read_text, Phrase("a text")) for item in self.items(name)
        )
        return tuple(text for text in read if text is not None)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        return self._read(name, _read_integer, Phrase("a whole number"), default)

    def decimal(self, name: str) -> Decimal | None:
        """An exact number, for person-days and money."""
        return self._read(name, read_decimal, Phrase("a number"), None)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """``true`` or ``false``."""
        return self._read(name, _read_flag, Phrase("true or false"), default)

    def day(self, name: str) -> date | None:
        """A date as ``2026-07-31`` (ISO 8601)."""
        return self._read(name, read_day, Phrase("a date like 2026-07-31"), None)

    def choice(self, name: str, choices: type[E]) -> E | None:
        """One of an enumeration's values; another is ``E_REF`` with a suggestion."""
        node = self.node.find(name)
        if not isinstance(node, Scalar):
            return self._read(name, lambda _: None, Phrase("a word"), None)
        return read_choice(node, choices, self.problems)

    def items(self, name: str) -> tuple[Node, ...]:
        """The elements of a list."""
        return self._read(name, _read_items, Phrase("a list"), ())

    def entries(self, name: str) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping with free keys."""
        return self._read(name, _read_entries, Phrase("a mapping"), ())

    def _read(
        self, name: str, read: Callable[[Node], T | None], what: str, default: T
    ) -> T:
        node = self.node.find(name)
        value = self._of(node, read, what) if node is not None else None
        return default if value is None else value

    def _of(self, node: Node, read: Callable[[Node], T | None], what: str) -> T | None:
        value = read(node)
        if value is None:
            self.problems.add(
                "E_TYPE",
                Phrase("expected {what}", what=what),
                node,
                Phrase("write {what} here", what=what),
            )
        return value


def _place(node: Node | None) -> tuple[int, int]:
    return (node.line, node.column) if node else (1, 1)


def read_text(node: Node) -> str | None:
    """A text or number as written; None for anything else."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    return None if isinstance(node.value, bool) else node.text


def read_decimal(node: Node) -> Decimal | None:
    """A plain number; None for anything else."""
    number = isinstance(node, Scalar) and isinstance(node.value, int | float)
    if not isinstance(node, Scalar) or not number or isinstance(node.value, bool):
        return None
    return Decimal(node.text)


def read_day(node: Node) -> date | None:
    """A date as ``2026-07-31``; None for anything else."""
    text = read_text(node) or ""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-07-31") else None
    except ValueError:
        return None


def read_choice(node: Scalar, choices: type[E], problems: Problems) -> E | None:
    """One of an enumeration's values; ``E_REF`` with a suggestion for another."""
    values = [choice.value for choice in choices]
    if node.text in values:
        return choices(node.text)
    problems.add_unknown(
        "E_REF",
        Phrase('unknown value "{value}"', value=node.text),
        node,
        values,
    )
    return None


def _read_integer(node: Node) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_flag(node: Node) -> bool | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


def _read_items(node: Node) -> tuple[Node, ...] | None:
    return node.nodes if isinstance(node, ListNode) else None


def _read_entries(node: Node) -> tuple[tuple[Scalar, Node], ...] | None:
    return node.entries if isinstance(node, MapNode) else None
