"""Decisions with everything needed to replay them, and the overrides beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from model.decisions import Decision, Evidence, Override, Reason, Section
from model.ids import Ids
from pool.database import Connection, query, query_one
from pool.encode import decode, digest, encode, jsonb

_ADD = """
INSERT INTO decisions (id, client_id, issue_id, decided_at, cause, facts, ruleset,
    contract, engine, verdict, effective, score, reasons, evidence)
VALUES (%(id)s, %(client)s, %(issue)s, %(at)s, %(cause)s, %(facts)s, %(ruleset)s,
    %(contract)s, %(engine)s, %(verdict)s, %(effective)s, %(score)s, %(reasons)s,
    %(evidence)s)
"""

_SHOW = """
UPDATE issues SET decision_id = %(id)s, decided_on = %(on)s, run = %(run)s, kind = %(kind)s,
    scope = %(scope)s, clause = %(clause)s, priority = %(priority)s, score = %(score)s,
    release_intent = %(release)s, release_id = %(release_id)s
WHERE id = %(issue)s
"""


class Reached(NamedTuple):
    """When an issue was decided on: the day, and the newest run by then."""

    on: date
    run: int


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision, when it was taken, why then, and on which facts."""

    id: UUID
    decided_at: datetime
    cause: str
    facts: Mapping[str, Any]
    decision: Decision


def _fields(decision: Decision) -> dict[str, Any]:
    return {
        "ruleset": decision.ruleset,
        "contract": decision.contract,
        "engine": decision.engine,
        "verdict": {section.value: v for section, v in decision.verdict.items()},
        "effective": {section.value: v for section, v in decision.effective.items()},
        "score": decision.score,
        "reasons": encode(decision.reasons, tuple[Reason, ...]),
        "evidence": encode(decision.evidence, tuple[Evidence, ...]),
    }


async def add(
    connection: Connection,
    stored: StoredDecision,
    client: UUID,
    issue: UUID,
) -> None:
    """Store a decision."""
    fields = _fields(stored.decision)
    packed = {
        name: jsonb(value) if isinstance(value, dict | list) else value
        for name, value in fields.items()
    }
    await connection.execute(
        _ADD,
        {
            **packed,
            "id": stored.id,
            "client": client,
            "issue": issue,
            "at": stored.decided_at,
            "cause": stored.cause,
            "facts": jsonb(dict(stored.facts)),
        },
    )


async def show(
    connection: Connection,
    issue: UUID,
    stored: StoredDecision,
    release: UUID | None,
    clause: str | None,
    reached: Reached,
) -> None:
    """Put what holds into the issue's row, where lists are filtered and sorted.

    ``clause`` is the one whose allowance the issue counts against.
    """
    effective = stored.decision.effective
    await connection.execute(
        _SHOW,
        {
            "id": stored.id,
            "on": reached.on,
            "run": reached.run,
            "clause": clause,
            "kind": effective.get(Section.KIND),
            "scope": effective.get(Section.SCOPE),
            "priority": effective.get(Section.PRIORITY),
            "score": stored.decision.score,
            "release": effective.get(Section.RELEASE),
            "release_id": release,
            "issue": issue,
        },
    )


async def pass_over(connection: Connection, issue: UUID, reached: Reached) -> None:
    """Keep the decision that there is for a day more: no other could be taken."""
    await connection.execute(
        "UPDATE issues SET decided_on = %s, run = %s WHERE id = %s",
        (reached.on, reached.run, issue),
    )


async def renew_facts(
    connection: Connection, decision: UUID, facts: Mapping[str, Any]
) -> None:
    """Keep what a decision stands on by now; it must say the same of these facts."""
    await connection.execute(
        "UPDATE decisions SET facts = %s WHERE id = %s", (jsonb(dict(facts)), decision)
    )


def is_same(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same for the same reasons."""
    return digest(_fields(one)) == digest(_fields(other))


_FIND = "SELECT * FROM decisions WHERE id = %s"


async def find(connection: Connection, decision: UUID | None) -> StoredDecision | None:
    """A stored decision."""
    row = await query_one(connection, _FIND, (decision,))
    return _stored(row) if row else None


async def find_of_issue(
    connection: Connection, issue: UUID
) -> Sequence[StoredDecision]:
    """Every decision that was ever taken on an issue, newest first."""
    rows = await query(
        connection,
        "SELECT * FROM decisions WHERE issue_id = %s ORDER BY decided_at DESC, id DESC",
        (issue,),
    )
    return [_stored(row) for row in rows]


def _stored(row: Mapping[str, Any]) -> StoredDecision:
    fields = ("ruleset", "contract", "engine", "verdict", "effective", "score")
    shape = {**{name: row[name] for name in fields}}
    shape["reasons"] = row["reasons"]
    shape["evidence"] = row["evidence"]
    return StoredDecision(
        id=row["id"],
        decided_at=row["decided_at"],
        cause=row["cause"],
        facts=row["facts"],
        decision=decode(shape, Decision),
    )


async def override(
    connection: Connection, ids: Ids, client: UUID, issue: UUID, made: Override
) -> None:
    """Pin a section; an earlier override of it is revoked by this one."""
    await revoke(connection, issue, made.section, made.made_by, made.made_at)
    await connection.execute(
        "INSERT INTO overrides (id, client_id, issue_id, section, value, clause, reason,"
        " made_by, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            ids(),
            client,
            issue,
            made.section,
            made.value,
            made.clause,
            made.reason,
            made.made_by,
            made.made_at,
        ),
    )


async def revoke(
    connection: Connection, issue: UUID, section: Section, by: str, at: datetime
) -> None:
    """Let the rules decide a section again."""
    await connection.execute(
        "UPDATE overrides SET revoked_at = %s, revoked_by = %s"
        " WHERE issue_id = %s AND section = %s AND revoked_at IS NULL",
        (at, by, issue, section),
    )


async def find_overrides(
    connection: Connection, issue: UUID
) -> Mapping[Section, Override]:
    """The overrides that stand."""
    rows = await query(
        connection,
        "SELECT section, value, clause, reason, made_by, made_at FROM overrides"
        " WHERE issue_id = %s AND revoked_at IS NULL",
        (issue,),
    )
    made = [Override(**{**row, "section": Section(row["section"])}) for row in rows]
    return {item.section: item for item in made}
