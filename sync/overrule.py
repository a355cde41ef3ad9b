"""A person decides instead of the rules."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from model.decisions import Kind, Override, Priority, Scope, Section
from pool import issues, projects, requirements
from pool.database import Connection
from pool.issues import StoredIssue
from sync.decide import decide
from sync.engine import Engine
from sync.pin import pin
from sync.sitting import open_sitting

_VALUES: dict[Section, type[StrEnum]] = {
    Section.KIND: Kind,
    Section.SCOPE: Scope,
    Section.PRIORITY: Priority,
}


class UnknownValue(ValueError):  # noqa: N818 - says what is wrong with the input
    """A section cannot have this value."""


async def overrule(  # noqa: PLR0913 - each is one fact of the override
    engine: Engine,
    requirement: UUID,
    section: Section,
    value: str | None,
    reason: str,
    by: str,
    *,
    clause: str = "",
) -> None:
    """Pin a section of every issue of a requirement, or let the rules decide again.

    Args:
        engine: the surroundings.
        requirement: its issues are decided on again at once.
        section: what is pinned.
        value: a kind, scope or priority, the name of a release or ``none``; None
            revokes the override.
        reason: why; kept for good.
        by: who.
        clause: with the scope ``in_contract``: whose allowance it counts against;
            empty for the nearest. An issue whose contract does not have it keeps to
            the nearest.

    Raises:
        UnknownValue: the section cannot have this value, no contract has the clause,
            or no reason is given.
        LookupError: there is no such requirement.
    """
    if not reason.strip() or not by.strip():
        raise UnknownValue("an override needs a reason and a name")
    async with engine.database.transaction() as connection:
        if value is not None:
            await _check(connection, section, value)
        ids = await requirements.find_issue_ids(connection, requirement)
        if not ids:
            raise LookupError(requirement)
        made = Override(section, value or "", reason, by, engine.clock(), clause)
        sitting = await open_sitting(engine, connection)
        touched = await issues.lock(connection, ids)
        having = await _find_having(connection, touched, made) if clause else set()
        for issue in touched:
            named = made if issue.project_id in having else replace(made, clause="")
            await pin(engine, connection, issue, named)
        if sitting is not None:
            await decide(sitting, touched, "override")
    for name in sorted({issue.snapshot.ref.source for issue in touched}):
        await engine.wake("deliver", name)


async def _check(connection: Connection, section: Section, value: str) -> None:
    if section is Section.RELEASE:
        found = await projects.find_release(connection, value)
        known = value == "none" or found is not None
    else:
        known = value in list(_VALUES[section])
    if not known:
        raise UnknownValue(f"{section} cannot be {value!r}")


async def _find_having(
    connection: Connection, touched: Sequence[StoredIssue], made: Override
) -> set[UUID]:
    """The projects whose contract has the clause that was named."""
    having = set()
    for project in {issue.project_id for issue in touched}:
        setting = await projects.get_setting(connection, project)
        clauses = setting.contract.clauses if setting.contract else ()
        if any(one.id == made.clause and not one.excluded for one in clauses):
            having.add(project)
    if not having or made.value != Scope.IN_CONTRACT:
        raise UnknownValue(f"{made.value} cannot count against clause {made.clause!r}")
    return having
