import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.strict_json import (
    MAX_DEPTH,
    JsonValue,
    NotStrictJson,
    parse_object,
    parse_value,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | INTEGERS
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=30,
)


@given(VALUES, st.booleans())
def test_everything_that_all_parsers_agree_on_is_read(
    value: JsonValue, ascii_only: bool
) -> None:
    assert parse_value(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotStrictJson):
        assert isinstance(parse_object(body), dict)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "invalid_json"),
        (b"{} {}", "invalid_json"),
        (b"{'a': 1}", "invalid_json"),
        (b'{"a": "\x00"}', "invalid_json"),
        (b"[1]", "not_an_object"),
        (b"\xef\xbb\xbf{}", "bom"),
        ("{}".encode("utf-16"), "bom"),
        (b'{"a": "\xff"}', "invalid_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "invalid_utf8"),
        (b'{"a": NaN}', "not_finite"),
        (b'{"a": -Infinity}', "not_finite"),
        (b'{"a": 1e999}', "not_finite"),
        (b'{"a": 9223372036854775808}', "integer_too_large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "integer_too_large"),
        (b'{"a": 1, "\\u0061": 2}', "duplicate_key"),
        (b'{"a": {"b": 1, "b": 1}}', "duplicate_key"),
        (b'{"a": "x\\u0000"}', "nul"),
        (b'{"\\u0000": 1}', "nul"),
        (b'{"a": ["\\uD83D"]}', "lone_surrogate"),
        (b'{"\\udc00": 1}', "lone_surrogate"),
    ],
)
def test_what_parsers_disagree_about_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(NotStrictJson) as refused:
        parse_object(body)
    assert refused.value.reason == reason


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH])
def test_depth_up_to_the_limit_is_read(levels: int) -> None:
    assert parse_value(b"[" * levels + b"]" * levels) is not None


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 100_000])
def test_depth_beyond_the_limit_is_refused(levels: int) -> None:
    with pytest.raises(NotStrictJson, match="too_deep"):
        parse_value(b'{"a":' * levels + b"1" + b"}" * levels)


def test_a_whole_surrogate_pair_and_an_escaped_backslash_are_text() -> None:
    assert parse_value(b'["\\ud83d\\ude00", "\\\\u0000", "\\\\ud800"]') == [
        "😀",
        "\\u0000",
        "\\ud800",
    ]
