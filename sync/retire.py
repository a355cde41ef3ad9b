"""Let the general ruleset decide for a project again."""

from pool import rulesets, runs
from pool.audit import Entry, append
from sync.draft import get_project_id
from sync.engine import Engine


async def retire(engine: Engine, project: str, actor: str, reason: str = "") -> bool:
    """End a project's own ruleset and have its issues decided on again.

    Returns:
        False when it has none.

    Raises:
        UnknownProject: there is no such project.
    """
    async with engine.database.transaction() as connection:
        identity = await get_project_id(connection, project)
        await rulesets.hold(connection)
        before = await rulesets.find_active(connection, identity)
        if identity is None or before is None:
            return False
        await rulesets.deactivate(connection, identity, engine.clock())
        await runs.set_aside_projects(connection, [identity])
        entry = Entry(
            at=engine.clock(),
            actor=actor,
            action="retire",
            subject=f"ruleset {before.name}",
            cause=reason,
            before=before.fingerprint,
        )
        await append(connection, entry)
    await engine.wake("tick", "")
    return True
