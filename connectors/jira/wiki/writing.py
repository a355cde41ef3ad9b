"""Markdown to wiki markup: what CommonMark's tree says, in Jira's notation."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SAFE_URL = re.compile(
    r"(?:https?|ftp)://[^\s|\]\[{}]+|mailto:[^\s|\]\[{}]+", re.IGNORECASE
)
_SPECIAL = re.compile(
    r"[{}\[\]|]|\\(?![^\W_])|&(?=#?\w{1,31};)"
    r"|(?<![^\W_])[*_+^~-](?=\S)"
    r"|(?<=\S)[*_+^~](?![^\W_])"
    r"|!(?=\S)|\?(?=\?)"
)
_ESCAPES = {"\\": "&#92;", "&": "&amp;"}
"""Two backslashes end a line, so that a backslash cannot escape itself."""
_LINE_START = re.compile(r"(?=h[1-6]\.|bq\.|[*#]{1,8}(?:\s|$)|-{1,5}(?:\s|$))")
_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]{0,20}")
_MARKS: Mapping[str, str] = {"strong": "*", "em": "_", "s": "-"}
_ZERO_WIDTH = "\u200b"


def to_wiki(text: str) -> str:
    """Markdown in wiki markup.

    Text that wiki markup would take for a sign is escaped. Mentions are left as they
    are written: who sends the text makes them harmless.
    """
    root = SyntaxTreeNode(_PARSER.parse(text))
    return "\n\n".join(_blocks(root.children))


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> list[str]:
    return [text for node in nodes if (text := "\n".join(_block(node)))]


def _block(node: SyntaxTreeNode) -> Iterator[str]:
    match node.type:
        case "heading":
            yield f"h{node.tag[1]}. {_one_line(node)}"
        case "bullet_list" | "ordered_list":
            yield from _items(node, "")
        case "blockquote":
            yield from ("{quote}", "\n\n".join(_blocks(node.children)), "{quote}")
        case "fence" | "code_block":
            yield _code(node)
        case "hr":
            yield "----"
        case "table":
            yield from _rows(node)
        case _:
            yield _lines(_inline(node))


def _inline(node: SyntaxTreeNode) -> str:
    """The text of a block that holds nothing but text."""
    return "".join(
        _spans(child.children) if child.type == "inline" else _inline(child)
        for child in node.children
    )


def _one_line(node: SyntaxTreeNode) -> str:
    return _inline(node).replace("\n", " ").strip()


def _lines(text: str) -> str:
    """Lines of prose, none of which begins a list or a heading."""
    return "\n".join(_guarded(line.strip()) for line in text.split("\n"))


def _guarded(line: str) -> str:
    return _ZERO_WIDTH + line if _LINE_START.match(line) else line


def _items(node: SyntaxTreeNode, above: str) -> Iterator[str]:
    marks = (above + ("#" if node.type == "ordered_list" else "*"))[-8:]
    for item in node.children:
        inner = item.children
        is_text = bool(inner) and inner[0].type == "paragraph"
        head = _inline(inner[0]).replace("\n", "\\\\ ") if is_text else ""
        yield f"{marks} {_guarded(head.strip()) or _ZERO_WIDTH}"
        for child in inner[is_text:]:
            is_list = child.type.endswith("_list")
            yield from _items(child, marks) if is_list else _block(child)


def _code(node: SyntaxTreeNode) -> str:
    body = node.content.removesuffix("\n")
    language = _LANGUAGE.match(node.info or "")
    if "{code}" in body:
        return f"{{noformat}}\n{body}\n{{noformat}}"
    opened = f"{{code:{language[0]}}}" if language else "{code}"
    return f"{opened}\n{body}\n{{code}}"


def _rows(node: SyntaxTreeNode) -> Iterator[str]:
    for part in node.children:
        bar = "||" if part.type == "thead" else "|"
        for row in part.children:
            cells = [_cell(cell) for cell in row.children]
            if bar == "|" or any(cell.strip() for cell in cells):
                yield bar + bar.join(cells) + bar


def _cell(node: SyntaxTreeNode) -> str:
    """Never empty: two bars would begin a heading."""
    return _one_line(node) or " "


def _spans(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_span(node) for node in nodes)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "strong" | "em" | "s":
            return _phrase(_MARKS[node.type], _spans(node.children))
        case "code_inline":
            return f"{{{{{_escape(node.content)}}}}}"
        case "link" | "image":
            return _link(node) if node.type == "link" else _image(node)
        case "softbreak" | "hardbreak":
            return "\n"
        case _:
            return _text(node.content)


def _text(content: str) -> str:
    return "\\\\ ".join(_escape(part) for part in _BREAK.split(content))


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\\" + found[0]), text)


def _phrase(mark: str, inner: str) -> str:
    """In braces, which hold also in the middle of a word, as Chinese often needs it."""
    return f"{{{mark}}}{inner}{{{mark}}}" if inner.strip() else inner


def _link(node: SyntaxTreeNode) -> str:
    url, label = str(node.attrs.get("href", "")), _spans(node.children)
    if not _SAFE_URL.fullmatch(url):
        return label if url in {label, ""} else f"{label} ({_escape(url)})"
    if label.replace("\\", "") == url.replace("\\", ""):
        return f"[{url}]"
    return f"[{_label(label)}|{url}]"


def _image(node: SyntaxTreeNode) -> str:
    """As a link: an image of elsewhere would be loaded by everybody who reads it."""
    source = str(node.attrs.get("src", ""))
    label = _escape(node.content) or _escape(source)
    return f"[{_label(label)}|{source}]" if _SAFE_URL.fullmatch(source) else label


def _label(text: str) -> str:
    """In one line; a sign at its beginning would make it a mention or a file."""
    line = text.replace("\n", " ")
    return f"\\{line}" if line.startswith(("~", "^")) else line
