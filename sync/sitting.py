"""What one transaction needs to decide on many issues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pool import projects, rulesets, runs
from pool.database import Connection
from pool.decisions import Reached
from pool.projects import Setting
from pool.rulesets import Activation, Active
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.engine import Engine


@dataclass(slots=True)
class Sitting:
    """What one transaction needs to decide on many issues, read once each.

    Attributes:
        ruleset: the general one.
        own: the rulesets of projects that have their own.
        run: the newest one when these were read; see :mod:`pool.runs`.
    """

    engine: Engine
    connection: Connection
    ruleset: Ruleset
    own: Mapping[UUID, Ruleset] = field(default_factory=dict)
    run: int = 0
    settings: dict[UUID, Setting] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in the general ruleset's time zone."""
        return self._day_of(self.ruleset)

    @property
    def days(self) -> Mapping[UUID, date]:
        """The day in projects that have their own ruleset."""
        return {project: self._day_of(ruleset) for project, ruleset in self.own.items()}

    def ruleset_of(self, project: UUID) -> Ruleset:
        """What decides on the issues of a project."""
        return self.own.get(project, self.ruleset)

    def today_in(self, project: UUID) -> date:
        """The day in the time zone of a project's ruleset."""
        return self._day_of(self.ruleset_of(project))

    def reach(self, project: UUID) -> Reached:
        """What an issue of a project keeps that is decided on here."""
        return Reached(self.today_in(project), self.run)

    def _day_of(self, ruleset: Ruleset) -> date:
        return self.engine.clock().astimezone(ruleset.zone).date()

    async def get_setting(self, project: UUID) -> Setting:
        """What surrounds the issues of a project."""
        if project not in self.settings:
            self.settings[project] = await projects.get_setting(
                self.connection, project
            )
        return self.settings[project]


async def open_sitting(engine: Engine, connection: Connection) -> Sitting | None:
    """Load the rulesets that run; None while no general one has been activated."""
    run = await runs.find_newest(connection)  # before what a run makes old is read
    active = await rulesets.find_active_fingerprints(connection)
    if active is None:
        return None
    known = engine.memory.rulesets
    missing = {active.general, *active.own.values()} - known.keys()
    if missing:
        known = await _load_active(connection, active)
        engine.memory.rulesets = known
    own = {project: known[name] for project, name in active.own.items()}
    return Sitting(engine, connection, known[active.general], own, run)


async def _load_active(connection: Connection, active: Active) -> dict[str, Ruleset]:
    found = [await rulesets.find_active(connection, it) for it in (None, *active.own)]
    return {one.fingerprint: load_stored(one) for one in found if one is not None}


def load_stored(stored: Activation) -> Ruleset:
    """A ruleset from its stored texts.

    Raises:
        ValueError: this version of reqpool does not accept it any more.
    """
    ruleset, problems = load_ruleset(
        stored.text, file=stored.main, load_base=stored.files.__getitem__
    )
    if ruleset is None:
        raise ValueError("\n".join(map(str, problems)))
    return ruleset
