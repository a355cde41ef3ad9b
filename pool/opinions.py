"""What the operator's judge said of issues: evidence beside the decision."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from model.decisions import Scope
from model.ids import Ids
from pool.database import Connection, query, query_one
from pool.encode import jsonb

ASKED_HASH = """encode(sha256(convert_to((i.content ->> 'title') || chr(10)
    || (i.content ->> 'description'), 'UTF8')), 'hex')"""
"""What :func:`asked_hash` answers, of the issue ``i``."""

_ADD = """
INSERT INTO opinions (id, client_id, issue_id, content_hash, contract, model, prompt,
    opinion, discarded, made_at)
VALUES (%(id)s, %(client)s, %(issue)s, %(content)s, %(contract)s, %(model)s, %(prompt)s,
    %(opinion)s, %(discarded)s, %(at)s)
ON CONFLICT DO NOTHING
"""
_LATEST = """
SELECT * FROM opinions WHERE issue_id = %s AND opinion IS NOT NULL
ORDER BY made_at DESC, id DESC LIMIT 1
"""
_LATEST_OF = """
SELECT DISTINCT ON (o.issue_id) o.*
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS asked (issue, content, contract)
JOIN opinions o ON o.issue_id = asked.issue AND o.content_hash = asked.content
    AND o.contract = asked.contract AND o.opinion IS NOT NULL
ORDER BY o.issue_id, o.made_at DESC, o.id DESC
"""
_TO_ASK = f"""
SELECT i.id FROM issues i
JOIN projects p ON p.id = i.project_id JOIN contracts c ON c.id = p.contract_id
WHERE i.scope = 'needs_review' AND i.deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM opinions o WHERE o.issue_id = i.id AND o.content_hash = {ASKED_HASH}
        AND o.contract = c.fingerprint AND o.model = %s AND o.prompt = %s)
ORDER BY i.id LIMIT %s
"""  # noqa: S608 - a constant expression


def asked_hash(title: str, description: str) -> str:
    """SHA-256 of what is asked about; comments and labels of ours do not count."""
    return hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge said, or why nothing of it was kept.

    Attributes:
        scope: in or out of contract; None when it was not sure, or was discarded.
        clauses: ids that it cited; they exist in the contract.
        reason: its own words; text of a model, never trusted.
        model: as the operator's endpoint calls it.
        prompt: the version of the question.
        discarded: why its answer was not kept; empty when it was.
    """

    scope: Scope | None
    clauses: tuple[str, ...]
    reason: str
    model: str
    prompt: str
    made_at: datetime
    discarded: str = ""

    @property
    def leaning(self) -> float:
        """1 inside, -1 outside, 0 not sure."""
        match self.scope:
            case Scope.IN_CONTRACT:
                return 1.0
            case Scope.OUT_OF_CONTRACT:
                return -1.0
            case _:
                return 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What an opinion is about: it holds for one content under one contract."""

    client: UUID
    issue: UUID
    content_hash: str
    contract: str


async def add(connection: Connection, ids: Ids, asked: Asked, said: Opinion) -> None:
    """Keep an opinion; the same question is never kept twice."""
    opinion = {
        "scope": said.scope,
        "clauses": list(said.clauses),
        "reason": said.reason,
    }
    await connection.execute(
        _ADD,
        {
            "id": ids(),
            "client": asked.client,
            "issue": asked.issue,
            "content": asked.content_hash,
            "contract": asked.contract,
            "model": said.model,
            "prompt": said.prompt,
            "opinion": None if said.discarded else jsonb(opinion),
            "discarded": said.discarded,
            "at": said.made_at,
        },
    )


async def find_all(
    connection: Connection, asked: Sequence[Asked]
) -> Mapping[UUID, Opinion]:
    """The latest opinions on issues as they are, under their contracts as they are."""
    if not asked:
        return {}
    pairs = [(one.issue, one.content_hash, one.contract) for one in asked]
    values = tuple(map(list, zip(*pairs, strict=True)))
    rows = await query(connection, _LATEST_OF, values)
    return {row["issue_id"]: _opinion(row) for row in rows}


async def find_latest(connection: Connection, issue: UUID) -> Opinion | None:
    """The latest opinion on an issue, whatever has changed since: for pages."""
    row = await query_one(connection, _LATEST, (issue,))
    return _opinion(row) if row else None


async def find_unasked(
    connection: Connection, model: str, prompt: str, most: int
) -> Sequence[UUID]:
    """Issues under review that the judge has not been asked about as they are."""
    rows = await query(connection, _TO_ASK, (model, prompt, most))
    return [row["id"] for row in rows]


def _opinion(row: DictRow) -> Opinion:
    said = row["opinion"]
    return Opinion(
        scope=Scope(said["scope"]) if said["scope"] else None,
        clauses=tuple(said["clauses"]),
        reason=said["reason"],
        model=row["model"],
        prompt=row["prompt"],
        made_at=row["made_at"],
    )
