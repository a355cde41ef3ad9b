"""How two states of a contract differ, clause by clause."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from model.contracts import Clause, Contract


class ChangeKind(StrEnum):
    """What happens to a clause."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause before and after; None where there is none."""

    before: Clause | None
    after: Clause | None

    @property
    def kind(self) -> ChangeKind:
        """What happens to the clause."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.ENDED if self.after is None else ChangeKind.CHANGED

    @property
    def clause(self) -> str:
        """Its id."""
        found = self.after or self.before
        return found.id if found else ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ; all of them for a new or ended one."""
        return tuple(
            each.name
            for each in fields(Clause)
            if getattr(self.before, each.name, None)
            != getattr(self.after, each.name, None)
        )


def compare_clauses(before: Contract | None, after: Contract) -> list[ClauseChange]:
    """The clauses that differ, in the order of ``after``; ended ones come last."""
    return list(_changes(before.clauses if before else (), after.clauses))


def _changes(
    before: tuple[Clause, ...], after: tuple[Clause, ...]
) -> Iterator[ClauseChange]:
    known = {clause.id: clause for clause in before}
    for clause in after:
        if known.get(clause.id) != clause:
            yield ClauseChange(known.get(clause.id), clause)
    kept = {clause.id for clause in after}
    yield from (
        ClauseChange(clause, None) for clause in before if clause.id not in kept
    )
