"""Encode clauses that changed, so that a match finds what they mean."""

from collections.abc import Sequence

from pool import contracts, embeddings
from pool.database import Connection
from rules.matching.meaning import Meanings
from sync.engine import Engine
from sync.know import know


async def reindex(engine: Engine) -> int:
    """Know what the clauses of every contract mean; answers how many were new.

    Changed clauses are new texts; those that stayed are found by their hash. Each is
    encoded once for every process and host.
    """
    meanings = engine.meanings
    if meanings is None:
        return 0
    async with engine.database.transaction() as connection:
        texts = await contracts.find_texts(connection)
    fresh = await know(engine, meanings, texts)
    return fresh + await _keep_rest(engine, meanings, texts)


async def _keep_rest(engine: Engine, meanings: Meanings, texts: Sequence[str]) -> int:
    """Keep for others what a match of this process encoded in passing."""
    async with engine.database.transaction() as connection:
        kept = await embeddings.find(connection, meanings.name, texts)
        rest = [text for text in texts if text not in kept]
        found = zip(rest, meanings.get(rest), strict=True)
        packs = {text: meaning.pack() for text, meaning in found}
        await embeddings.add(connection, meanings.name, packs)
    return len(rest)


async def is_index_due(engine: Engine, connection: Connection) -> bool:
    """Whether any clause has not been encoded, whoever changed it."""
    if engine.meanings is None:
        return False
    return await embeddings.lack_clauses(connection, engine.meanings.name)
