"""What people decided of scope: the requests that a calibration learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import DictRow

from model.decisions import Scope
from model.issues import IssueSnapshot
from pool.database import Connection, query
from pool.encode import decode
from pool.opinions import ASKED_HASH

_FIND = f"""
SELECT o.value, o.clause, o.made_at, i.content, c.slug AS contract,
    COALESCE(d.facts ->> 'project.phase', p.phase) AS phase,
    (SELECT n.opinion ->> 'scope' FROM opinions n
     WHERE n.issue_id = i.id AND n.content_hash = {ASKED_HASH}
       AND n.contract = c.fingerprint AND n.opinion IS NOT NULL
     ORDER BY n.made_at DESC, n.id DESC LIMIT 1) AS opinion
FROM overrides o JOIN issues i ON i.id = o.issue_id
JOIN projects p ON p.id = i.project_id JOIN contracts c ON c.id = p.contract_id
LEFT JOIN LATERAL (
    SELECT facts FROM decisions WHERE issue_id = i.id AND decided_at <= o.made_at
    ORDER BY decided_at DESC, id DESC LIMIT 1) d ON true
WHERE o.section = 'scope' AND o.revoked_at IS NULL AND i.deleted_at IS NULL
    AND o.value <> 'needs_review'
ORDER BY o.made_at DESC, o.id LIMIT %s
"""  # noqa: S608 - a constant expression


@dataclass(frozen=True, slots=True)
class Review:
    """A person's decision on one issue.

    Attributes:
        snapshot: the issue as it is now.
        scope: what the person said.
        clause: that the person named; empty for none.
        contract: its slug.
        phase: of the project when it was decided.
        opinion: the judge's scope; None without one, or when it was not sure.
    """

    snapshot: IssueSnapshot
    scope: Scope
    clause: str
    contract: str
    phase: str
    opinion: Scope | None
    made_at: datetime


async def find(connection: Connection, most: int) -> Sequence[Review]:
    """The standing overrides of scope, newest first."""
    return [_review(row) for row in await query(connection, _FIND, (most,))]


def _review(row: DictRow) -> Review:
    snapshot: IssueSnapshot = decode(row["content"], IssueSnapshot)
    return Review(
        snapshot=snapshot,
        scope=Scope(row["value"]),
        clause=row["clause"],
        contract=row["contract"],
        phase=row["phase"],
        opinion=Scope(row["opinion"]) if row["opinion"] else None,
        made_at=row["made_at"],
    )
