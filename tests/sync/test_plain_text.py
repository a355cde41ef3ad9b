import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.plain_text import plain_text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("资金报表导出", "资金报表导出"),
        ("**Export** the *report*", "Export the report"),
        ("- a\n- b\n\n1. c", "a\nb\nc"),
        ("| a | b |\n| --- | --- |\n| c | d<br>e |", "a b\nc d\ne"),
        ("see [the offer](https://a.example/b)", "see the offer"),
        ("![screen.png](screen.png)", "screen.png"),
        ("```sql\nselect 1\n```\nafter", "select 1\nafter"),
        ("2 \\* 3 &lt; 7", "2 * 3 < 7"),
        ("a\nb", "a\nb"),
        ("<div>\n*block* text\n</div>", "<div>\nblock text\n</div>"),
    ],
)
def test_rules_read_words_without_signs(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


@given(
    st.lists(st.sampled_from([*"*_`[]()#>|-1.\n ~<&\\", "文", "ab", "br"])).map("".join)
)
def test_no_word_is_lost_but_the_targets_of_links(markdown: str) -> None:
    kept = "".join(plain_text(markdown).split())
    bare = re.sub(r"\[[^\]]*\]\s*(\([^)]*\)|:.*)|<[^>\n]*>|`+.*", "", markdown)
    assert kept.count("文") >= bare.count("文")
