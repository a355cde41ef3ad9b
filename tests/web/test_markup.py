import re

from hypothesis import given
from hypothesis import strategies as st

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
            "{code}",
            "{noformat}",
            "https://a.example/'\"><svg/onload=alert(1)>",
            "&lt;script&gt;",
            "文字",
        ]
    )
).map("".join)

ALLOWED = re.compile(
    r'<(/?(p|br|ul|ol|li|pre|code|strong)|a href="https?://[^"<>]*"'
    r' rel="nofollow noopener noreferrer"|/a)>'
)


@given(PIECES | st.text())
def test_nothing_but_the_allowed_tags_comes_out(text: str) -> None:
    assert "<" not in ALLOWED.sub("", to_html(text))


def test_lists_links_and_code_are_shown() -> None:
    assert to_html("a\n* b\n* c\n1. d\n[e|https://f.example]\n```\n<g>\n```") == (
        "<p>a</p><ul><li>b</li><li>c</li></ul><ol><li>d</li></ol>"
        '<p><a href="https://f.example" rel="nofollow noopener noreferrer">e</a></p>'
        "<pre><code>&lt;g&gt;\n</code></pre>"
    )


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
