"""Which clause's allowance an issue counts against."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.contracts import Clause, Contract
from model.decisions import Decision, Override, Scope, Section
from rules.matching.match import Match


@dataclass(frozen=True, slots=True)
class Charge:
    """The clause that a person named with the scope, else the nearest that grants."""

    match: Match | None
    overrides: Mapping[Section, Override]

    @property
    def clause(self) -> str:
        """Its id; empty when nothing came near."""
        pinned = self.overrides.get(Section.SCOPE)
        if pinned and pinned.clause:
            return pinned.clause
        near = self.match.clauses if self.match else ()
        return next((one.clause for one in near if not one.excluded), "")

    def find_clause(self, contract: Contract) -> Clause | None:
        """The clause in a contract."""
        charged = self.clause
        return next((it for it in contract.clauses if it.id == charged), None)

    def settle(self, decision: Decision) -> str | None:
        """What is stored: only what is in the contract counts against a clause."""
        approved = decision.effective.get(Section.SCOPE) == Scope.IN_CONTRACT
        return self.clause or None if approved else None
