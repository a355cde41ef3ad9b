"""Decisions with everything needed to replay them, and the overrides beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from model.changes import Base
from model.decisions import Decision, Evidence, Override, Reason, Section
from model.ids import Ids
from pool.database import Connection, execute_rows, query
from pool.encode import decode, encode, in_order

_ADD = """
INSERT INTO decisions (id, client_id, issue_id, decided_at, cause, facts, ruleset,
    contract, engine, verdict, effective, score, reasons, evidence)
SELECT id, client_id, issue_id, decided_at, cause, facts, ruleset, contract, engine,
    verdict, effective, score, reasons, evidence
FROM jsonb_populate_recordset(NULL::decisions, %s)
"""

_SHOW = """
UPDATE issues i SET decision_id = s.decision_id, decided_on = s.decided_on,
    due_on = s.due_on, run = s.run, kind = s.kind, scope = s.scope, clause = s.clause,
    priority = s.priority, score = s.score, release_intent = s.release_intent, release_id = s.release_id,
    base = s.base
FROM jsonb_populate_recordset(NULL::issues, %s) s
WHERE i.id = s.id
"""

_RENEW = """
UPDATE decisions d SET facts = n.facts
FROM jsonb_populate_recordset(NULL::decisions, %s) n WHERE d.id = n.id
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


@dataclass(frozen=True, slots=True)
class Shown:
    """What holds of an issue, and when it was decided on.

    Attributes:
        release: that it is planned for.
        clause: whose allowance it counts against.
        due_on: the day on which it has to be decided on again; None for no day.
        base: what its tracker holds of ours.
    """

    issue: UUID
    client: UUID
    stored: StoredDecision
    release: UUID | None
    clause: str | None
    due_on: date | None
    base: Base
    reached: Reached


async def add(connection: Connection, made: Sequence[Shown]) -> None:
    """Store decisions."""
    rows = [
        {
            **_fields(one.stored.decision),
            "id": one.stored.id,
            "client_id": one.client,
            "issue_id": one.issue,
            "decided_at": one.stored.decided_at,
            "cause": one.stored.cause,
            "facts": one.stored.facts,
        }
        for one in made
    ]
    await execute_rows(connection, _ADD, rows)


async def show(connection: Connection, shown: Sequence[Shown]) -> None:
    """Put what holds into the issues' rows, where lists are filtered and sorted."""
    await execute_rows(connection, _SHOW, [_columns(one) for one in shown])


def _columns(shown: Shown) -> dict[str, Any]:
    effective = shown.stored.decision.effective
    return {
        "id": shown.issue,
        "decision_id": shown.stored.id,
        "decided_on": shown.reached.on,
        "due_on": shown.due_on,
        "run": shown.reached.run,
        "clause": shown.clause,
        "kind": effective.get(Section.KIND),
        "scope": effective.get(Section.SCOPE),
        "priority": effective.get(Section.PRIORITY),
        "score": shown.stored.decision.score,
        "release_intent": effective.get(Section.RELEASE),
        "release_id": shown.release,
        "base": encode(shown.base),
    }


async def pass_over(connection: Connection, issue: UUID, reached: Reached) -> None:
    """Keep the decision that there is for a day more: no other could be taken."""
    await connection.execute(
        "UPDATE issues SET decided_on = %s, due_on = %s, run = %s WHERE id = %s",
        (reached.on, reached.on + timedelta(days=1), reached.run, issue),
    )


async def renew_facts(
    connection: Connection, facts: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """Keep what decisions stand on by now; they must say the same of these facts."""
    rows = [{"id": one, "facts": known} for one, known in facts.items()]
    await execute_rows(connection, _RENEW, rows)


def is_same(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same for the same reasons."""
    return one == other or bool(in_order(_fields(one)) == in_order(_fields(other)))


async def find(connection: Connection, decision: UUID) -> StoredDecision | None:
    """A stored decision."""
    return (await find_all(connection, [decision])).get(decision)


async def find_all(
    connection: Connection, decisions: Sequence[UUID]
) -> Mapping[UUID, StoredDecision]:
    """Stored decisions by their ids."""
    if not decisions:
        return {}
    statement = "SELECT * FROM decisions WHERE id = ANY(%s)"
    rows = await query(connection, statement, (list(decisions),))
    return {row["id"]: _stored(row) for row in rows}


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
    """The overrides of an issue that stand."""
    return (await find_all_overrides(connection, [issue])).get(issue, {})


async def find_all_overrides(
    connection: Connection, issues: Sequence[UUID]
) -> Mapping[UUID, Mapping[Section, Override]]:
    """The overrides that stand, by issue; an issue without any is left out."""
    rows = await query(
        connection,
        "SELECT issue_id, section, value, clause, reason, made_by, made_at FROM overrides"
        " WHERE issue_id = ANY(%s) AND revoked_at IS NULL",
        (list(issues),),
    )
    found: dict[UUID, dict[Section, Override]] = {}
    for row in rows:
        section = Section(row["section"])
        of_issue = found.setdefault(row.pop("issue_id"), {})
        of_issue[section] = Override(**{**row, "section": section})
    return found
