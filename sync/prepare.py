"""Encode, outside of any transaction, the texts that a match is going to compare."""

from collections.abc import Iterable
from uuid import UUID

from model.issues import IssueSnapshot
from pool import projects
from rules.matching.heard import heard_texts
from rules.matching.segments import asked_texts
from sync.engine import Engine
from sync.know import know
from sync.match import find_calibration
from sync.request import request


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
    requests = [request(one) for one in snapshots]
    asked = [
        text for one in requests for text in asked_texts(one.title, one.description)
    ]
    decided = [
        one.text
        for one in calibration.precedents
        if one.contract == setting.contract.slug
    ]
    texts = heard_texts(setting.contract.clauses)
    await know(engine, meanings, [*texts, *decided, *asked])
