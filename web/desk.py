"""What the pages work with: the pool to read, and the acts of a person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request

from model.clock import Clock
from model.decisions import PoolState, Section
from pool.database import Connection, Database
from sync.advance import advance
from sync.engine import Engine
from sync.fan_out import Errand, fan_out
from sync.fetch_file import fetch_file
from sync.overrule import overrule
from sync.sitting import open_sitting
from web.operate_desk import OperateDesk, operate_desk_of
from web.rules_desk import RulesDesk, rules_desk_of


class Overrule(Protocol):
    """Requirement, section, value (None revokes), reason, by whom, against which clause."""

    def __call__(
        self,
        requirement: UUID,
        section: Section,
        value: str | None,
        reason: str,
        by: str,
        *,
        clause: str = "",
    ) -> Awaitable[None]:
        """Pin a section, or let the rules decide again."""
        ...


Advance = Callable[[UUID, PoolState, str, str], Awaitable[None]]
"""Requirement, state, reason, by whom."""

FindToday = Callable[[Connection], Awaitable[date]]
"""The day in the ruleset's time zone."""


FanOut = Callable[[UUID, Errand, str, str], Awaitable[None]]
"""Requirement, what to raise and where, reason, by whom."""

FetchFile = Callable[[UUID, str], Awaitable[tuple[str, bytes]]]
"""Issue, attachment: the file's name and its content."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The pool, the time, and what a person can do.

    ``overrule``, ``advance`` and ``fan_out`` raise ValueError for input that cannot be, LookupError
    for a requirement that is not there.
    """

    database: Database
    clock: Clock
    overrule: Overrule
    advance: Advance
    fan_out: FanOut
    find_today: FindToday
    rules: RulesDesk
    operate: OperateDesk
    fetch_file: FetchFile


def desk_of(engine: Engine) -> Desk:
    """A desk at which people's acts go through the engine."""
    return Desk(
        database=engine.database,
        clock=engine.clock,
        overrule=partial(overrule, engine),
        advance=partial(advance, engine),
        fan_out=partial(fan_out, engine),
        find_today=partial(_find_today, engine),
        rules=rules_desk_of(engine),
        operate=operate_desk_of(engine),
        fetch_file=partial(fetch_file, engine),
    )


async def _find_today(engine: Engine, connection: Connection) -> date:
    sitting = await open_sitting(engine, connection)
    return sitting.today if sitting else engine.clock().date()


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(_desk)]
"""The desk, as a parameter of a route."""
