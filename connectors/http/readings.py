"""Every way in which bytes may be read: as they stand, and what they stand for."""

import html
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

_LAYERS = 3
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_STANDARD = str.maketrans("-_", "+/", "=")
_ESCAPED = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read_all(data: bytes) -> Iterator[str]:
    """Yield the text, and what it says once decoded, up to three layers deep.

    Layers are percent-encoding (RFC 3986), JSON's escapes (RFC 8259, section 7), HTML's
    character references, and base64 in either alphabet (RFC 4648), wherever in the text
    it begins.
    """
    layer = {data.decode(errors="replace")}
    seen: set[str] = set()
    for _ in range(_LAYERS + 1):
        yield from layer
        seen |= layer
        layer = {decode(text) for text in layer for decode in _DECODERS} - seen


def _unescape(text: str) -> str:
    plain = _ESCAPED.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    digits, short = escape.groups()
    return chr(int(digits, 16)) if digits else _CONTROL.get(short, short)


def _from_base64(text: str) -> str:
    """What all runs of base64 hold; each from four starts, for what stands before it."""
    runs = (found.translate(_STANDARD) for found in _BASE64.findall(text))
    parts = (_decode_run(run[start:]) for run in runs for start in range(4))
    return "\n".join(parts)


def _decode_run(run: str) -> str:
    whole = run[: len(run) - (len(run) % 4 == 1)]
    return b64decode(whole + "=" * (-len(whole) % 4)).decode(errors="ignore")


_DECODERS: tuple[Callable[[str], str], ...] = (
    unquote_plus,
    _unescape,
    html.unescape,
    _from_base64,
)
