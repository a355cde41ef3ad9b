"""Make a ruleset the one that runs, on every host at once."""

from pool import issues, rulesets
from pool.audit import Entry, append
from pool.rulesets import Activation
from rules.ruleset import Ruleset
from sync.engine import Engine


async def activate(engine: Engine, ruleset: Ruleset, actor: str) -> bool:
    """Store a ruleset's texts and have every issue decided on again; overrides stay.

    Returns:
        False when this very ruleset runs already.
    """
    async with engine.database.transaction() as connection:
        before = await rulesets.find_active_fingerprint(connection)
        if before == ruleset.fingerprint:
            return False
        activation = Activation(
            id=engine.ids(),
            name=ruleset.name,
            main=ruleset.name,
            files=ruleset.texts,
            fingerprint=ruleset.fingerprint,
            activated_by=actor,
            activated_at=engine.clock(),
        )
        await rulesets.activate(connection, activation)
        await issues.set_aside_decisions(connection)
        entry = Entry(
            at=engine.clock(),
            actor=actor,
            action="activate",
            subject=f"ruleset {ruleset.name}",
            cause="",
            before=before,
            after=ruleset.fingerprint,
        )
        await append(connection, entry)
    await engine.wake("redecide", "")
    return True
