import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import takes_under
from web.markup import highlight, to_html, web_address

PIECES = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</p>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            '[x|https://a.example/"onclick=alert(1)]',
            "**b**",
            "\n",
            "* ",
            "# ",
            "h2. ",
            "```",
            "| a | b |\n| --- | --- |\n",
            "![x](a.png)",
            "![x](https://a.example/b.png)",
            "[x](/health)",
            "[x](//a.example)",
            "<javascript:alert(1)>",
            "&#106;avascript:",
            "> ",
            "7. ",
            "~~s~~",
            "<br>",
            "https://a.example/'\"><svg/onload=alert(1)>",
            "&lt;script&gt;",
            "文字",
        ]
    )
).map("".join)

ALLOWED = re.compile(
    r"<(/?(p|br|hr|ul|ol|li|pre|code|strong|em|s|blockquote|h[456]|table|thead|tbody"
    r'|tr|th|td)|ol start="[0-9]+"|a href="(https?://[^"<>]*|mailto:[^"<>]*|#|/files/1)"'
    r' rel="nofollow noopener noreferrer"|/a)>'
)


@given(PIECES | st.text())
def test_nothing_but_the_allowed_tags_comes_out(text: str) -> None:
    shown = to_html(text, {"a.png": "/files/1"})
    assert "<" not in ALLOWED.sub("", shown)


def test_lists_links_code_and_tables_are_shown() -> None:
    text = "a\n* b\n* c\n\n3. d\n\n[e](https://f.example)\n```\n<g>\n```\n|h|\n|-|\n|i<br>j|"
    assert to_html(text).replace("\n", "") == (
        '<p>a</p><ul><li>b</li><li>c</li></ul><ol start="3"><li>d</li></ol>'
        '<p><a href="https://f.example" rel="nofollow noopener noreferrer">e</a></p>'
        "<pre><code>&lt;g&gt;</code></pre><table><thead><tr><th>h</th></tr></thead>"
        "<tbody><tr><td>i<br>j</td></tr></tbody></table>"
    )


def test_a_line_of_a_tracker_is_a_line_of_the_page() -> None:
    assert "a<br>" in to_html("a\nb")


def test_headings_stay_below_those_of_the_page() -> None:
    assert to_html("# a") == "<h4>a</h4>\n"


def test_an_image_is_a_link_to_our_file_or_to_where_it_lies() -> None:
    assert 'href="/files/1"' in to_html(
        "![a b.png](<a b.png>)", {"a b.png": "/files/1"}
    )
    assert "<img" not in to_html("![a](https://b.example/c.png)")


def test_no_link_leads_into_the_pool() -> None:
    for text in ("[a](/health)", "[a](//b.example)", "[a](x)", "![a](/health)"):
        assert 'href="#"' in to_html(text)


@pytest.mark.parametrize(
    "sign", ["> ", "[", "![", "*a ", "_a_", "`", "| ", "<", "&", "- ", "~~", "[a]("]
)
def test_hostile_text_is_shown_in_time(sign: str) -> None:
    assert takes_under(3, lambda: to_html(sign * (100_000 // len(sign))))


def test_a_chinese_full_stop_ends_an_address() -> None:
    assert 'href="https://a.example/b"' in to_html("见https://a.example/b。")


@given(st.text(), st.lists(st.text(max_size=3)))
def test_highlighting_keeps_the_text(text: str, words: list[str]) -> None:
    assert re.sub("</?mark>", "", highlight(text, words)) == highlight(text, [])


def test_overlapping_words_are_one_mark() -> None:
    assert highlight("资金日报", ["资金", "金日"]) == "<mark>资金日</mark>报"


def test_only_web_addresses_are_followed() -> None:
    assert web_address("JaVaScRiPt:alert(1)") == "#"
    assert web_address("https://a.example") == "https://a.example"
