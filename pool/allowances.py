"""What approved work leaves of a clause's allowance."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pool.database import Connection, query, query_one

_COUNTED = """
SELECT i.clause, q.id AS requirement_id, COALESCE(
    CASE WHEN q.estimated_by IS NOT NULL THEN q.estimate_days END,
    max(i.estimate_days)) AS days
FROM issues i
JOIN projects p ON p.id = i.project_id
JOIN contracts n ON n.id = p.contract_id
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
WHERE n.slug = %(contract)s AND i.clause IS NOT NULL AND i.scope = 'in_contract'
    AND i.deleted_at IS NULL AND q.state <> 'declined'
GROUP BY i.clause, q.id
"""
"""A requirement counts once against a clause, however many issues ask for it; what a
person estimated goes before what trackers say."""

_CONSUMED = f"""
SELECT COALESCE(sum(days), 0) AS days FROM ({_COUNTED}) counted
WHERE clause = %(clause)s AND requirement_id <> %(requirement)s
"""  # noqa: S608 - a constant

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
    connection: Connection, contract: str, clause: str, *, without: UUID
) -> Decimal:
    """Person-days that approved work takes from a clause.

    Args:
        connection: of the transaction.
        contract: its slug.
        clause: its id.
        without: a requirement that is left out, so that what an issue takes itself
            does not count against it.
    """
    values = {"contract": contract, "clause": clause, "requirement": without}
    row = await query_one(connection, _CONSUMED, values)
    return Decimal(row["days"]) if row else Decimal(0)


async def find_consumption(
    connection: Connection, contract: str
) -> Sequence[Consumption]:
    """Everything that counts against a contract's clauses, by requirement."""
    rows = await query(connection, _BY_REQUIREMENT, {"contract": contract})
    return [Consumption(**row) for row in rows]
