"""What one transaction needs to decide on many issues."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from model.releases import Release
from pool import projects, rulesets
from pool.database import Connection
from pool.projects import Setting
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.engine import Engine


@dataclass(slots=True)
class Sitting:
    """What one transaction needs to decide on many issues, read once each."""

    engine: Engine
    connection: Connection
    ruleset: Ruleset
    settings: dict[UUID, Setting] = field(default_factory=dict)
    releases: dict[str, dict[Release, UUID]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in the ruleset's time zone."""
        return self.engine.clock().astimezone(self.ruleset.zone).date()

    async def get_setting(self, project: UUID) -> Setting:
        """What surrounds the issues of a project."""
        if project not in self.settings:
            self.settings[project] = await projects.get_setting(
                self.connection, project
            )
        return self.settings[project]

    async def find_releases(self, train: str) -> dict[Release, UUID]:
        """The open releases of a train, with what was given away meanwhile."""
        if train not in self.releases:
            found = await projects.find_releases(self.connection, train)
            self.releases[train] = found
        return self.releases[train]

    def give_away(self, release: Release, days: Decimal) -> None:
        """Count person-days against a release's capacity."""
        train = self.releases[release.train]
        identity = train.pop(release)
        train[replace(release, planned_days=release.planned_days + days)] = identity


async def open_sitting(engine: Engine, connection: Connection) -> Sitting | None:
    """Load the ruleset that runs; None while none has been activated."""
    fingerprint = await rulesets.find_active_fingerprint(connection)
    if fingerprint is None:
        return None
    known = engine.memory.ruleset
    if known is None or known.fingerprint != fingerprint:
        known = await _load_active(connection)
        engine.memory.ruleset = known
    return Sitting(engine, connection, known)


async def _load_active(connection: Connection) -> Ruleset:
    active = await rulesets.find_active(connection)
    if active is None:
        raise LookupError("no ruleset is active")
    ruleset, problems = load_ruleset(
        active.files[active.main],
        file=active.main,
        load_base=active.files.__getitem__,
    )
    if ruleset is None:
        raise ValueError("\n".join(map(str, problems)))
    return ruleset
