"""Every decided issue as it stands, streamed to processes that each take a share."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from model.decisions import PoolState, Section
from model.projects import Language
from pool.database import Connection, query, query_one

_BATCH = 5_000


class Column(StrEnum):
    """How a stored fact is read; days and moments come as text, as they are stored."""

    TEXT = "text"
    NUMBER = "float8"
    FLAG = "boolean"
    LIST = "text[]"


@dataclass(frozen=True, slots=True)
class Share:
    """What one process reads; all shares of a snapshot see the same pool.

    Attributes:
        facts: those to be read, by name.
        project: whose issues; None for those of all projects but ``others``.
        others: projects that have their own ruleset.
        first: the smallest readable number of its issues.
        last: the largest.
    """

    url: str
    snapshot: str
    facts: Mapping[str, Column]
    project: UUID | None
    others: tuple[UUID, ...]
    first: int
    last: int


class Stood(NamedTuple):
    """An issue with its last decision.

    Attributes:
        client: the client's slug.
        effective: what holds, in the order of the sections; empty for nothing.
        release: the name of the one that it is planned for, and when it ships.
        verdict: of issues with overrides only.
        comment_hash: None where our comment is not only the ruleset's words: an issue
            that is not written to, or whose comment answers commands.
        facts: those that were asked for; None for an absent one.
    """

    key: str
    client: str
    effective: tuple[str, str, str, str]
    state: PoolState
    language: Language
    release: tuple[str, date | None]
    comment_hash: str | None
    overrides: Mapping[Section, str]
    verdict: Mapping[Section, str]
    facts: dict[str, Any]


async def open_snapshot(connection: Connection) -> str:
    """Hold the pool as it is until the transaction ends; before anything is read."""
    await connection.execute(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    )
    row = await query_one(connection, "SELECT pg_export_snapshot() AS snapshot")
    if row is None:
        raise LookupError("no snapshot")
    return str(row["snapshot"])


async def take_turn(connection: Connection) -> bool:
    """Be the only one that reads the whole pool until the transaction ends."""
    row = await query_one(
        connection,
        "SELECT pg_try_advisory_xact_lock(hashtextextended('standing', 0)) AS ours",
    )
    return bool(row and row["ours"])


async def find_numbers(connection: Connection) -> range:
    """The readable numbers that issues may have."""
    row = await query_one(
        connection, "SELECT min(number) AS first, max(number) AS last FROM issues"
    )
    if row is None or row["first"] is None:
        return range(0)
    return range(row["first"], row["last"] + 1)


async def find_next_releases(
    connection: Connection, today: date
) -> Mapping[str, tuple[str, date]]:
    """Of each train the next release that is open, whatever its room."""
    rows = await query(
        connection,
        "SELECT DISTINCT ON (t.slug) t.slug, r.name, r.ship_on"
        " FROM releases r JOIN trains t ON t.id = r.train_id"
        " WHERE r.state = 'open' AND r.freeze_on >= %s"
        " ORDER BY t.slug, r.ship_on, r.name",
        (today,),
    )
    return {row["slug"]: (row["name"], row["ship_on"]) for row in rows}


_READ = """
SELECT i.key, c.slug, COALESCE(i.kind, ''), COALESCE(i.scope, ''), COALESCE(i.priority, ''),
    COALESCE(i.release_intent, ''), q.state, c.language, COALESCE(r.name, ''), r.ship_on,
    CASE WHEN m.issue_id IS NULL AND (i.status_category <> 'done'
            OR q.state_origin = 'person' OR i.base->>'comment_hash' <> ''
            OR i.base->'labels' <> '[]')
        THEN COALESCE(i.base->>'comment_hash', '') END,
    o.made::text, CASE WHEN o.made IS NOT NULL THEN d.verdict::text END, f.*
FROM issues i
JOIN decisions d ON d.id = i.decision_id
JOIN clients c ON c.id = i.client_id
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
LEFT JOIN releases r ON r.id = i.release_id
LEFT JOIN (SELECT DISTINCT issue_id FROM commands) m ON m.issue_id = i.id
LEFT JOIN (SELECT issue_id, jsonb_object_agg(section, value) AS made FROM overrides
    WHERE revoked_at IS NULL GROUP BY issue_id) o ON o.issue_id = i.id
CROSS JOIN LATERAL jsonb_to_record(d.facts) AS f({facts})
WHERE i.deleted_at IS NULL AND i.number BETWEEN {first} AND {last} AND {projects}
"""


def read_share(share: Share) -> Iterator[Stood]:
    """Stream a share's issues in no particular order; blocks, so not for the loop."""
    names = list(share.facts)
    with psycopg.connect(share.url, options="-c timezone=UTC") as connection:
        snapshot = SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(share.snapshot))
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(snapshot)
        # three hash joins over the pool, and no compiling that costs more than it saves
        connection.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        with closing(connection.cursor("standing", binary=True)) as cursor:
            cursor.itersize = _BATCH
            for row in cursor.execute(_statement(share)):
                yield _stood(row, names)


def _statement(share: Share) -> Composed:
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(name), SQL(column.value))
        for name, column in share.facts.items()
    )
    if share.project is not None:
        projects = SQL("i.project_id = {}").format(Literal(share.project))
    else:
        others = Literal(list(share.others))
        projects = SQL("i.project_id <> ALL ({}::uuid[])").format(others)
    return SQL(_READ).format(
        facts=columns,
        first=Literal(share.first),
        last=Literal(share.last),
        projects=projects,
    )


def _stood(row: tuple[Any, ...], names: list[str]) -> Stood:
    key, client, kind, scope, priority, intent, state, language, *more = row[:_FIXED]
    release, ship_on, comment_hash, made, verdict = more
    return Stood(
        key,
        client,
        (kind, scope, priority, intent),
        _STATES[state],
        _LANGUAGES[language],
        (release, ship_on),
        comment_hash,
        _NOTHING if made is None else _by_section(made),
        _NOTHING if verdict is None else _by_section(verdict),
        dict(zip(names, row[_FIXED:], strict=True)),
    )


_FIXED = 13
"""Columns before the facts."""

_STATES = {state.value: state for state in PoolState}
_LANGUAGES = {language.value: language for language in Language}
_NOTHING: Mapping[Section, str] = {}


def _by_section(packed: str) -> Mapping[Section, str]:
    return {Section(name): value for name, value in json.loads(packed).items()}
