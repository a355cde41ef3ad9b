"""Ask the operator's judge about issues under review: evidence, never a decision."""

from datetime import timedelta
from uuid import UUID

from model.contracts import Contract
from model.errors import TrackerError
from pool import issues, opinions
from pool.database import Connection
from pool.issues import StoredIssue
from pool.opinions import Asked, Opinion
from rules.matching.match import Request
from rules.matching.question import (
    PROMPT,
    UnbelievableError,
    ask_about,
    parse_answer,
)
from sync.decide import decide
from sync.engine import Engine, Judge
from sync.match import find_calibration
from sync.request import request
from sync.sitting import open_sitting

_BATCH = 20
_QUIET = timedelta(minutes=1)


async def judge(engine: Engine) -> int:
    """Ask about some issues that nobody has asked about as they are.

    No transaction is open while the judge thinks. What it answers is kept with its
    model and the version of the question; an answer that is not one of ours is kept
    as discarded, so that it is not asked for again.

    Returns:
        How many opinions were kept.

    Raises:
        TrackerError: the endpoint could not be asked; it is left alone for a minute.
    """
    asked = engine.judge
    if asked is None or is_judge_quiet(engine):
        return 0
    async with engine.database.transaction() as connection:
        waiting = await opinions.find_unasked(connection, asked.model, PROMPT, _BATCH)
    kept = 0
    for issue in waiting:
        kept += await _ask_one(engine, asked, issue)
    return kept


async def is_judge_due(engine: Engine, connection: Connection) -> bool:
    """Whether there is anybody to ask, and anything to ask about."""
    if engine.judge is None or is_judge_quiet(engine):
        return False
    model = engine.judge.model
    return bool(await opinions.find_unasked(connection, model, PROMPT, 1))


def is_judge_quiet(engine: Engine) -> bool:
    """It failed a moment ago."""
    until = engine.memory.judge_quiet_until
    return until is not None and timedelta() < until - engine.clock() <= _QUIET


async def _ask_one(engine: Engine, asked: Judge, identity: UUID) -> bool:
    found = await _load(engine, identity)
    if found is None:
        return False
    issue, contract, about = found
    try:
        answer = await asked.ask(ask_about(about, contract))
    except TrackerError:
        engine.memory.judge_quiet_until = engine.clock() + _QUIET
        raise
    opinion = _read(engine, asked.model, answer, contract)
    await _keep(engine, issue, contract, opinion)
    return not opinion.discarded


async def _load(
    engine: Engine, identity: UUID
) -> tuple[StoredIssue, Contract, Request] | None:
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        locked = await issues.lock(connection, [identity])
        if sitting is None or not locked:
            return None
        issue = locked[0]
        setting = await sitting.get_setting(issue.project_id)
        today = sitting.today_in(issue.project_id)
    if setting.contract is None:
        return None
    return issue, setting.contract, request(issue.snapshot, today=today)


def _read(engine: Engine, model: str, answer: str, contract: Contract) -> Opinion:
    now = engine.clock()
    try:
        said = parse_answer(answer, contract)
    except UnbelievableError as error:
        return Opinion(None, (), "", model, PROMPT, now, discarded=str(error))
    return Opinion(said.scope, said.clauses, said.reason, model, PROMPT, now)


async def _keep(
    engine: Engine, issue: StoredIssue, contract: Contract, opinion: Opinion
) -> None:
    """Decide again only where people's decisions gave the judge weight."""
    asked = opinions.asked_hash(issue.snapshot.title, issue.snapshot.description)
    about = Asked(issue.client_id, issue.id, asked, contract.fingerprint)
    async with engine.database.transaction() as connection:
        await opinions.add(connection, engine.ids, about, opinion)
        calibration = await find_calibration(engine, connection)
        sitting = await open_sitting(engine, connection)
        if sitting is None or opinion.discarded or not calibration.hears_judge:
            return
        await decide(sitting, await issues.lock(connection, [issue.id]), "judge")
