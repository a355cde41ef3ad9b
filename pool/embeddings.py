"""What texts mean, encoded once for every process."""

import hashlib
from collections.abc import Mapping, Sequence

from pool.database import Connection, query

_FIND = """
SELECT hash, vector FROM embeddings WHERE encoder = %s AND hash = ANY(%s)
"""
_ADD = """
INSERT INTO embeddings (hash, encoder, vector)
SELECT hash, %s, vector FROM unnest(%s::text[], %s::bytea[]) AS n (hash, vector)
ON CONFLICT DO NOTHING
"""

_UNKNOWN_CLAUSE = """
SELECT FROM clauses c WHERE c.until_version IS NULL AND NOT EXISTS (
    SELECT FROM embeddings e WHERE e.encoder = %s
        AND e.hash = encode(sha256(convert_to(c.text, 'UTF8')), 'hex')) LIMIT 1
"""


async def find(
    connection: Connection, encoder: str, texts: Sequence[str]
) -> dict[str, bytes]:
    """The packed meanings that are known, by text."""
    hashes = {_hash(text): text for text in texts}
    rows = await query(connection, _FIND, (encoder, list(hashes)))
    return {hashes[row["hash"]]: bytes(row["vector"]) for row in rows}


async def add(
    connection: Connection, encoder: str, packed: Mapping[str, bytes]
) -> None:
    """Keep packed meanings by text; those that are there stay."""
    hashes = {_hash(text): vector for text, vector in packed.items()}
    order = sorted(hashes)
    vectors = [hashes[one] for one in order]
    await connection.execute(_ADD, (encoder, order, vectors))


async def lack_clauses(connection: Connection, encoder: str) -> bool:
    """Whether the meaning of a clause that holds now is missing."""
    return bool(await query(connection, _UNKNOWN_CLAUSE, (encoder,)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
