"""What runs each batch, tick or page reads no large table from end to end."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from pool import attention, canaries, due, gauges, runs, status, waits
from pool.database import Connection, Database, query
from sandbox.clock import utc_now

FILL = (
    "SET session_replication_role = replica",
    """
    INSERT INTO sources (id, client_id, project_id, name, kind, base_url)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'acme', 'jira', ''
    """,
    """
    INSERT INTO attention (id, source_id, issue_id, code, subject, params, raised_at,
        seen_at, resolved_at)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'permission_missing',
        n || ':labels', '{}', now(), now(), CASE WHEN n % 2 > 0 THEN now() END
    FROM generate_series(1, 20000) n
    """,
    """
    INSERT INTO history (id, client_id, issue_id, happened_at, origin, actor, field, note)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), 'person', '',
        'scope', 'why' FROM generate_series(1, 20000)
    """,
    """
    INSERT INTO overrides (id, client_id, issue_id, section, value, reason, made_by,
        made_at)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'scope', 'x', 'why',
        'Mei', now() FROM generate_series(1, 20000)
    """,
    """
    INSERT INTO comments (client_id, issue_id, tracker_id, author, body, visibility,
        created_at, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), n::text, '', 'news?', 'public', now(),
        now() FROM generate_series(1, 20000) n
    """,
    """
    INSERT INTO issues (id, client_id, project_id, source_id, tracker_id, key, url, title,
        issue_type, status, status_category, content, content_hash, created_at,
        updated_at, read, base, first_seen_at, changed_at, decided_on, decision_id)
    SELECT gen_random_uuid(), s.client_id, s.project_id, s.id, n::text, n::text, '', '',
        '', '', 'to_do', '{}', '', now(), now(), 1, '{}', now(), now(), current_date,
        gen_random_uuid()
    FROM sources s, generate_series(1, 60000) n
    """,
    "SET session_replication_role = origin",
    "ANALYZE",
)
LARGE = ["attention", "comments", "history", "issues", "overrides"]
LONGEST = waits.Longest(timedelta(minutes=15), timedelta(days=1))
CALLS: Mapping[str, Callable[[Connection], Awaitable[Any]]] = {
    "concerns that are over": lambda it: attention.resolve(it, "acme", utc_now()),
    "of one kind": lambda it: attention.resolve(it, "acme", utc_now(), "tracker_down"),
    "the latest concerns": lambda it: attention.find_open(it, 200),
    "places that are seen": lambda it: attention.resolve_rest(
        it, "place_hidden", uuid4(), [], utc_now()
    ),
    "metrics": lambda it: gauges.find_gauges(it, utc_now()),
    "the health page": status.find_status,
    "the leak guard": lambda it: canaries.find_canaries(
        it, uuid4(), [uuid4() for _ in range(50)]
    ),
    "how far a run has come": runs.find_progress,
    "what a run wants": runs.find_holdings,
    "the tick": lambda it: due.find_due(it, utc_now()),
    "waits": lambda it: waits.free_stranded(it, utc_now(), LONGEST),
}


async def test_no_large_table_is_read_whole(database: Database) -> None:
    async with database.transaction() as connection:
        for statement in FILL:
            await connection.execute(statement)
    read = {name: await rows_read(database, call) for name, call in CALLS.items()}
    assert read == {name: {} for name in CALLS}


async def rows_read(
    database: Database, call: Callable[[Connection], Awaitable[Any]]
) -> dict[str, int]:
    """Rows that a call reads by going through a table from its beginning."""
    async with database.transaction() as connection:
        # what other processes read would not be counted here
        await connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        before = await count_read(connection)
        await call(connection)
        after = await count_read(connection)
    return {name: n for name, n in after.items() if n > before[name]}


async def count_read(connection: Connection) -> dict[str, int]:
    rows = await query(
        connection,
        "SELECT relname, seq_tup_read AS n FROM pg_stat_xact_user_tables"
        " WHERE relname = ANY(%s)",
        (LARGE,),
    )
    return {row["relname"]: row["n"] for row in rows}
