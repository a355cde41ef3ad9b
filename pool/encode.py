"""Frozen nouns to JSON and back, for jsonb columns."""

import hashlib
import json
from collections.abc import Hashable
from functools import cache
from typing import Any, cast

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))


def encode(value: Any, kind: Hashable = None) -> Any:
    """A noun as plain JSON values; ``kind`` is needed for unions alone."""
    chosen = cast("Hashable", type(value)) if kind is None else kind
    return _adapter(chosen).dump_python(value, mode="json")


def decode(value: Any, kind: Hashable) -> Any:
    """The noun that :func:`encode` made JSON of."""
    return _adapter(kind).validate_python(value)


def to_text(value: Any) -> str:
    """Plain JSON values for people to read, on several lines."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def digest(value: Any) -> str:
    """SHA-256 of plain JSON values.

    Neither the order of keys nor that of words in a list counts: sets of labels come
    from :func:`encode` in any order.
    """
    canonical = json.dumps(in_order(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def in_order(value: Any) -> Any:
    """Plain JSON values of which two are equal when they say the same."""
    match value:
        case dict():
            return {key: in_order(item) for key, item in value.items()}
        case list() if all(isinstance(item, str) for item in value):
            return sorted(value)
        case list():
            return [in_order(item) for item in value]
        case _:
            return value


def jsonb(value: Any) -> Jsonb | None:
    """A value for a jsonb column; None stays NULL."""
    return None if value is None else Jsonb(value)
