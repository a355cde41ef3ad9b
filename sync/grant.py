"""What clauses grant to issues that are decided on together, one after the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from model.decisions import PoolState
from pool.allowances import Share, find_shares, hold_allowances, sum_consumed
from pool.database import Connection
from pool.issues import StoredIssue
from sync.survey import Matter


@dataclass(slots=True)
class Allowances:
    """Person-days that approved work takes, as of the decisions taken so far.

    Attributes:
        others: by contract and clause, what requirements take that are not decided on
            here.
        shares: by contract and issue, what those take that are.
        said: what a person estimated requirements at.
    """

    others: dict[str, Mapping[str, Decimal]] = field(default_factory=dict)
    shares: dict[str, dict[UUID, Share]] = field(default_factory=dict)
    said: dict[UUID, Decimal] = field(default_factory=dict)

    def find_left(self, matter: Matter) -> Decimal | None:
        """What others leave of the clause's allowance; None without a limit."""
        contract, clause = matter.setting.contract, find_charged(matter)
        if contract is None or clause is None:
            return None
        taken = self.others[contract.slug].get(clause[0], Decimal(0))
        shares = self.shares[contract.slug].values()
        own = matter.issue.requirement_id
        near = [
            one for one in shares if one.clause == clause[0] and one.requirement != own
        ]
        return clause[1] - taken - self._sum(near)

    def _sum(self, shares: Iterable[Share]) -> Decimal:
        """A requirement counts once; what a person estimated goes before."""
        days: dict[UUID, Decimal] = {}
        for one in shares:
            largest = max(days.get(one.requirement, Decimal(0)), one.days or Decimal(0))
            days[one.requirement] = self.said.get(one.requirement, largest)
        return sum(days.values(), Decimal(0))

    def take(self, matter: Matter, issue: StoredIssue, clause: str | None) -> None:
        """It was decided that an issue counts against a clause, or against none."""
        contract = matter.setting.contract
        shares = self.shares.get(contract.slug) if contract else None
        if shares is None:
            return
        shares.pop(issue.id, None)
        stands = issue.deleted_at is None
        if clause and stands and issue.requirement_state is not PoolState.DECLINED:
            shares[issue.id] = Share(
                issue.id, issue.requirement_id, clause, issue.estimate_days
            )


def find_charged(matter: Matter) -> tuple[str, Decimal] | None:
    """The limited clause that an issue may count against, with its allowance in days."""
    contract = matter.setting.contract
    clause = matter.charge.find_clause(contract) if contract else None
    if clause is None or clause.allowance_days is None:
        return None
    return clause.id, clause.allowance_days


async def grant(
    connection: Connection, matters: Sequence[Matter], ahead: Sequence[StoredIssue]
) -> Allowances:
    """Hold and read the allowances that some issues may count against.

    Args:
        connection: of the transaction.
        matters: of the issues that are decided on now.
        ahead: issues that are decided on after these; they were observed with them.
    """
    charged: dict[str, set[str]] = {}
    for matter in matters:
        contract, clause = matter.setting.contract, find_charged(matter)
        if contract and clause:
            charged.setdefault(contract.slug, set()).add(clause[0])
    found = Allowances()
    observed = [*(matter.issue for matter in matters), *ahead]
    counted = {issue.id: issue.counted_days for issue in observed}
    requirements = {issue.requirement_id for issue in observed}
    for slug, clauses in sorted(charged.items()):
        await hold_allowances(connection, slug)
        found.others[slug] = await sum_consumed(
            connection, slug, clauses, without=requirements
        )
        shares = await find_shares(connection, slug, requirements)
        found.shares[slug] = {one.issue: _as_read(one, counted) for one in shares}
    found.said.update(
        (issue.requirement_id, issue.person_days)
        for issue in observed
        if issue.person_days is not None
    )
    return found


def _as_read(share: Share, counted: Mapping[UUID, Decimal | None]) -> Share:
    """What was observed of an issue counts from its own decision on."""
    return replace(share, days=counted.get(share.issue, share.days))
