"""Mistakes planted into the product, in memory: each has to break a law by its number.

Every one is what somebody might really write. They say how sharp the simulation is: one
that is not caught is a hole in it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """A mistake in one sentence, and the laws that may tell of it."""

    name: str
    sentence: str
    laws: frozenset[int]
    plant: Plant


BUGS: dict[str, Bug] = {}


def bug(sentence: str, *laws: int) -> Callable[[Plant], Plant]:
    """Put a mistake on the list."""

    def register(plant: Plant) -> Plant:
        name = plant.__name__
        BUGS[name] = Bug(name, sentence, frozenset(laws), plant)
        return plant

    return register


def answering(value: object) -> Callable[..., Awaitable[Any]]:
    """A coroutine function that answers this, whatever it is asked."""

    async def answer(*_: object, **__: object) -> Any:
        return value

    return answer


def replacing(patch: pytest.MonkeyPatch, place: str, before: str, after: str) -> None:
    """Change a named statement of the pool."""
    module, _, name = place.rpartition(".")
    statement = find(place)
    assert before in statement, f"{place} has no {before!r} any more"
    patch.setattr(f"{module}.{name}", statement.replace(before, after))


def find(place: str) -> Any:
    """What stands at a place, such as ``pool.inbox._KEEP``."""
    module, _, name = place.rpartition(".")
    try:
        return getattr(__import__(module, fromlist=["_"]), name)
    except ModuleNotFoundError:
        return getattr(find(module), name)
