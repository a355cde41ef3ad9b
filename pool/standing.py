"""Every decided issue as it stands, streamed once for processes that share it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Literal

from model.decisions import PoolState, Section
from model.projects import Language
from model.releases import Release
from pool.database import Connection, query, query_one
from pool.projects import find_releases

_BLOCK_BYTES = 1 << 20
"""Some thousand issues."""

_MOST_KNOWN = 50_000
"""Then it is forgotten how issues stand, so that no pool makes memory grow."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read.

    Attributes:
        url: of the database.
        snapshot: the pool as it was when this was exported.
        facts: the names of those to be read.
        project: whose issues; None for those of all projects but ``others``.
        others: projects that have their own ruleset.
    """

    url: str
    snapshot: str
    facts: tuple[str, ...]
    project: UUID | None
    others: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stood:
    """How an issue stands by its last decision; those that stand alike share one.

    Attributes:
        client: the client's slug.
        effective: what holds, in the order of the sections; empty for nothing.
        language: the client's.
        release: the name of the one that it is planned for, and when it ships.
        comment_hash: None where our comment is not only the ruleset's words: an issue
            that is not written to, or whose comment answers commands.
        verdict: of issues with overrides only.
    """

    client: str
    effective: tuple[str, ...]
    state: PoolState
    language: Language
    release: tuple[str, date | None]
    comment_hash: str | None
    overrides: Mapping[Section, str]
    verdict: Mapping[Section, str]


@dataclass(frozen=True, slots=True)
class Block:
    """Some issues, a column each.

    Attributes:
        keys: the tracker's.
        facts: by name, as text; empty for an absent one. A list is JSON, days and
            moments are as stored.
    """

    keys: Sequence[str]
    stood: Sequence[Stood]
    facts: Mapping[str, Sequence[str]]


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


async def estimate_issues(connection: Connection) -> int:
    """How many issues there are, or a few more; counting them would take long."""
    row = await query_one(
        connection, "SELECT max(number) - min(number) + 1 AS issues FROM issues"
    )
    return (row["issues"] or 0) if row else 0


async def find_trains(connection: Connection) -> Mapping[str, tuple[Release, ...]]:
    """The releases of each train that have not shipped."""
    trains = await query(connection, "SELECT slug FROM trains ORDER BY slug")
    return {
        row["slug"]: tuple(await find_releases(connection, row["slug"]))
        for row in trains
    }


async def find_train_of(connection: Connection) -> Mapping[str, str]:
    """The train of each release, by name."""
    rows = await query(
        connection,
        "SELECT r.name, t.slug FROM releases r JOIN trains t ON t.id = r.train_id",
    )
    return {row["name"]: row["slug"] for row in rows}


_READ = """
COPY (SELECT i.key{facts}, c.slug, i.kind, i.scope, i.priority, i.release_intent,
    q.state, c.language, r.name, r.ship_on,
    CASE WHEN m.issue_id IS NULL AND (i.status_category <> 'done'
            OR q.state_origin = 'person' OR i.base->>'comment_hash' <> ''
            OR i.base->'labels' <> '[]')
        THEN ':' || COALESCE(i.base->>'comment_hash', '') END,
    o.made, CASE WHEN o.made IS NOT NULL THEN d.verdict END
FROM issues i
JOIN decisions d ON d.id = i.decision_id
JOIN clients c ON c.id = i.client_id
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
LEFT JOIN releases r ON r.id = i.release_id
LEFT JOIN (SELECT DISTINCT issue_id FROM commands) m ON m.issue_id = i.id
LEFT JOIN (SELECT issue_id, jsonb_object_agg(section, value) AS made FROM overrides
    WHERE revoked_at IS NULL GROUP BY issue_id) o ON o.issue_id = i.id
CROSS JOIN LATERAL (SELECT d.facts || '{{}}' AS facts OFFSET 0) f
WHERE i.deleted_at IS NULL AND {projects}) TO STDOUT (NULL '')
"""


_SETTINGS = """
SET LOCAL work_mem = '128MB';
SET LOCAL jit = off;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0
"""
"""Hash joins over the pool, on more than one core, for nobody can count before they are
made; and no compiling that costs more than it saves."""


def read_blocks(reading: Reading) -> Iterator[bytes]:
    """Stream all issues, some thousand at a time and in no particular order; blocks.

    Each answer is for :class:`BlockParser`.
    """
    with psycopg.connect(
        reading.url, options="-c timezone=UTC -c datestyle=ISO"
    ) as connection:
        snapshot = SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(reading.snapshot))
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(snapshot)
        connection.execute(_SETTINGS)
        with connection.cursor().copy(_statement(reading)) as lines:
            yield from _gather(lines)


def _gather(lines: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    gathered: list[bytes | bytearray | memoryview] = []
    size = 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= _BLOCK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _statement(reading: Reading) -> Composed:
    if reading.project is not None:
        projects = SQL("i.project_id = {}").format(Literal(reading.project))
    else:
        others = Literal(list(reading.others))
        projects = SQL("i.project_id <> ALL ({}::uuid[])").format(others)
    facts = (SQL(", f.facts->>{}").format(Literal(name)) for name in reading.facts)
    return SQL(_READ).format(facts=SQL("").join(facts), projects=projects)


class BlockParser:
    """Takes PostgreSQL's text format apart.

    See https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
    """

    def __init__(self, facts: Sequence[str]) -> None:
        """Take the facts that were asked for."""
        self._facts = facts
        self._known: dict[str, Stood] = {}

    def parse(self, block: bytes) -> Block:
        """Parse whole lines."""
        text, width = block.decode().removesuffix("\n"), 1 + len(self._facts)
        rows = [line.split("\t", width) for line in text.split("\n")]
        columns: list[Sequence[str]] = list(zip(*rows, strict=True))
        packed = columns.pop()
        if "\\" in text:
            columns = [_unescape(column) for column in columns]
        keys, *facts = columns
        by_name = dict(zip(self._facts, facts, strict=True))
        return Block(keys, [self._find(each) for each in packed], by_name)

    def _find(self, packed: str) -> Stood:
        found = self._known.get(packed)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[packed] = _parse_stood(packed)
        return found


def _parse_stood(packed: str) -> Stood:
    client, *effective, state, language, name, ship_on, comment, made, said = _unescape(
        packed.split("\t")
    )
    return Stood(
        client=client,
        effective=tuple(effective),
        state=PoolState(state),
        language=Language(language),
        release=(name, date.fromisoformat(ship_on) if ship_on else None),
        comment_hash=comment[1:] if comment else None,
        overrides=_parse_by_section(made),
        verdict=_parse_by_section(said),
    )


def _parse_by_section(packed: str) -> Mapping[Section, str]:
    values = json.loads(packed) if packed else {}
    return {Section(name): value for name, value in values.items()}


_ESCAPE = re.compile(r"\\(.)")
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _unescape(column: Sequence[str]) -> Sequence[str]:
    return [
        _ESCAPE.sub(lambda it: _MEANT.get(it[1], it[1]), text) if "\\" in text else text
        for text in column
    ]
