"""What stands within a line: emphasis, code, links, mentions, images, plain text.

Every pattern stops at the next sign of its own kind, so that a line of ten thousand
unclosed brackets costs no more than any other.
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Literal

Names = Mapping[str, str]
"""What people are called, by the id that mentions carry."""

_DEEPEST = 6
_LETTER = r"[^\W_]"
_SAFE_URL = re.compile(r"(?:https?|ftp)://\S+|mailto:\S+", re.IGNORECASE)

_SPAN = re.compile(
    r"(?P<turn>\\\\(?=\s|$))|\\(?P<escaped>[^\w\s]|_)"
    r"|\{\{(?P<mono>(?:[^\n{}\\]|\\.|\}(?!\}))+)\}\}"
    r"|(?P<silent>\{(?:color|anchor)(?::[^{}\n]{0,200})?\})"
    r"|\[~(?P<mention>[^\[\]\n|]{1,300})\]"
    r"|\[\^(?P<file>[^\[\]\n|]{1,300})(?:\|[^\[\]\n]*)?\]"
    r"|\[(?P<link>(?:[^\[\]\n\\]|\\.){1,4000})\]"
    r"|!(?P<image>[^\s!|\n][^!|\n]{0,500})(?:\|[^!\n]{0,500})?!"
    r"|(?P<url>(?:https?|ftp)://[^\s\[\]|{}<>\"'（）【】《》，。；、]{1,2000})"
    r"|(?P<mark>(?<![^\W_])(?<![}\\])[*_\-]|\{[*_\-]\}|\?\?)"
)
_BEGINS = re.compile(
    r"\\|\[|\{(?=[{ca*_\-])|!(?=[^\s!|])|\?(?=\?)|h(?=ttps?://)|f(?=tp://)"
    r"|\*(?=\S)(?<![^\W_].)|_(?=\S)(?<![^\W_].)|-(?=[^\s-])(?<![^\W_].)"
)
"""Where a span may begin, by its first sign: looked for first, since most text has few.
Each way begins with one sign, so that the search runs over a set of them."""

_IMAGE = re.compile(
    r"(?:https?://\S+|[^/\\]+)\.(?:png|jpe?g|gif|bmp|svg|webp|tiff?)", re.IGNORECASE
)
_PHRASES: Mapping[str, re.Pattern[str]] = {
    "*": re.compile(rf"\*(?=\S)((?:[^*\n\\]|\\.)+)(?<=\S)\*(?!{_LETTER}|\{{)"),
    "_": re.compile(rf"_(?=\S)((?:[^_\n\\]|\\.)+)(?<=\S)_(?!{_LETTER}|\{{)"),
    "-": re.compile(rf"-(?=[^\s-])((?:[^-\n\\]|\\.)+)(?<=\S)-(?!{_LETTER}|[{{-])"),
    "??": re.compile(r"\?\?(?=\S)((?:[^?\n\\]|\\.)+)(?<=\S)\?\?"),
    **{
        f"{{{mark}}}": re.compile(
            rf"\{{{re.escape(mark)}\}}(?=\S)"
            rf"((?:[^{{}}\n\\]|\\.|\{{[{others}]\}}|\{{\{{[^{{}}\n]*\}}\}})+)"
            rf"(?<=\S)\{{{re.escape(mark)}\}}"
        )
        for mark, others in (("*", r"_\-"), ("_", r"*\-"), ("-", "*_"))
    },
}
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_LABEL = re.compile(r"(?:[^|\\]|\\.)*")
_AROUND = {"*": "**", "_": "*", "-": "~~", "?": "*"}

_SPECIAL = re.compile(
    r"[\\`\[\]<]|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~"
    r"|(?<=!)(?=\[)"
)

_MAY_BE_SPECIAL = re.compile(r"[\\`\[\]<*_~]")
_MAY_CHANGE = re.compile(r"\\|\{|\[|\]|!|\*|_|-|\?|`|<|~|\||:(?=//)")
"""Either of the two, a link, or a bar in a cell; most lines hold none of them."""
_BAR = re.compile(r"(?<!\\)\|")


def to_spans(
    line: str, names: Names, *, deep: int = 0, place: Literal["", "cell"] = ""
) -> str:
    """One line, or one cell of a table, in Markdown."""
    if not _MAY_CHANGE.search(line):
        return line
    parts, end, at = list[str](), 0, 0
    while begun := _BEGINS.search(line, at):
        at = begun.end()
        found = _SPAN.match(line, begun.start())
        if found is None:
            continue
        shown, after = _show(found, names, deep)
        if shown is None:
            at = after
            continue
        parts += (escape(line[end : found.start()]), shown)
        end = at = after
    text = "".join((*parts, escape(line[end:])))
    return text if place != "cell" else _BAR.sub(r"\|", text)


def escape(text: str) -> str:
    """Plain text, so that Markdown shows it as it is."""
    if not _MAY_BE_SPECIAL.search(text):
        return text
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def code_span(text: str) -> str:
    """Code within a line, whatever it holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    edges = text[:1] + text[-1:]
    pad = " " if text.strip() and ("`" in edges or edges == "  ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _show(found: re.Match[str], names: Names, deep: int) -> tuple[str | None, int]:
    """In Markdown, and where it ends; None when it is plain text after all."""
    match found.lastgroup:
        case "mark":
            return _phrase(found, names, deep)
        case "image":
            return _image(found)
        case "silent":
            return "", found.end()
        case "turn":
            return "<br>", found.end()
        case kind:
            return _simple(str(kind), found[str(kind)], names, deep), found.end()


def _simple(kind: str, text: str, names: Names, deep: int) -> str:
    match kind:
        case "escaped":
            return escape_always(text)
        case "mono":
            return code_span(unescape(_ESCAPED.sub(r"\1", text)))
        case "mention":
            return _mention(text, names)
        case "link":
            return _link(text, names, deep)
        case _:
            return f"<{text}>" if kind == "url" else f"[{escape(text)}]({target(text)})"


def _mention(text: str, names: Names) -> str:
    who = text.removeprefix("accountid:")
    return "@" + escape(names.get(who, who))


def escape_always(sign: str) -> str:
    """A sign that somebody escaped stays a sign."""
    return f"\\{sign}" if sign.isascii() else sign


def target(text: str) -> str:
    """Where a link goes, in Markdown's own brackets."""
    cleaned = text.strip().replace("<", "%3C").replace(">", "%3E")
    return f"<{cleaned}>" if re.search(r"[\s()]", cleaned) else cleaned


def _link(text: str, names: Names, deep: int) -> str:
    label = (_LABEL.match(text) or [""])[0]
    bar, rest = text[len(label) : len(label) + 1], text[len(label) + 1 :]
    where = rest.partition("|")[0] if bar else label
    where = where.strip()
    if bar and where.startswith("~"):
        who = where[1:].removeprefix("accountid:")
        return "@" + escape(names.get(who, label))
    if not _SAFE_URL.fullmatch(where):
        return escape(f"[{text}]")
    if not bar:
        return f"<{where}>"
    shown = to_spans(label, names, deep=_DEEPEST if deep else deep + 1)
    return f"[{_unlinked(shown)}]({target(where)})"


def _unlinked(shown: str) -> str:
    """A link cannot hold another."""
    return re.sub(r"<(https?://[^<>]*)>", lambda found: escape(found[1]), shown)


def _image(found: re.Match[str]) -> tuple[str | None, int]:
    name = found["image"].strip()
    if not _IMAGE.fullmatch(name):
        return None, found.start() + 1
    return f"![{escape(name)}]({target(name)})", found.end()


def _phrase(found: re.Match[str], names: Names, deep: int) -> tuple[str | None, int]:
    mark = found["mark"]
    phrase = _PHRASES[mark].match(found.string, found.start())
    if phrase is None or deep >= _DEEPEST:
        return None, found.end()
    around = _AROUND[mark.strip("{}")[0]]
    inner = to_spans(phrase[1], names, deep=deep + 1)
    return f"{around}{inner}{around}", phrase.end()
