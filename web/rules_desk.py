"""What a person can do with rulesets."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from model.errors import RulesetError
from model.trackers import Trackers
from pool.database import Connection
from rules.simulate import Simulation
from sync.activate import activate
from sync.draft import Examined, examine_text, get_project_id
from sync.engine import Engine
from sync.retire import retire
from sync.rollback import rollback
from sync.simulate import simulate


class Examine(Protocol):
    """See :func:`sync.draft.examine_text`."""

    async def __call__(
        self, connection: Connection, text: str, project: UUID | None
    ) -> Examined:
        """Find what stands against a text."""
        ...


class Activate(Protocol):
    """Loads a text and activates it; see :func:`sync.activate.activate`."""

    async def __call__(
        self, text: str, by: str, reason: str, project: str, based_on: int | None
    ) -> int:
        """Make it the ruleset that runs."""
        ...


class Simulate(Protocol):
    """Loads a text and tries it; see :func:`sync.simulate.simulate`."""

    async def __call__(self, text: str, project: str) -> Simulation:
        """Decide on the whole pool under it, and change nothing."""
        ...


class Rollback(Protocol):
    """See :func:`sync.rollback.rollback`."""

    async def __call__(self, actor: str, *, number: int, reason: str) -> int:
        """Go back to an earlier one."""
        ...


class Retire(Protocol):
    """See :func:`sync.retire.retire`."""

    async def __call__(self, project: str, actor: str, reason: str) -> bool:
        """Let the general one decide again."""
        ...


@dataclass(frozen=True, slots=True)
class RulesDesk:
    """The acts, each bound to the engine; and what rulesets are written for."""

    trackers: Trackers
    examine: Examine
    activate: Activate
    simulate: Simulate
    rollback: Rollback
    retire: Retire


def rules_desk_of(engine: Engine) -> RulesDesk:
    """The acts through an engine."""
    return RulesDesk(
        trackers=engine.trackers or {},
        examine=partial(_examine, engine),
        activate=partial(_activate, engine),
        simulate=partial(_simulate, engine),
        rollback=partial(rollback, engine),
        retire=partial(retire, engine),
    )


async def _examine(
    engine: Engine, connection: Connection, text: str, project: UUID | None
) -> Examined:
    return await examine_text(connection, text, project, engine.trackers)


async def _activate(
    engine: Engine, text: str, by: str, reason: str, project: str, based_on: int | None
) -> int:
    async with engine.database.transaction() as connection:
        identity = await get_project_id(connection, project)
        examined = await _examine(engine, connection, text, identity)
    if examined.ruleset is None:
        raise RulesetError(examined.problems)
    return await activate(
        engine,
        examined.ruleset,
        by,
        reason=reason,
        project=project,
        based_on=based_on,
    )


async def _simulate(engine: Engine, text: str, project: str) -> Simulation:
    async with engine.database.transaction() as connection:
        identity = await get_project_id(connection, project)
        examined = await _examine(engine, connection, text, identity)
    if examined.ruleset is None:
        raise RulesetError(examined.problems)
    return await simulate(
        engine.database, engine.clock, examined.ruleset, project=identity
    )
