"""Find the clauses that an issue is about."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from model.contracts import Contract
from pool import calibrations, opinions
from pool.database import Connection
from pool.encode import decode
from pool.issues import StoredIssue
from pool.opinions import Asked
from pool.projects import Setting
from rules.matching.calibration import BUILT_IN, Calibration
from rules.matching.likeness import Leaning
from rules.matching.match import Index, Match, Matcher
from sync.engine import Engine
from sync.request import request


def match(
    engine: Engine,
    calibration: Calibration,
    issue: StoredIssue,
    setting: Setting,
    today: date,
    opinion: float = 0.0,
) -> Match | None:
    """The nearest clauses of the project's contract; None without a contract.

    Texts that :func:`sync.prepare.prepare` has not seen are encoded here.
    """
    contract = setting.contract
    if contract is None:
        return None
    phase = setting.project.phase
    asked = request(issue.snapshot, phase=phase, opinion=opinion, today=today)
    matcher = engine.matcher.calibrated(calibration)
    return _index(engine, matcher, contract).match(asked)


async def find_calibration(engine: Engine, connection: Connection) -> Calibration:
    """What people's decisions taught, or what is built in."""
    identity = await calibrations.find_active_id(connection)
    if identity is None:
        return BUILT_IN
    known = engine.memory.calibrations
    if identity not in known:
        known[identity] = await _load(connection, identity)
    return known[identity]


async def _load(connection: Connection, identity: UUID) -> Calibration:
    """One that another version fitted on other features is passed over."""
    stored = await calibrations.find(connection, identity)
    if stored is None:
        return BUILT_IN
    found: Calibration = decode(stored.calibration, Calibration)
    fits = len(found.inside.weights) == len(Leaning._fields)
    return found if fits else BUILT_IN


async def find_leanings(
    connection: Connection,
    calibration: Calibration,
    issues: Iterable[tuple[StoredIssue, Setting]],
) -> Mapping[UUID, float]:
    """What the judge said of issues, as :func:`match` takes it.

    It is asked about only where people's decisions gave it weight.
    """
    if not calibration.hears_judge:
        return {}
    asked = [
        _asked(issue, setting.contract) for issue, setting in issues if setting.contract
    ]
    said = await opinions.find_all(connection, asked)
    return {issue: opinion.leaning for issue, opinion in said.items()}


def _asked(issue: StoredIssue, contract: Contract) -> Asked:
    content = opinions.asked_hash(issue.snapshot.title, issue.snapshot.description)
    return Asked(issue.client_id, issue.id, content, contract.fingerprint)


def _index(engine: Engine, matcher: Matcher, contract: Contract) -> Index:
    key = f"{contract.slug}:{contract.fingerprint}:{matcher.engine}"
    if key not in engine.memory.indexes:
        engine.memory.indexes[key] = matcher.index(contract)
    return engine.memory.indexes[key]
