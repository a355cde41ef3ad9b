"""What is said in one markup is said in the other."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from connectors.jira.wiki import to_markdown, to_wiki
from tests.hostile import takes_under

READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
ODD = "ab文字，。*_-{}[]|\\!#~+^.:/@<>&;`'\"()?=1 "

WORDS = (
    st.text(ODD, min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
CODE = st.text(ODD.replace("{", "").replace("}", ""), min_size=1, max_size=8).filter(
    str.strip
)
URLS = st.sampled_from(
    ["https://a.example/b?c=d&e=f#g", "http://文.example/路", "mailto:a@b.example"]
)


def plain(text: str) -> str:
    """Markdown that shows the text, whatever is in it."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def code(text: str) -> str:
    longest = max([len(run) for run in re.findall("`+", text)], default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text.strip()} {fence}"


SPANS = st.one_of(
    WORDS.map(plain),
    WORDS.map(lambda text: f" **{plain(text)}** "),
    WORDS.map(lambda text: f" *{plain(text)}* "),
    CODE.map(lambda text: f" {code(text)} "),
    st.tuples(WORDS, URLS).map(lambda it: f" [{plain(it[0])}]({it[1]}) "),
    URLS.map(lambda url: f" <{url}> "),
)
LINES = st.lists(SPANS, min_size=1, max_size=4).map(lambda it: " ".join(it).strip())
IN_CELLS = LINES.filter(lambda line: not re.search(r"(?<!\\)\|", line))
"""A bar ends a cell, also within code; then what is left of the code is none."""
CELLS = st.lists(IN_CELLS, min_size=2, max_size=2).map(
    lambda cells: "| " + " | ".join(cells) + " |"
)
BLOCKS = st.one_of(
    LINES,
    st.tuples(st.integers(1, 6), LINES).map(lambda it: "#" * it[0] + " " + it[1]),
    st.lists(LINES, min_size=1, max_size=3).map(
        lambda lines: "\n".join(f"- {line}\n  1. {line}" for line in lines)
    ),
    st.lists(CELLS, min_size=2, max_size=4).map(
        lambda rows: "\n".join([rows[0], "| --- | --- |", *rows[1:]])
    ),
    LINES.map(lambda line: f"> {line}"),
    CODE.map(lambda text: f"```sql\n{text.replace('```', '')}\n```"),
    st.just("---"),
)
DOCUMENTS = st.lists(BLOCKS, max_size=4).map("\n\n".join)


def said(markdown: str) -> list[object]:
    """Blocks with their text, spans and targets; white space does not count."""
    return [_block(node) for node in SyntaxTreeNode(READER.parse(markdown)).children]


def _block(node: SyntaxTreeNode) -> object:
    match node.type:
        case "inline":
            return _spans(node)
        case "fence" | "code_block":
            return ("code", node.info.strip(), node.content.strip("\n"))
        case _:
            return (node.type, node.tag, [_block(child) for child in node.children])


def _spans(node: SyntaxTreeNode) -> list[object]:
    found: list[object] = []
    for child in node.children:
        text = "" if child.children else child.content.replace("\u200b", "")
        if child.type in {"text", "softbreak", "hardbreak"}:
            text = text or " "
            found.append(f"{found.pop()}{text}" if _is_text(found) else text)
        else:
            found.append(
                (child.type, text.strip(), child.attrs.get("href"), _spans(child))
            )
    squeezed = [_squeezed(one) for one in found]
    return [one for one in squeezed if one != ""]


def _is_text(found: list[object]) -> bool:
    return bool(found) and isinstance(found[-1], str)


def _squeezed(one: object) -> object:
    return "".join(one.split()) if isinstance(one, str) else one


@settings(max_examples=150)
@given(DOCUMENTS)
@example("\\_\\-  *1*")
@example("\\*\\- **1**")
@example("\\-\\-1\\-")
@example("C:\\\\temp \\*a\\* {panel} \\[~w\\] \\!x.png\\! h1. q \\&amp; -a- 2026-12-20")
def test_markdown_comes_back_from_wiki_as_it_went(markdown: str) -> None:
    assert said(to_markdown(to_wiki(markdown))) == said(markdown)


@settings(max_examples=100)
@given(DOCUMENTS.map(to_wiki))
def test_wiki_comes_back_from_markdown_as_it_went(wiki: str) -> None:
    assert to_wiki(to_markdown(wiki)) == to_wiki(
        to_markdown(to_wiki(to_markdown(wiki)))
    )


LETTERS = re.compile(r"[a-z文字]+")


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                *("*a*", "_b_", "{code}", "{noformat}", "{quote}", "{panel:title=c}"),
                *("[d|https://e.example]", "[~f]", "|g|", "||h||", "!i.png!", "{{j}}"),
                *("#", "*", "-", "\n", "\n\n", "\\\\", "h1.", "bq.", "----", "\r\n"),
                *("{*}k{*}", "文字", "{color:red}", "\x00", ">", "`", "~~", "<l>", "|"),
                *("[", "]", "{", "}", "!", "\\"),
            ]
        ),
        max_size=30,
    ).map(" ".join)
)
def test_no_word_is_lost_whatever_the_markup(wiki: str) -> None:
    known = re.sub(r"\{(?:code|noformat|quote|panel|color)[^}\n]*\}", " ", wiki)
    shown = to_markdown(wiki)
    for word in re.findall(r"(?<![a-z:])[a-gj-z](?![a-z.])|文字", known):
        assert word in shown


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h2. Title", "## Title"),
        ("*a* _b_ -c- {{d}}", "**a** *b* ~~c~~ `d`"),
        ("中文{*}加粗{*}中文", "中文**加粗**中文"),
        ("2 * 3 * 4, snake_case", "2 * 3 * 4, snake_case"),
        ("[a|https://b.example]", "[a](https://b.example)"),
        ("[x|javascript:alert(1)]", "\\[x|javascript:alert(1)\\]"),
        ("[~wang.li] see", "@wang.li see"),
        ("[~accountid:1:2]", "@王丽"),
        ("!pic.png|thumbnail!", "![pic.png](pic.png)"),
        ("[^offer.xlsx]", "[offer.xlsx](offer.xlsx)"),
        ("# a\n## b\n#* c", "1. a\n   1. b\n   - c"),
        ("|a|b|", "|  |  |\n| --- | --- |\n| a | b |"),
        ("||h||\n|a\nb|", "| h |\n| --- |\n| a<br>b |"),
        ("{code:java}\nx\n{code}", "```java\nx\n```"),
        ("see {code}x{code} there", "see `x` there"),
        ("{quote}a{quote}", "> a"),
        ("{panel:title=T}a{panel}", "> **T**\n>\n> a"),
        ("{color:red}a{color}", "a"),
        ("a {code} b", "a {code} b"),
        ("<script>", "\\<script>"),
    ],
)
def test_what_jira_writes_reads_so_in_markdown(wiki: str, markdown: str) -> None:
    assert to_markdown(wiki, {"1:2": "王丽"}) == markdown


@pytest.mark.parametrize(
    ("markdown", "wiki"),
    [
        ("- a\n  1. b", "* a\n*# b"),
        ("**a** `b`", "{*}a{*} {{b}}"),
        ("| h |\n| --- |\n| a |", "||h||\n|a|"),
        ("|  |\n| --- |\n| a |", "|a|"),
        ("[a](https://b.example)", "[a|https://b.example]"),
        ("[a](javascript:alert)", "\\[a\\](javascript:alert)"),
        ("[a](x)", "a (x)"),
        ("2026-12-20, pool-scope::out", "2026-12-20, pool-scope::out"),
        ("{color:red}", "\\{color:red\\}"),
        ("\\* a", "* a"),
        ("![a](https://b.example/c.png)", "[a|https://b.example/c.png]"),
    ],
)
def test_what_we_write_reads_so_in_jira(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown).replace("\u200b", "") == wiki


@pytest.mark.parametrize("convert", [to_markdown, to_wiki])
@pytest.mark.parametrize(
    "sign",
    ["* ", "[", "{{", "{code:a}", "{quote}", "|", "*a", "_a ", "[~", "!a", "*_-", "\\"],
)
def test_hostile_text_costs_no_more_than_its_length(
    convert: Callable[[str], str], sign: str
) -> None:
    text = sign * (20_000 // len(sign))
    assert takes_under(2, lambda: convert(text))
