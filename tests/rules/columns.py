"""Facts of several issues as columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.decisions import Facts
from rules.case import value_of
from rules.in_columns import Read
from rules.vocabulary import VOCABULARY


def columns_of(facts: Sequence[Facts]) -> Mapping[str, Sequence[Any]]:
    """A column for every fact; values are wrapped, so that any of them is a key."""
    return {name: [_Raw(value_of(name, each)) for each in facts] for name in VOCABULARY}


def read_as_they_are() -> Mapping[str, Read]:
    return dict.fromkeys(VOCABULARY, lambda raw: raw.value)


class _Raw:
    """A value that is equal to those written alike."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._key = type(value), repr(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Raw) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)
