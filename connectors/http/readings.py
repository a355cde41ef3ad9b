"""Every way in which bytes may be read: as they stand, and what they stand for."""

import html
import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote_plus

_LAYERS = 4
_SHORT = 300
_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_WORD = r"(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]+)"
_PLAIN = re.compile(rf"[/_-]*{_WORD}(?:[/_-]+{_WORD})*[/_-]*")
"""Words, numbers and paths; encoded text mixes its letters."""
_STANDARD = str.maketrans("-_", "+/")
_ESCAPED = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read_all(data: bytes) -> Sequence[str]:
    """The text, and what it says once decoded, up to four layers deep.

    Layers are percent-encoding (RFC 3986), JSON's escapes (RFC 8259, section 7), HTML's
    character references, and base64 in either alphabet (RFC 4648), wherever in the text
    it begins.
    """
    return _read_short(data) if len(data) <= _SHORT else tuple(_read(data))


@lru_cache(maxsize=1024)
def _read_short(data: bytes) -> tuple[str, ...]:
    """Headers and paths are the same again and again."""
    return tuple(_read(data))


def _read(data: bytes) -> Iterator[str]:
    layer = {data.decode(errors="replace")}
    seen: set[str] = set()
    for _ in range(_LAYERS + 1):
        yield from layer
        seen |= layer
        layer = {
            decode(text)
            for text in layer
            for decode, signs in _DECODERS
            if any(sign in text for sign in signs)
        } - seen


def _unescape(text: str) -> str:
    plain = _ESCAPED.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    digits, short = escape.groups()
    return chr(int(digits, 16)) if digits else _CONTROL.get(short, short)


def _from_base64(text: str) -> str:
    """What all runs of base64 hold; each from four starts, for what stands before it."""
    runs = (
        run.translate(_STANDARD)
        for run in _RUN.findall(text)
        if not _PLAIN.fullmatch(run)
    )
    parts = (_decode_run(run[start:]) for run in runs for start in range(4))
    return "\n".join(parts)


def _decode_run(run: str) -> str:
    whole = run[: len(run) - (len(run) % 4 == 1)]
    return a2b_base64(whole + "=" * (-len(whole) % 4)).decode(errors="ignore")


_DECODERS: tuple[tuple[Callable[[str], str], Sequence[str]], ...] = (
    (unquote_plus, ("%", "+")),
    (_unescape, ("\\",)),
    (html.unescape, ("&",)),
    (_from_base64, ("",)),
)
"""Each with what a text holds that it can decode."""
