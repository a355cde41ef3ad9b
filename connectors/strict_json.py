"""Reads JSON that strangers wrote: RFC 8259, and nothing that parsers disagree about.

Python's own reader takes UTF-16, ``NaN``, duplicate keys, lone surrogates, integers of
any size; PostgreSQL's jsonb and other readers do not.
"""

import json
import math
from collections.abc import Iterable
from typing import NoReturn

from model.deliveries import Quarantined

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]

MAX_DEPTH = 64
_MAX_INTEGER = 2**63


class NotStrictJson(ValueError):  # noqa: N818 - says what the bytes are
    """The bytes are not JSON that everybody reads alike.

    Attributes:
        reason: stable: ``invalid_utf8``, ``bom``, ``invalid_json``, ``too_deep``,
            ``integer_too_large``, ``not_finite``, ``duplicate_key``, ``nul``,
            ``lone_surrogate``, ``not_an_object``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_object(body: bytes) -> JsonObject:
    """Read one JSON object.

    Raises:
        NotStrictJson: it is anything else.
    """
    value = parse_value(body)
    if not isinstance(value, dict):
        raise NotStrictJson("not_an_object")
    return value


def parse_value(body: bytes) -> JsonValue:
    """Read one JSON value of at most 64 levels.

    Raises:
        NotStrictJson: it cannot be read, or not by everybody alike.
    """
    text = _decode(body)
    try:
        value: JsonValue = _DECODER.decode(text)
    except RecursionError as error:
        raise NotStrictJson("too_deep") from error
    except json.JSONDecodeError as error:
        raise NotStrictJson("invalid_json") from error
    _check_depth(value, text)
    _check_escapes(value, text)
    return value


def quarantine_for(error: NotStrictJson, issue_id: str = "") -> Quarantined:
    """Keep the delivery, with the reason why it was not understood."""
    return Quarantined(error.reason, issue_id)


def _decode(body: bytes) -> str:
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise NotStrictJson("bom")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictJson("invalid_utf8") from error


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -_MAX_INTEGER <= (number := int(digits)) < _MAX_INTEGER:  # noqa: PLR2004 - digits of 2^63 and a sign
        raise NotStrictJson("integer_too_large")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrictJson("not_finite")
    return number


def _constant(_name: str) -> NoReturn:
    raise NotStrictJson("not_finite")


def _object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotStrictJson("duplicate_key")
    return made


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)


def _check_depth(value: JsonValue, text: str) -> None:
    """Go down level by level; most bodies have too few brackets to be deep."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise NotStrictJson("too_deep")


def _children(value: JsonValue) -> Iterable[JsonValue]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _check_escapes(value: JsonValue, text: str) -> None:
    r"""Look at each string, but only when an escape makes it necessary.

    A NUL or half of a surrogate pair can come in as ``\u0000`` or ``\ud800`` alone:
    raw ones were refused with the bytes.
    """
    lowered = text.lower()
    if "\\u0000" not in lowered and "\\ud" not in lowered:
        return
    for string in _strings(value):
        if "\0" in string:
            raise NotStrictJson("nul")
        if any("\ud800" <= character <= "\udfff" for character in string):
            raise NotStrictJson("lone_surrogate")


def _strings(value: JsonValue) -> Iterable[str]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            yield from node
        waiting.extend(_children(node))
