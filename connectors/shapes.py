"""Takes fields out of JSON that a tracker wrote, or says which one is not as documented.

Webhook bodies go field by field: each is missing, mistyped or there. Answers are read
whole, under :func:`understanding`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import GenericAlias, new_class
from typing import Any, TypedDict

import msgspec
import orjson

from connectors.strict_json import JsonObject
from model.errors import PermanentError


class MistypedField(ValueError):  # noqa: N818 - says what the body holds
    """A field is missing, or not what the tracker documents."""

    def __init__(self, name: str) -> None:
        super().__init__(f"mistyped_field: {name}")


Parse = Callable[[bytes], Any]
"""Reads an answer's JSON; a ``ValueError`` where it is none."""


def parse_answer(content: bytes) -> Any:
    """An answer's JSON.

    orjson takes a quarter of the time that ``json`` does, but refuses halves of
    surrogate pairs, which trackers send where they cut a text off.

    Raises:
        ValueError: it is no JSON, or too deep.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _parse_slowly(content)


def _parse_slowly(content: bytes) -> Any:
    try:
        return json.loads(content)
    except RecursionError as error:
        message = "the answer is nested too deep"
        raise ValueError(message) from error


class _Object(TypedDict, total=False):
    """Any of its fields may be missing."""


def shape(*plain: str, **inner: Any) -> Any:
    """An object's fields that are read: plain ones whole, others by their own shapes."""
    fields = dict.fromkeys(plain, Any) | {name: it | None for name, it in inner.items()}
    told = {"__annotations__": fields}
    return new_class("Shape", (_Object,), {"total": False}, lambda it: it.update(told))


def list_of(inner: Any) -> Any:
    """A list of objects of a shape."""
    return GenericAlias(list, (inner,))


def parse_as(known: Any) -> Parse:
    """What parses an answer as far as a shape goes, for half of the time.

    Nothing is made of the rest, which is most of what trackers write. What is not of its
    shape is read whole, so that whoever reads it says what is wrong.
    """
    decoder = msgspec.json.Decoder(known)

    def parse(content: bytes) -> Any:
        try:
            return decoder.decode(content)
        except (ValueError, RecursionError):
            return parse_answer(content)

    return parse


def get_object(body: JsonObject, name: str) -> JsonObject:
    """An object that has to be there.

    Raises:
        MistypedField: it is not.
    """
    value = body.get(name)
    if not isinstance(value, dict):
        raise MistypedField(name)
    return value


def find_object(body: JsonObject, name: str) -> JsonObject:
    """An object, empty when it is absent or null."""
    return get_object(body, name) if body.get(name) is not None else {}


def find_text(body: JsonObject, name: str) -> str:
    """A text, empty when it is absent or null."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise MistypedField(name)
    return value or ""


def get_id(body: JsonObject, name: str) -> int:
    """A positive integer that has to be there.

    Raises:
        MistypedField: it is not.
    """
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise MistypedField(name)
    return value


def find_moment(
    body: JsonObject, name: str, parse: Callable[[str], datetime]
) -> datetime | None:
    """A moment as ``parse`` reads it, None when it is absent or null."""
    text = find_text(body, name)
    try:
        return parse(text) if text else None
    except (ValueError, OverflowError) as error:
        raise MistypedField(name) from error


@dataclass(frozen=True, slots=True)
class understanding:  # noqa: N801 - reads like the context manager that it is
    """Name an answer that lacks what its tracker documents, instead of a ``KeyError``.

    Raises:
        PermanentError: ``answer_not_understood``.
    """

    subject: str

    def __enter__(self) -> None:
        """Nothing is understood yet."""

    def __exit__(
        self, _kind: object, error: BaseException | None, _trace: object
    ) -> None:
        """Only what reading a shape ends in is translated."""
        if isinstance(error, (KeyError, TypeError, ValueError, AttributeError)):
            params = {"subject": self.subject, "detail": repr(error)[:200]}
            raise PermanentError("answer_not_understood", params) from error
