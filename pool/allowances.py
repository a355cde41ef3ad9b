"""What approved work leaves of a clause's allowance."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pool.database import Connection, query

_COUNTS = """
FROM issues i
JOIN projects p ON p.id = i.project_id
JOIN contracts n ON n.id = p.contract_id
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
WHERE n.slug = %(contract)s AND i.clause IS NOT NULL AND i.scope = 'in_contract'
    AND i.deleted_at IS NULL AND q.state <> 'declined'
"""

_COUNTED = f"""
SELECT i.clause, q.id AS requirement_id, COALESCE(
    CASE WHEN q.estimated_by IS NOT NULL THEN q.estimate_days END,
    max(i.estimate_days)) AS days
{_COUNTS} GROUP BY i.clause, q.id
"""
"""A requirement counts once against a clause, however many issues ask for it; what a
person estimated goes before what trackers say."""

_CONSUMED = f"""
SELECT clause, COALESCE(sum(days), 0) AS days FROM ({_COUNTED}) counted
WHERE clause = ANY(%(clauses)s) AND requirement_id <> ALL(%(requirements)s)
GROUP BY clause
"""  # noqa: S608 - a constant

_SHARES = f"""
SELECT i.id AS issue, q.id AS requirement, i.clause, i.estimate_days AS days
{_COUNTS} AND q.id = ANY(%(requirements)s)
"""

_BY_REQUIREMENT = f"""
SELECT counted.clause, counted.days, q.number, q.title, q.state, q.kind,
    EXISTS (SELECT FROM overrides o JOIN requirement_issues l ON l.issue_id = o.issue_id
        WHERE l.requirement_id = q.id AND l.unlinked_at IS NULL
        AND o.section = 'scope' AND o.revoked_at IS NULL) AS by_person
FROM ({_COUNTED}) counted JOIN requirements q ON q.id = counted.requirement_id
ORDER BY q.number
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Consumption:
    """What one requirement takes from a clause.

    Attributes:
        days: person-days; None while nobody has estimated it.
        by_person: a person said that it is in the contract.
    """

    clause: str
    days: Decimal | None
    number: int
    title: str
    state: str
    kind: str | None
    by_person: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What one issue takes of a clause; the largest of a requirement's counts."""

    issue: UUID
    requirement: UUID
    clause: str
    days: Decimal | None


async def hold_allowances(connection: Connection, contract: str) -> None:
    """Let nobody else decide by what a contract grants until the transaction ends.

    Not a lock of the contract's row: who imports a contract changes that row first, and
    locks issues then, and so would wait for one who holds these.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
        (f"allowances {contract}",),
    )


async def sum_consumed(
    connection: Connection,
    contract: str,
    clauses: Collection[str],
    *,
    without: Collection[UUID],
) -> Mapping[str, Decimal]:
    """Person-days that approved work takes from some clauses; none is left out.

    Args:
        connection: of the transaction.
        contract: its slug.
        clauses: their ids.
        without: requirements that are left out; see :func:`find_shares`.
    """
    values = {
        "contract": contract,
        "clauses": list(clauses),
        "requirements": list(without),
    }
    rows = await query(connection, _CONSUMED, values)
    return {row["clause"]: Decimal(row["days"]) for row in rows}


async def find_shares(
    connection: Connection, contract: str, requirements: Collection[UUID]
) -> Sequence[Share]:
    """What the issues of some requirements take of a contract's clauses."""
    values = {"contract": contract, "requirements": list(requirements)}
    return [Share(**row) for row in await query(connection, _SHARES, values)]


async def find_consumption(
    connection: Connection, contract: str
) -> Sequence[Consumption]:
    """Everything that counts against a contract's clauses, by requirement."""
    rows = await query(connection, _BY_REQUIREMENT, {"contract": contract})
    return [Consumption(**row) for row in rows]
