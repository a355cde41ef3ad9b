"""Find the clauses that an issue is about."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from model.contracts import Contract
from model.issues import IssueSnapshot
from pool import calibrations, opinions
from pool.database import Connection
from pool.encode import decode
from pool.issues import StoredIssue
from pool.opinions import Asked
from pool.projects import Setting
from rules.matching.calibration import BUILT_IN, Calibration
from rules.matching.likeness import Leaning
from rules.matching.match import Index, Match, Matcher
from sync.engine import Engine, Memory
from sync.request import request

_KEPT = 2_000
"""Matches in memory: some 2 kB each."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How issues are compared with clauses, as of now.

    Attributes:
        name: of all that an answer depends on besides contract and issue.
    """

    memory: Memory
    matcher: Matcher
    name: str

    async def match(
        self,
        snapshot: IssueSnapshot,
        setting: Setting,
        today: date,
        opinion: float = 0.0,
    ) -> Match | None:
        """The nearest clauses of the project's contract; None without a contract.

        Texts that :func:`sync.prepare.prepare` has not seen are encoded here. Matches
        are kept for a while: what we write to an issue comes back, and asks the same.
        """
        contract = setting.contract
        if contract is None:
            return None
        phase = setting.project.phase
        asked = request(snapshot, phase=phase, opinion=opinion, today=today)
        name = f"{contract.slug}:{contract.fingerprint}:{self.name}"
        key = sha256(repr((name, asked)).encode()).digest()
        known = self.memory.matches
        if key in known:
            found = known[key] = known.pop(key)
            return found
        found = known[key] = self._index(name, contract).match(asked)
        if len(known) > _KEPT:
            del known[next(iter(known))]
        await asyncio.sleep(0)  # a hundred take long, and others wait for a moment only
        return found

    def _index(self, name: str, contract: Contract) -> Index:
        known = self.memory.indexes
        if name not in known:
            known[name] = self.matcher.index(contract)
        return known[name]


def compare_by(engine: Engine, calibration: Calibration) -> Comparison:
    """Compare as people's decisions taught it."""
    matcher = engine.matcher.calibrated(calibration)
    return Comparison(engine.memory, matcher, matcher.engine)


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
    """What the judge said of issues, as :meth:`Comparison.match` takes it.

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
