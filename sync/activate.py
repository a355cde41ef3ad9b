"""Make a ruleset the one that runs, on every host at once."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from model.errors import RulesetError
from pool import rulesets, runs
from pool.audit import Entry, append
from pool.database import Connection
from pool.rulesets import Activation
from rules.ruleset import Ruleset
from sync.draft import Examined, examine, get_project_id
from sync.engine import Engine


class Outdated(ValueError):  # noqa: N818 - says what is wrong with the input
    """Somebody activated another ruleset since this one was begun."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who does it, and why."""

    by: str
    reason: str = ""


async def activate(
    engine: Engine,
    ruleset: Ruleset,
    actor: str,
    *,
    reason: str = "",
    project: str = "",
    based_on: int | None = None,
) -> int:
    """Store a ruleset's texts and have its issues decided on again; overrides stay.

    A general ruleset takes along the projects' own rulesets that extend it.

    Args:
        engine: the surroundings.
        ruleset: sound by itself.
        actor: who.
        reason: why; kept for good.
        project: slug of the project whose issues alone it decides on; empty for all
            that have no own ruleset.
        based_on: the number that was active when the text was begun; None for any.

    Returns:
        The activation's number; 0 when this very ruleset runs already.

    Raises:
        RulesetError: an example fails, or a project's ruleset would break.
        UnknownProject: there is no such project.
        Outdated: another one than ``based_on`` is active.
    """
    async with engine.database.transaction() as connection:
        identity = await get_project_id(connection, project)
        await rulesets.hold(connection)
        before = await rulesets.find_active(connection, identity)
        if before and before.fingerprint == ruleset.fingerprint:
            return 0
        if based_on is not None and based_on != (before.number if before else 0):
            raise Outdated(f"number {before.number if before else 0} is active")
        signed = Signed(actor, reason)
        number = await put_in_force(engine, connection, ruleset, identity, signed)
    await engine.wake("tick", "")
    return number


async def put_in_force(
    engine: Engine,
    connection: Connection,
    ruleset: Ruleset,
    project: UUID | None,
    signed: Signed,
) -> int:
    """Examine and activate inside a transaction; answers the number.

    Raises:
        RulesetError: something stands against it.
    """
    examined = await examine(connection, ruleset, project, engine.trackers)
    if examined.problems:
        raise RulesetError(examined.problems)
    number = await _store(engine, connection, ruleset, project, signed)
    await _take_along(engine, connection, examined, number, signed)
    if project is not None:
        await runs.set_aside_projects(connection, [project])
    else:
        await runs.set_aside_all(connection, await _unmoved(connection, examined))
    return number


async def _take_along(
    engine: Engine,
    connection: Connection,
    examined: Examined,
    number: int,
    signed: Signed,
) -> None:
    for follower in examined.followers:
        if follower.ruleset.fingerprint == follower.before.fingerprint:
            continue
        along = Signed(signed.by, f"№ {number}")
        project = follower.before.project_id
        await _store(engine, connection, follower.ruleset, project, along)


async def _unmoved(connection: Connection, examined: Examined) -> Collection[UUID]:
    """Projects whose own ruleset does not build on the general one."""
    active = await rulesets.find_active_fingerprints(connection)
    following = {follower.before.project_id for follower in examined.followers}
    return set(active.own if active else ()) - following


async def _store(
    engine: Engine,
    connection: Connection,
    ruleset: Ruleset,
    project: UUID | None,
    signed: Signed,
) -> int:
    before = await rulesets.find_active(connection, project)
    now = engine.clock()
    activation = Activation(
        id=engine.ids(),
        name=ruleset.name,
        main=ruleset.name,
        files=ruleset.texts,
        fingerprint=ruleset.fingerprint,
        activated_by=signed.by,
        activated_at=now,
        reason=signed.reason,
        project_id=project,
    )
    number = await rulesets.activate(connection, activation)
    entry = Entry(
        at=now,
        actor=signed.by,
        action="activate",
        subject=f"ruleset {ruleset.name}",
        cause=signed.reason,
        before=before.fingerprint if before else None,
        after=ruleset.fingerprint,
    )
    await append(connection, entry)
    return number
