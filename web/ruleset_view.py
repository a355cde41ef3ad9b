"""Rulesets made ready to be looked at: what a draft would change, how two differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from pool import rulesets
from pool.rulesets import Activation
from rules.ruleset import Ruleset
from rules.ruleset_diff import Edit, FileDiff, compare_rulesets, diff_texts
from sync.draft import Examined, UnknownProject, get_project_id
from sync.sitting import load_stored
from web.desk import Desk
from web.problems import Problem


@dataclass(frozen=True, slots=True)
class Difference:
    """From one ruleset to another."""

    edits: Sequence[Edit]
    files: Sequence[FileDiff]


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft, what stands against it, and how it differs from what is active.

    ``difference`` is None when the draft cannot be loaded.
    """

    examined: Examined
    difference: Difference | None

    @property
    def rules(self) -> int:
        """How many rules the draft has, its bases' included."""
        ruleset = self.examined.ruleset
        return count_rules(ruleset) if ruleset else 0


def count_rules(ruleset: Ruleset) -> int:
    """How many rules a ruleset has."""
    return sum(map(len, ruleset.sections.values())) + len(ruleset.points)


async def check_draft(desk: Desk, text: str, project: str) -> Checked:
    """Examine a text and compare it with what it would replace.

    Raises:
        Problem: there is no such project.
    """
    async with desk.database.transaction() as connection:
        try:
            identity = await get_project_id(connection, project)
        except UnknownProject as error:
            raise Problem(404, "no_project") from error
        examined = await desk.rules.examine(connection, text, identity)
        before = await rulesets.find_active(connection, identity)
        if before is None and identity:
            before = await rulesets.find_active(connection)
    if examined.ruleset is None:
        return Checked(examined, None)
    return Checked(examined, compare(before, examined.ruleset))


def compare(before: Activation | None, after: Ruleset) -> Difference:
    """How a ruleset differs from an activation; without one, in its texts alone."""
    old = find_loaded(before)
    edits = compare_rulesets(old, after) if old else ()
    return Difference(edits, diff_texts(before.files if before else {}, after.texts))


def compare_stored(before: Activation | None, after: Activation) -> Difference:
    """How two activations differ; rule by rule only where both still load."""
    later = find_loaded(after)
    if later:
        return compare(before, later)
    return Difference((), diff_texts(before.files if before else {}, after.files))


def find_loaded(stored: Activation | None) -> Ruleset | None:
    """The ruleset of an activation; None if this version accepts it no more."""
    try:
        return load_stored(stored) if stored else None
    except ValueError:
        return None


async def get_activation(desk: Desk, number: int) -> Activation:
    """The activation of a number.

    Raises:
        Problem: there is none.
    """
    async with desk.database.transaction() as connection:
        found = await rulesets.find_number(connection, number)
    if found is None:
        raise Problem(404, "not_found")
    return found


async def find_replaced(desk: Desk, later: Activation) -> Activation | None:
    """The activation that another one replaced."""
    async with desk.database.transaction() as connection:
        history = await rulesets.find_history(connection)
        row = next((it for it in history if it.number == later.number), None)
        if row is None or row.before is None:
            return None
        return await rulesets.find_number(connection, row.before)
