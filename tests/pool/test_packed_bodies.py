"""Bodies come out of the inbox as they went in, whoever packed them."""

import zlib

from hypothesis import example, given
from hypothesis import strategies as st

from pool.inbox import pack, unpack

LONG = b'{"fields": "' + 100 * b"again and " + b'"}'


@example(LONG)
@example(zlib.compress(LONG))
@given(st.binary(max_size=1_000))
def test_what_is_packed_is_unpacked_as_it_was(body: bytes) -> None:
    assert unpack(pack(body), len(body)) == body


def test_packing_makes_shorter() -> None:
    assert len(pack(LONG)) < len(LONG) / 10


def test_what_an_earlier_version_deflated_is_still_read() -> None:
    assert unpack(zlib.compress(LONG, 1), len(LONG)) == LONG
