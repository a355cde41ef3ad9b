"""Encode, outside of any transaction, the texts that a match is going to compare."""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from uuid import UUID

from model.contracts import Contract
from model.issues import IssueSnapshot
from pool import contracts, embeddings, projects
from rules.matching.meaning import Meaning, Meanings, asked_text
from sync.engine import Engine
from sync.match import find_calibration

_BATCH = 256


async def prepare(
    engine: Engine, project: UUID, snapshots: Iterable[IssueSnapshot]
) -> None:
    """Know what some issues and the clauses of their project's contract mean.

    Losing this is harmless: a match encodes what it misses, one text after the other.
    """
    meanings = engine.meanings
    if meanings is None:
        return
    async with engine.database.transaction() as connection:
        setting = await projects.get_setting(connection, project)
        calibration = await find_calibration(engine, connection)
    if setting.contract is None:
        return
    asked = [asked_text(one.title, one.description) for one in snapshots]
    decided = [
        one.text
        for one in calibration.precedents
        if one.contract == setting.contract.slug
    ]
    await _know(engine, meanings, [*_texts(setting.contract), *decided, *asked])


async def reindex(engine: Engine) -> int:
    """Know what the clauses of every contract mean; answers how many were new.

    Changed clauses are new texts; those that stayed are found by their hash.
    """
    meanings = engine.meanings
    if meanings is None:
        return 0
    async with engine.database.transaction() as connection:
        texts = await contracts.find_texts(connection)
    return await _know(engine, meanings, texts)


def _texts(contract: Contract) -> list[str]:
    return [clause.text for clause in contract.clauses]


async def _know(engine: Engine, meanings: Meanings, texts: Sequence[str]) -> int:
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
