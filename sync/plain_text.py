"""Markdown without its signs: what rules and the matcher read."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_SIGNS = re.compile(r"[\\`*_\[\]<>#|~&]|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LONGEST = 100_000
_CELLS = frozenset({"th_close", "td_close"})


@lru_cache(maxsize=256)
def plain_text(markdown: str) -> str:
    """The words, code and names of images, line by line; addresses are left out.

    Known for as long as a batch is decided on: it is asked for to compare, before and
    then, and for the facts.
    """
    text = markdown[:_LONGEST]
    if not _SIGNS.search(text):
        return markdown
    lines = "".join(_texts(_reader().parse(text))).split("\n")
    kept = (line.strip() for line in lines)
    return "\n".join(line for line in kept if line) + markdown[_LONGEST:]


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
        ["table", "strikethrough"]
    )


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _texts(token.children)
        elif token.content:
            yield _BREAK.sub("\n", token.content)
        if token.type in _CELLS:
            yield " "
        elif token.type in {"softbreak", "hardbreak"} or token.nesting < 0:
            yield "" if token.type.startswith(_INLINE) else "\n"


_INLINE = ("strong", "em", "s_", "link")
