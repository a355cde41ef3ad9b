"""Wiki markup to Markdown, block by block: code first, then what lies between."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Literal, NamedTuple

from connectors.jira.wiki.spans import Names, code_span, to_spans
from connectors.jira.wiki.tables import to_table

_NOBODY: Names = MappingProxyType({})
_DEEPEST = 8
_RAW = re.compile(r"\{(code|noformat)(?::([^{}\n]{0,300}))?\}")
_FRAME = re.compile(r"\{(quote|panel)(?::([^{}\n]{0,300}))?\}")
_LANGUAGE = re.compile(r"(?:^|\|)(?:language=)?([A-Za-z][\w+#-]{0,20})(?=\||$)")
_TITLE = re.compile(r"(?:^|\|)title=([^|]*)")
_HEADING = re.compile(r"\s*h([1-6])\.\s+(?=\S)")
_QUOTED = re.compile(r"\s*bq\.\s+(?=\S)")
_ITEM = re.compile(r"\s*([*#]{1,8}|-{1,3}|[*#]+-)\s+(?=\S)")
_RULE = re.compile(r"\s*-{4,5}\s*")
_LOOKS_LIKE_BLOCK = re.compile(r"(?=[>|=+-])|(?=#{1,6}(?:\s|$))|(?=~~~)")
_BLOCK_SIGNS = frozenset(">|=+-#~")
_SPAN_PLACE = re.compile("\0(\\d+)\0")

_IS_PLAIN_LINE = re.compile(r"[^\n\r\0{]*").fullmatch
"""Most comments: no block but a paragraph of one line."""

Find = Callable[[str], re.Match[str] | None]
Role = Literal["blank", "heading", "quoted", "item", "rule", "table", "prose"]

_ROLES: Mapping[str, Sequence[tuple[Find, Role]]] = {
    "h": ((_HEADING.match, "heading"),),
    "b": ((_QUOTED.match, "quoted"),),
    "-": ((_RULE.fullmatch, "rule"), (_ITEM.match, "item")),
    "*": ((_ITEM.match, "item"),),
    "#": ((_ITEM.match, "item"),),
}
"""By the sign that a line begins with."""


class _Piece(NamedTuple):
    """A stretch of the text: ``kind`` is text, block, code, quote or panel."""

    kind: str
    text: str
    argument: str = ""


def to_markdown(text: str, names: Names = _NOBODY) -> str:
    """Wiki markup in Markdown.

    Args:
        text: any text at all.
        names: what mentioned people are called; who is not there keeps the id.
    """
    if _IS_PLAIN_LINE(text) and _role(text) == "prose":
        return _prose(text, names)
    writer = _Writer(names)
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    for piece in _pieces(lines):
        writer.take(piece)
    return writer.finish()


def _pieces(text: str) -> Iterator[_Piece]:
    if "{" not in text:
        yield _Piece("text", text)
        return
    for piece in _split_code(text):
        if piece.kind == "text":
            yield from _split_frames(piece.text)
        else:
            yield piece


def _split_code(text: str) -> Iterator[_Piece]:
    """Code and preformatted text hold no markup; one without an end is plain text."""
    end, at, endless = 0, 0, set[str]()
    while opened := _RAW.search(text, at):
        tag, close = opened[1], f"{{{opened[1]}}}"
        closed = -1 if tag in endless else text.find(close, opened.end())
        if closed < 0:
            endless.add(tag)
            at = opened.end()
            continue
        yield _Piece("text", text[end : opened.start()])
        end = at = closed + len(close)
        content = text[opened.end() : closed]
        alone = "\n" in content or _stands_alone(text, opened.start(), end)
        yield _Piece("block" if alone else "code", content, opened[2] or "")
    yield _Piece("text", text[end:])


def _stands_alone(text: str, start: int, end: int) -> bool:
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip() and text[end : end + 1] in {"", "\n"}


def _split_frames(text: str) -> Iterator[_Piece]:
    end = 0
    for found in _FRAME.finditer(text):
        yield _Piece("text", text[end : found.start()])
        yield _Piece(found[1], "", found[2] or "")
        end = found.end()
    yield _Piece("text", text[end:])


@dataclass(slots=True)
class _Writer:
    """Collects Markdown; ``frames`` are the quotes and panels that are open."""

    names: Names
    frames: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    open_text: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)

    def take(self, piece: _Piece) -> None:
        match piece.kind:
            case "text":
                self.open_text.append(piece.text)
            case "code":
                self._take_code(piece.text)
            case "block":
                self._flush()
                self._put(_fence(piece))
            case _:
                self._flush()
                self._frame(piece)

    def _take_code(self, text: str) -> None:
        """Code in the middle of a line, held apart by a sign that no text holds."""
        self.open_text.append(f"\0{len(self.spans)}\0")
        self.spans.append(code_span(text) if text.strip() else text)

    def _frame(self, piece: _Piece) -> None:
        if piece.kind in self.frames:
            del self.frames[self.frames.index(piece.kind) :]
            self.lines.append("")
            return
        if len(self.frames) < _DEEPEST:
            self.frames.append(piece.kind)
        title = _TITLE.search(piece.argument)
        if title and title[1].strip():
            self._put([f"**{to_spans(title[1].strip(), self.names)}**"])

    def _flush(self) -> None:
        text = "".join(self.open_text).strip("\n")
        self.open_text.clear()
        lines: Iterable[str] = [line.rstrip() for line in text.split("\n")]
        if "|" in text:
            lines = _join_cells(lines)
        for role, group in groupby(lines, key=_role):
            self._put(self._shape(role, list(group)))

    def _shape(self, role: Role, lines: Sequence[str]) -> list[str]:
        match role:
            case "blank" | "rule":
                return ["---"] if role == "rule" else []
            case "table":
                return to_table(lines, self.names)
            case "item":
                return list(_items(lines, self.names))
            case _:
                show = _LINES[role]
                return [show(line, self.names) for line in lines]

    def _put(self, lines: Iterable[str]) -> None:
        prefix = "> " * len(self.frames)
        fresh = list(lines)
        if prefix:
            fresh = [prefix + line if line else prefix.rstrip() for line in fresh]
        if fresh and self.lines and self.lines[-1]:
            self.lines.append(self._gap(prefix))
        self.lines += fresh

    def _gap(self, prefix: str) -> str:
        """Between two blocks of one quote, a blank line within that quote."""
        return prefix.rstrip() if self.lines[-1].startswith(prefix.rstrip()) else ""

    def finish(self) -> str:
        self._flush()
        text = "\n".join(self.lines).strip("\n")
        if not self.spans:
            return text
        return _SPAN_PLACE.sub(lambda found: self._span(int(found[1])), text)

    def _span(self, number: int) -> str:
        return self.spans[number] if number < len(self.spans) else ""


def _join_cells(lines: Iterable[str]) -> Iterator[str]:
    """A row of a table goes on until its last bar, over lines if need be."""
    row = ""
    for line in lines:
        begins = line.lstrip().startswith("|")
        if row and (begins or not line.strip()):
            yield row
            row = ""
        if row or begins:
            row += f"\\\\ {line}" if row else line
        else:
            yield line
        if row.endswith("|"):
            yield row
            row = ""
    if row:
        yield row


def _fence(piece: _Piece) -> list[str]:
    longest = max((len(run) for run in re.findall("`+", piece.text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = _LANGUAGE.search(piece.argument)
    body = piece.text.removeprefix("\n").removesuffix("\n")
    return [fence + (language[1] if language else ""), *body.split("\n"), fence]


def _role(line: str) -> Role:
    sign = line.lstrip()[:1]
    if not sign:
        return "blank"
    if sign == "|":
        return "table"
    for find, role in _ROLES.get(sign, ()):
        if find(line):
            return role
    return "prose"


def _heading(line: str, names: Names) -> str:
    found = _HEADING.match(line)
    level = int(found[1]) if found else 1
    rest = line[found.end() :] if found else line
    return f"{'#' * level} {to_spans(rest, names)}"


def _quoted(line: str, names: Names) -> str:
    return f"> {to_spans(_QUOTED.sub('', line), names)}"


def _prose(line: str, names: Names) -> str:
    """A line of a paragraph; white space before it would make it code."""
    shown = to_spans(line.strip().removesuffix("\\\\").rstrip(), names)
    return _LOOKS_LIKE_BLOCK.sub(r"\\", shown, count=1) if _is_block(shown) else shown


_LINES = {"heading": _heading, "quoted": _quoted, "prose": _prose}


def _is_block(shown: str) -> bool:
    return shown[:1] in _BLOCK_SIGNS and _LOOKS_LIKE_BLOCK.match(shown) is not None


def _items(lines: Iterable[str], names: Names) -> Iterator[str]:
    for line in lines:
        found = _ITEM.match(line)
        marks = found[1] if found else "*"
        rest = line[found.end() :] if found else line
        if marks.startswith("-"):
            marks = "*" * len(marks)
        indent = "".join("   " if mark == "#" else "  " for mark in marks[:-1])
        bullet = "1." if marks.endswith("#") else "-"
        yield f"{indent}{bullet} {_prose(rest, names)}"
