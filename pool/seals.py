"""Seals over the audit: what is sealed cannot be changed without being noticed.

A seal is the SHA-256 of the seal before it and of every row in its range, so that the
last one vouches for all rows up to it (a hash chain, as in Schneier and Kelsey, "Secure
Audit Logs to Support Computer Forensics", 1999). Whoever may write to the database can
also make a whole new chain: keep the last seal somewhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pool.database import Connection, query, query_one

MOST_ROWS = 10_000
"""What one seal covers at most."""

_ROW_DIGEST = """
sha256(convert_to(jsonb_build_array(
    a.seq, extract(epoch FROM a.at)::text, a.client_id, a.actor, a.action, a.subject,
    a.cause, a.before, a.after)::text, 'UTF8'))
"""

_SEAL = f"""
WITH previous AS (
    SELECT last_seq, digest FROM audit_seals ORDER BY last_seq DESC LIMIT 1
), rows AS (
    SELECT a.seq, {_ROW_DIGEST} AS digest FROM audit a
    WHERE a.seq > coalesce((SELECT last_seq FROM previous), 0) AND a.seq <= %(up_to)s
    ORDER BY a.seq LIMIT %(most)s
)
INSERT INTO audit_seals (last_seq, rows, digest, sealed_at)
SELECT max(seq), count(*), sha256(coalesce((SELECT digest FROM previous), ''::bytea)
    || string_agg(digest, ''::bytea ORDER BY seq)), %(now)s
FROM rows HAVING count(*) > 0
RETURNING encode(digest, 'hex') AS seal
"""  # noqa: S608 - put together from the constant above

_BROKEN = f"""
WITH ranges AS (
    SELECT last_seq, rows, digest, lag(last_seq, 1, 0::bigint) OVER chain AS after_seq,
        lag(digest, 1, ''::bytea) OVER chain AS previous
    FROM audit_seals WINDOW chain AS (ORDER BY last_seq)
)
SELECT r.after_seq + 1 AS first_seq, r.last_seq, r.rows AS sealed, found.rows AS found
FROM ranges r CROSS JOIN LATERAL (
    SELECT count(*) AS rows,
        string_agg({_ROW_DIGEST}, ''::bytea ORDER BY a.seq) AS digests
    FROM audit a WHERE a.seq > r.after_seq AND a.seq <= r.last_seq
) found
WHERE r.digest IS DISTINCT FROM sha256(r.previous || coalesce(found.digests, ''::bytea))
ORDER BY r.last_seq
"""  # noqa: S608 - put together from the constant above


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A range of the audit that is not as it was sealed.

    Attributes:
        first_seq: where the range begins.
        last_seq: where it ends, inclusively.
        sealed: how many rows were sealed.
        found: how many are there now.
    """

    first_seq: int
    last_seq: int
    sealed: int
    found: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How the audit stands.

    Attributes:
        sealed: rows under a seal.
        unsealed: rows written since.
        last_seal: hexadecimal; None when nothing was ever sealed.
        expected_found: whether the seal that was asked for is in the chain.
        broken: the ranges that were tampered with; everything behind the first one is
            only as good as the copy of a seal that is kept elsewhere.
    """

    sealed: int
    unsealed: int
    last_seal: str | None
    expected_found: bool
    broken: Sequence[BrokenSeal]


async def find_newest(connection: Connection) -> int | None:
    """The number of the newest row that no seal covers."""
    row = await query_one(
        connection,
        "SELECT max(seq) AS seq FROM audit WHERE seq >"
        " (SELECT coalesce(max(last_seq), 0) FROM audit_seals)",
    )
    return row["seq"] if row else None


async def draw_horizon(connection: Connection) -> int:
    """A transaction id that no transaction had when this was asked."""
    (row,) = await query(
        connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS id"
    )
    return int(row["id"])


async def is_past(connection: Connection, horizon: int) -> bool:
    """Whether every transaction that began before the horizon has ended."""
    (row,) = await query(
        connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS id"
    )
    return int(row["id"]) >= horizon


async def add_seal(connection: Connection, up_to: int, now: datetime) -> str | None:
    """Seal the next rows, numbers up to and including one.

    One process at a time; the others seal nothing.

    Returns:
        the seal, hexadecimal; None when there was nothing to seal.
    """
    (lock,) = await query(
        connection,
        "SELECT pg_try_advisory_xact_lock(hashtextextended('seal', 0)) AS mine",
    )
    if not lock["mine"]:
        return None
    values = {"up_to": up_to, "most": MOST_ROWS, "now": now}
    added = await query_one(connection, _SEAL, values)
    return added["seal"] if added else None


async def verify_audit(connection: Connection, expected: str | None) -> AuditReport:
    """Compute every seal anew and compare.

    Args:
        connection: it reads the whole audit.
        expected: a seal, hexadecimal, that was noted down earlier and must be there.
    """
    broken = await query(connection, _BROKEN)
    (sums,) = await query(
        connection,
        """
        SELECT coalesce(sum(rows), 0) AS sealed,
            (SELECT count(*) FROM audit
             WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM audit_seals)) AS unsealed,
            (SELECT encode(digest, 'hex') FROM audit_seals
             ORDER BY last_seq DESC LIMIT 1) AS last_seal,
            %(expected)s::text IS NULL
                OR coalesce(bool_or(encode(digest, 'hex') = %(expected)s), false) AS found
        FROM audit_seals
        """,
        {"expected": expected},
    )
    return AuditReport(
        sealed=int(sums["sealed"]),
        unsealed=sums["unsealed"],
        last_seal=sums["last_seal"],
        expected_found=sums["found"],
        broken=tuple(BrokenSeal(**row) for row in broken),
    )
