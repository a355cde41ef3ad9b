"""Texts that decisions refer to, each stored once under its SHA-256."""

import hashlib

from pool.database import Connection, query_one


async def keep(connection: Connection, body: str) -> str:
    """Store a text unless it is there; answers its hash."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    await connection.execute(
        "INSERT INTO texts (hash, body) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (digest, body),
    )
    return digest


async def find(connection: Connection, digest: str) -> str | None:
    """The text of a hash."""
    row = await query_one(
        connection, "SELECT body FROM texts WHERE hash = %s", (digest,)
    )
    return row["body"] if row else None
