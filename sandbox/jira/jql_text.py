"""Splits JQL into words and builds its tree; what it means is in jql.py."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.jira.errors import JiraError

TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<op>!=|!~|>=|<=|=|~|>|<)
      | (?P<mark>[(),])
      | (?P<word>[^\s"'(),=!<>~]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    kind: str
    value: str

    def says(self, *words: str) -> bool:
        return self.kind == "word" and self.value.lower() in words


@dataclass(frozen=True)
class Clause:
    """`field op values`; `op` in lower case, "is"/"is not" mean EMPTY."""

    field: str
    op: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    inner: "Node"


@dataclass(frozen=True)
class Group:
    """`any_of` True for OR."""

    any_of: bool
    parts: tuple["Node", ...]


Node = Clause | Not | Group


@dataclass(frozen=True)
class Query:
    where: Node | None
    order: tuple[tuple[str, bool], ...] = ()
    """(field, descending) pairs."""


END = Token("end", "")


def parse(jql: str) -> Query:
    reader = _Reader(_tokens(jql))
    where = None if reader.at_order() else reader.either()
    order = reader.order()
    if reader.next is not END:
        raise _wrong(reader.next)
    return Query(where, tuple(order))


def _tokens(jql: str) -> list[Token]:
    tokens, place = [], 0
    while place < len(jql.rstrip()):
        match = TOKEN.match(jql, place)
        if match is None:
            raise _wrong(Token("word", jql[place:].strip()[:1]))
        kind = str(match.lastgroup)
        tokens.append(Token(kind, _plain(kind, match.group(kind))))
        place = match.end()
    return tokens


def _plain(kind: str, raw: str) -> str:
    return re.sub(r"\\(.)", r"\1", raw[1:-1]) if kind == "text" else raw


def _wrong(token: Token) -> JiraError:
    if token is END:
        msg = "Error in the JQL Query: Unexpected end of query."
    else:
        msg = f"Error in the JQL Query: Expecting operator but got '{token.value}'."
    return JiraError(400, msg)


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._rest = list(tokens)

    @property
    def next(self) -> Token:
        return self._rest[0] if self._rest else END

    def take(self) -> Token:
        if not self._rest:
            raise _wrong(END)
        return self._rest.pop(0)

    def accept(self, *words: str) -> bool:
        if self.next.says(*words):
            self.take()
            return True
        return False

    def mark(self, sign: str) -> bool:
        if self.next == Token("mark", sign):
            self.take()
            return True
        return False

    def at_order(self) -> bool:
        return self.next is END or self.next.says("order")

    def either(self) -> Node:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Group(any_of=True, parts=tuple(parts))

    def both(self) -> Node:
        parts = [self.one()]
        while self.accept("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Group(any_of=False, parts=tuple(parts))

    def one(self) -> Node:
        if self.accept("not"):
            return Not(self.one())
        if self.mark("("):
            inner = self.either()
            if not self.mark(")"):
                raise _wrong(self.next)
            return inner
        return self.clause()

    def clause(self) -> Clause:
        name = self.take()
        if name.kind not in {"word", "text"}:
            raise _wrong(name)
        op = self.operator()
        if op in {"in", "not in"}:
            return Clause(name.value, op, tuple(self.values()))
        return Clause(name.value, op, (self.value(),))

    def operator(self) -> str:
        token = self.take()
        if token.kind == "op":
            return token.value
        if token.says("in"):
            return "in"
        if token.says("not") and self.accept("in"):
            return "not in"
        if token.says("is"):
            return "is not" if self.accept("not") else "is"
        raise _wrong(token)

    def values(self) -> list[str]:
        if not self.mark("("):
            raise _wrong(self.next)
        found = [self.value()]
        while self.mark(","):
            found.append(self.value())
        if not self.mark(")"):
            raise _wrong(self.next)
        return found

    def value(self) -> str:
        token = self.take()
        if token.kind not in {"word", "text"}:
            raise _wrong(token)
        if token.kind == "word" and self.mark("("):
            if not self.mark(")"):
                raise _wrong(self.next)
            return f"{token.value}()"
        return token.value

    def order(self) -> list[tuple[str, bool]]:
        if not self.accept("order"):
            return []
        if not self.accept("by"):
            raise _wrong(self.next)
        found = [self.ordering()]
        while self.mark(","):
            found.append(self.ordering())
        return found

    def ordering(self) -> tuple[str, bool]:
        name = self.take().value.lower()
        descending = self.accept("desc")
        self.accept("asc")
        return name, descending
