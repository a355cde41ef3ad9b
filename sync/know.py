"""Encode texts that nobody has encoded yet, and keep what they mean."""

from asyncio import to_thread
from collections.abc import Sequence

from pool import embeddings
from rules.matching.meaning import Meaning, Meanings
from sync.engine import Engine

_BATCH = 256


async def know(engine: Engine, meanings: Meanings, texts: Sequence[str]) -> int:
    """Find what texts mean, or encode them; answers how many were new to the pool."""
    missing = meanings.find_missing(texts)
    fresh = 0
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        fresh += await _know_batch(engine, meanings, batch)
    return fresh


async def _know_batch(engine: Engine, meanings: Meanings, texts: Sequence[str]) -> int:
    async with engine.database.transaction() as connection:
        known = await embeddings.find(connection, meanings.name, texts)
    for text, packed in known.items():
        meanings.keep(text, Meaning.unpack(packed))
    missing = [text for text in texts if text not in known]
    if not missing:
        return 0
    found = await to_thread(meanings.encode, missing)
    fresh = dict(zip(missing, found, strict=True))
    for text, meaning in fresh.items():
        meanings.keep(text, meaning)
    packs = {text: meaning.pack() for text, meaning in fresh.items()}
    async with engine.database.transaction() as connection:
        await embeddings.add(connection, meanings.name, packs)
    return len(fresh)
