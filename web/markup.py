"""Strangers' text as harmless HTML: paragraphs, lists, links and code, nothing else.

Every tracker has a markup of its own. None is interpreted in full: what is written is
escaped, the few things that both Markdown and Jira's wiki markup say alike are shown
as such, and what comes out passes an allow-list once more.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import nh3
from markupsafe import Markup, escape

_TAGS = {"p", "br", "ul", "ol", "li", "a", "pre", "code", "strong", "mark"}
_ATTRIBUTES = {"a": {"href"}}
_LONGEST = 100_000
_FENCE = re.compile(
    r"^(?:```[^\n]*\n(?P<md>.*?)^```[ \t]*$"
    r"|\{(?P<tag>code|noformat)(?::[^}\n]*)?\}\n?(?P<wiki>.*?)\{(?P=tag)\})",
    re.MULTILINE | re.DOTALL,
)
_BULLET = re.compile(r"^\s*[-*+•]\s+(?=\S)")
_NUMBERED = re.compile(r"^\s*(?:#|\d{1,3}[.)、])\s+(?=\S)")
_HEADING = re.compile(r"^\s*(?:#{1,6}|h[1-6]\.)\s+(?=\S)")
_SPAN = re.compile(
    r"\[(?P<md>[^\]\n|]{1,300})\]\((?P<md_url>https?://[^\s)]{1,2000})\)"
    r"|\[(?P<wiki>[^\]\n|]{1,300})\|(?P<wiki_url>https?://[^\s\]|]{1,2000})[^\]\n]*\]"
    r"|\*\*(?P<bold>[^*\n]{1,300})\*\*"
    r"|(?P<url>https?://[^\s<>\"'）】》，。；、)\]|]{1,2000})"
)


def to_html(text: str) -> Markup:
    """Text of a tracker, to be put into a page."""
    blocks = "".join(_blocks(text[:_LONGEST].replace("\r\n", "\n")))
    clean = nh3.clean(
        blocks,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - escaped above, and cleaned by nh3


def _blocks(text: str) -> Iterator[str]:
    end = 0
    for fence in _FENCE.finditer(text):
        yield from _prose(text[end : fence.start()])
        code = fence["md"] if fence["tag"] is None else fence["wiki"]
        yield f"<pre><code>{escape(code)}</code></pre>"
        end = fence.end()
    yield from _prose(text[end:])


def _prose(text: str) -> Iterator[str]:
    lines = ((_role(line), line) for line in text.split("\n"))
    for role, group in groupby(lines, key=lambda pair: pair[0]):
        yield from _shape(role, [line for _, line in group])


def _role(line: str) -> str:
    if not line.strip():
        return "blank"
    if _BULLET.match(line):
        return "ul"
    if _HEADING.match(line) and not line.lstrip().startswith("# "):
        return "heading"
    return "ol" if _NUMBERED.match(line) else "p"


def _shape(role: str, lines: Sequence[str]) -> Iterator[str]:
    match role:
        case "p":
            yield f"<p>{'<br>'.join(_inline(line.strip()) for line in lines)}</p>"
        case "heading":
            for line in lines:
                yield f"<p><strong>{_inline(_HEADING.sub('', line))}</strong></p>"
        case "ul" | "ol":
            mark = _BULLET if role == "ul" else _NUMBERED
            items = "".join(f"<li>{_inline(mark.sub('', line))}</li>" for line in lines)
            yield f"<{role}>{items}</{role}>"
        case _:  # blank
            return


def _inline(line: str) -> str:
    parts, end = list[str](), 0
    for found in _SPAN.finditer(line):
        parts.append(str(escape(line[end : found.start()])))
        parts.append(_span(found))
        end = found.end()
    return "".join([*parts, str(escape(line[end:]))])


def _span(found: re.Match[str]) -> str:
    if found["bold"]:
        return f"<strong>{escape(found['bold'])}</strong>"
    url = found["md_url"] or found["wiki_url"] or found["url"]
    label = found["md"] or found["wiki"] or url
    return f'<a href="{escape(url)}">{escape(label)}</a>'


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
