"""What the pages work with: the pool to read, and the acts of a person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from model.clock import Clock
from model.decisions import PoolState, Section
from pool.database import Database
from sync.advance import advance
from sync.engine import Engine
from sync.overrule import overrule

Overrule = Callable[[UUID, Section, str | None, str, str], Awaitable[None]]
"""Requirement, section, value (None revokes), reason, by whom."""

Advance = Callable[[UUID, PoolState, str, str], Awaitable[None]]
"""Requirement, state, reason, by whom."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The pool, the time, and what a person can do.

    ``overrule`` and ``advance`` raise ValueError for input that cannot be, LookupError
    for a requirement that is not there.
    """

    database: Database
    clock: Clock
    overrule: Overrule
    advance: Advance


def desk_of(engine: Engine) -> Desk:
    """A desk at which people's acts go through the engine."""
    return Desk(
        database=engine.database,
        clock=engine.clock,
        overrule=partial(overrule, engine),
        advance=partial(advance, engine),
    )


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(_desk)]
"""The desk, as a parameter of a route."""
