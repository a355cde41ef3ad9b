"""A pool of a million requirements, and how long a simulation of all of them takes."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing import active_children
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage, struct_rusage
from time import perf_counter, sleep
from typing import Any

import psycopg

from benchmarks.rule_workload import load_workload, make_facts, make_rules
from model.decisions import Section
from pool.database import Database
from pool.embedded import embedded_server
from pool.migrate import upgrade
from rules.decide import decide
from rules.ruleset import Ruleset
from sync.simulate import simulate

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
SAMPLES = 10_000
"""Issues of their own; then they repeat under new titles."""

_CHANGED = 8
_SETTINGS = {"max_wal_size": "8GB", "shared_buffers": "512MB"}


def measure_pool(rows: int, keep: Path | None = None) -> dict[str, Any]:
    """Seconds that a simulation takes on a real server, seeded beforehand.

    Args:
        rows: requirements in the pool.
        keep: a folder whose pool is used again; None for one that is thrown away.
    """
    running = load_workload(make_rules(Random(7)))
    candidate = load_workload(make_rules(Random(7))[:-_CHANGED] + _others())
    with _folder(keep) as home, embedded_server(home, settings=_SETTINGS) as url:
        upgrade(url)
        if _count_issues(url) != rows:
            seed(url, running, rows)
        before, started = _children(), perf_counter()
        simulation = asyncio.run(_simulate(url, candidate))
        seconds = perf_counter() - started
        after = _children()
    assert simulation.whole.issues == rows
    return {
        "requirements": rows,
        "rules": 100,
        "seconds": round(seconds, 2),
        "requirements_per_second": round(rows / seconds),
        "seconds_a_million": round(seconds / rows * 1_000_000, 2),
        "flipped": simulation.whole.flipped,
        "python_cpu_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1
        ),
        "largest_process_mb": after.ru_maxrss // 1024,
    }


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    home = Path(tempfile.mkdtemp(prefix="reqpool-bench-", dir="/tmp"))
    try:
        yield home
    finally:
        shutil.rmtree(home)


def _children() -> struct_rusage:
    """What the processes of a simulation took, once they have ended."""
    while active_children():
        sleep(0.05)
    return getrusage(RUSAGE_CHILDREN)


def _count_issues(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM issues").fetchone()
    return row[0] if row else 0


def _others() -> list[Any]:
    return make_rules(Random(8))[-_CHANGED:]


async def _simulate(url: str, candidate: Ruleset) -> Any:
    database = Database(url)
    await database.open()
    try:
        return await simulate(database, lambda: NOW, candidate)
    finally:
        await database.close()


def seed(url: str, ruleset: Ruleset, rows: int) -> None:
    """Fill a migrated database: an issue a requirement, each decided on."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "CREATE TEMP TABLE sample (n int, facts jsonb, effective jsonb, score int)"
        )
        copy = "COPY sample FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(copy) as rows_in:
            for row in _samples(ruleset):
                rows_in.write_row(row)
        for statement in _SEED:
            connection.execute(statement.replace("$rows", str(rows)))
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("issues", "decisions", "requirements", "requirement_issues"):
            connection.execute(f"VACUUM ANALYZE {table}")
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")


def _samples(ruleset: Ruleset) -> Iterator[tuple[int, str, str, int]]:
    random = Random(11)
    for number in range(SAMPLES):
        facts = make_facts(random, number)
        facts["issue.text"] = f"{facts['issue.title']}\n{facts['issue.description']}"
        decision = decide(ruleset, facts)
        effective = {section.value: said for section, said in _said(decision)}
        packed = json.dumps(facts, ensure_ascii=False, default=date.isoformat)
        yield number, packed, json.dumps(effective), decision.score


def _said(decision: Any) -> list[tuple[Section, str]]:
    return list(decision.effective.items())


_SEED = (
    """
    INSERT INTO clients (id, slug, name, language)
    SELECT gen_random_uuid(), 'client-' || n, 'Client', 'en' FROM generate_series(0, 49) n
    """,
    """
    CREATE TEMP TABLE made AS SELECT g.n, gen_random_uuid() AS i, gen_random_uuid() AS d,
        gen_random_uuid() AS q, s.facts || jsonb_build_object('issue.title',
            s.facts->>'issue.title' || g.n) AS facts, s.effective, s.score,
        c.id AS client
    FROM generate_series(1, $rows) AS g (n) JOIN sample s ON s.n = g.n % 10000
    JOIN clients c ON c.slug = s.facts->>'client.slug'
    """,
    """
    INSERT INTO requirements (id, title, state, state_origin, created_at, changed_at)
    SELECT q, facts->>'issue.title', 'triaged', 'rules', now(), now() FROM made
    """,
    """
    INSERT INTO issues (id, client_id, project_id, source_id, tracker_id, key, url, title,
        issue_type, status, status_category, content, content_hash, created_at,
        updated_at, read, base, first_seen_at, changed_at, kind, scope, priority, score,
        release_intent, decision_id, decided_on)
    SELECT i, client, client, client, n, 'FIN-' || n, '', facts->>'issue.title', 'Bug',
        'Open', 'todo', jsonb_build_object('title', facts->>'issue.title',
            'description', facts->>'issue.description'), '', now(), now(), 1,
        '{"labels": [], "comment_hash": "none"}', now(), now(), effective->>'kind',
        effective->>'scope', effective->>'priority', score, effective->>'release', d,
        '2026-11-20'
    FROM made
    """,
    """
    INSERT INTO requirement_issues (id, client_id, requirement_id, issue_id, linked_at)
    SELECT gen_random_uuid(), client, q, i, now() FROM made
    """,
    """
    INSERT INTO decisions (id, client_id, issue_id, decided_at, cause, facts, ruleset,
        contract, engine, verdict, effective, score, reasons, evidence)
    SELECT d, client, i, now(), 'poll', facts, 'bench', '', 'rules/1', effective,
        effective, score, '[{"section": "kind", "rule": "r1", "place": "bench:3",
            "matched": {"issue.type": "Bug", "project.phase": "uat"}}]', '[]'
    FROM made
    """,
    """
    INSERT INTO overrides (id, client_id, issue_id, section, value, reason, made_by,
        made_at)
    SELECT gen_random_uuid(), client, i, 'scope', effective->>'scope', 'x', 'x', now()
    FROM made WHERE n % 20 = 0 AND effective ? 'scope'
    """,
)
