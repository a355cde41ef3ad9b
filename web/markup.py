"""Strangers' Markdown as harmless HTML.

Connectors translate each tracker's markup into Markdown; what it says is shown as
CommonMark with tables has it, without any HTML of the writer's own, and what comes out
passes an allow-list (nh3) once more. Links lead to the web or to files of the issue,
never into the pool; images are links, so that nothing is loaded from elsewhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from types import MappingProxyType
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

Files = Mapping[str, str]
"""Where our own pages give out a file, by what the text calls it."""

_NO_FILES: Files = MappingProxyType({})
_TAGS = {
    *("p", "br", "hr", "ul", "ol", "li", "a", "pre", "code", "strong", "em", "s"),
    *("mark", "blockquote", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_LONGEST = 40_000
_LOOSE = re.compile(
    r"(?P<br><br\s*/?>)|(?P<url>https?://[^\s<>\"'（）【】《》，。；、)\]|]{1,2000})",
    re.IGNORECASE,
)
_WEB = ("https://", "http://", "mailto:")


def to_html(text: str, files: Files = _NO_FILES) -> Markup:
    """Markdown of a tracker, to be put into a page."""
    shown = _reader().render(text[:_LONGEST], {"files": files})
    clean = nh3.clean(
        shown,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned by nh3


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt(
        "commonmark", {"html": False, "breaks": True, "maxNesting": 20}
    ).enable(["table", "strikethrough"])
    reader.core.ruler.push("tame", _tame)
    return reader


def _tame(state: StateCore) -> None:
    """Lower headings below the page's own; see to links, images and bare addresses."""
    files: Files = state.env.get("files", _NO_FILES)
    for token in state.tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{min(int(token.tag[1]) + 3, 6)}"
        if token.children:
            token.children = list(_tamed(token.children, files))


def _tamed(tokens: Sequence[Token], files: Files) -> Iterator[Token]:
    in_link = 0
    for token in tokens:
        in_link += (token.type == "link_open") - (token.type == "link_close")
        match token.type:
            case "link_open":
                token.attrs["href"] = _target(str(token.attrs.get("href", "")), files)
                yield token
            case "image":
                yield from _linked_image(token, files)
            case "text":
                yield from _loosened(token.content, in_link=bool(in_link))
            case _:
                yield token


def _target(href: str, files: Files) -> str:
    own = files.get(unquote(href))
    return own or (href if href.lower().startswith(_WEB) else "#")


def _linked_image(token: Token, files: Files) -> Iterator[Token]:
    source = str(token.attrs.get("src", ""))
    yield from _anchor(_target(source, files), token.content or unquote(source))


def _loosened(text: str, *, in_link: bool) -> Iterator[Token]:
    """Text with its line breaks, and with addresses that nobody marked as links."""
    end = 0
    for found in _LOOSE.finditer(text):
        if found["url"] and in_link:
            continue
        yield _plain(text[end : found.start()])
        if found["url"]:
            yield from _anchor(found["url"], found["url"])
        else:
            yield Token("hardbreak", "br", 0)
        end = found.end()
    yield _plain(text[end:])


def _anchor(href: str, label: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": href})
    yield _plain(label)
    yield Token("link_close", "a", -1)


def _plain(text: str) -> Token:
    return Token("text", "", 0, content=text)


def highlight(text: str, words: Sequence[str]) -> Markup:
    """Text with the words marked wherever they occur, whatever their case."""
    folded = text.lower()
    if len(folded) != len(text):
        return escape(text)
    lit = _covered(folded, [word.lower() for word in words if word])
    pieces = (
        (is_lit, escape("".join(text[at] for at in run)))
        for is_lit, run in groupby(range(len(text)), key=lambda at: at in lit)
    )
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if is_lit else piece
        for is_lit, piece in pieces
    )


def _covered(text: str, words: Sequence[str]) -> set[int]:
    return {
        at
        for word in words
        for found in re.finditer(f"(?={re.escape(word)})", text)
        for at in range(found.start(), found.start() + len(word))
    }


def web_address(url: str) -> str:
    """The address if a browser may follow it; otherwise nothing happens there."""
    return url if url.startswith(("https://", "http://")) else "#"
