"""Go back to a ruleset that ran before."""

from uuid import UUID

from model.errors import RulesetError
from pool import rulesets
from pool.database import Connection
from pool.rulesets import Activation
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.activate import Signed, put_in_force
from sync.draft import get_project_id
from sync.engine import Engine


class NothingBefore(LookupError):  # noqa: N818 - says what is wrong with the input
    """There is no earlier ruleset to go back to."""


async def rollback(
    engine: Engine,
    actor: str,
    *,
    number: int | None = None,
    project: str = "",
    reason: str = "",
) -> int:
    """Activate an earlier ruleset again, as a new activation.

    What a run still holds of the ruleset that is left behind is never written: the
    run of this one wants what the trackers show already.

    Args:
        engine: the surroundings.
        actor: who.
        number: of the activation to go back to; None for the one before.
        project: with no number: whose ruleset goes back; empty for the general one.
        reason: why; kept for good.

    Returns:
        The new activation's number; 0 when that very ruleset runs already.

    Raises:
        NothingBefore: there is no such activation.
        UnknownProject: there is no such project.
        RulesetError: this version of reqpool does not accept it any more.
    """
    async with engine.database.transaction() as connection:
        await rulesets.hold(connection)
        target = await _find_target(connection, number, project)
        active = await rulesets.find_active(connection, target.project_id)
        if active and active.fingerprint == target.fingerprint:
            return 0
        signed = Signed(actor, reason or f"↩ № {target.number}")
        made = await put_in_force(
            engine, connection, _load(target), target.project_id, signed
        )
    await engine.wake("tick", "")
    return made


async def _find_target(
    connection: Connection, number: int | None, project: str
) -> Activation:
    if number is not None:
        found = await rulesets.find_number(connection, number)
    else:
        identity = await get_project_id(connection, project)
        found = await _find_before(connection, identity)
    if found is None:
        raise NothingBefore(number or project)
    return found


async def _find_before(
    connection: Connection, project: UUID | None
) -> Activation | None:
    active = await rulesets.find_active(connection, project)
    fingerprint = active.fingerprint if active else ""
    return await rulesets.find_before(connection, project, fingerprint)


def _load(target: Activation) -> Ruleset:
    ruleset, problems = load_ruleset(
        target.text, file=target.main, load_base=target.files.__getitem__
    )
    if ruleset is None:
        raise RulesetError(problems)
    return ruleset
