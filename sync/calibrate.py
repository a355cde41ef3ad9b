"""Learn from what people decided how probably a request is in its contract."""

import re
from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from model.contracts import Contract
from model.decisions import Scope
from pool import audit, calibrations, contracts, reviews, runs
from pool.audit import Entry
from pool.calibrations import StoredCalibration
from pool.encode import encode
from pool.reviews import Review
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibration import Calibration, Precedent, follow_precedents
from rules.matching.likeness import Leaning
from rules.matching.match import Index
from rules.matching.meaning import Meaning, Meanings, asked_text
from rules.matching.parts import Decided, Measure, Part, learn, measure_across
from rules.matching.word_matcher import WordMatcher
from sync.engine import Engine
from sync.request import request

FEWEST = 40
"""Decisions; with less a calibration would mostly repeat chance."""

_MOST = 5000
_PRECEDENTS = 400
_OPINIONS: Mapping[Scope | None, float] = {
    Scope.IN_CONTRACT: 1.0,
    Scope.OUT_OF_CONTRACT: -1.0,
}
_CHINESE = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[A-Za-z]{4,}")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was learnt, and how well it holds on decisions it was not learnt from.

    Attributes:
        decisions: how many there are.
        measured: what each part adds; empty with too few decisions.
        calibration: ready to be applied; None with too few decisions.
    """

    decisions: int
    measured: tuple[Measure, ...]
    calibration: Calibration | None


async def calibrate(engine: Engine) -> Calibrated:
    """Fit and measure; changes nothing."""
    async with engine.database.transaction() as connection:
        found = await reviews.find(connection, _MOST)
        known = await contracts.load(connection)
    if len(found) < FEWEST:
        return Calibrated(len(found), (), None)
    meanings = Meanings(engine.meanings.encoder) if engine.meanings else None
    return await to_thread(_learn, meanings, found, known, str(engine.ids()))


async def apply(engine: Engine, made: Calibrated, actor: str) -> UUID:
    """Let a calibration hold, and have every issue decided on again; overrides stay.

    Raises:
        ValueError: there were too few decisions to make one.
    """
    if made.calibration is None:
        raise ValueError(f"{made.decisions} decisions are too few, {FEWEST} at least")
    now = engine.clock()
    stored = StoredCalibration(
        id=engine.ids(),
        calibration=encode(made.calibration),
        report=encode(made.measured, tuple[Measure, ...]),
        applied_at=now,
        applied_by=actor,
    )
    entry = Entry(
        at=now,
        actor=actor,
        action="calibrate",
        subject=made.calibration.version,
        cause=f"{made.decisions} decisions",
    )
    async with engine.database.transaction() as connection:
        await calibrations.apply(connection, stored)
        await audit.append(connection, entry)
        await runs.set_aside_all(connection)
    await engine.wake("tick", "")
    return stored.id


def _learn(
    meanings: Meanings | None,
    found: Sequence[Review],
    known: Mapping[str, Contract],
    version: str,
) -> Calibrated:
    decided = _decide_all(meanings, found, known)
    part = Part.JUDGE if any(one.opinion for one in found) else Part.DECISIONS
    parts = [each for each in Part if each is not Part.JUDGE or each is part]
    outside = [one for one in found if one.scope is not Scope.IN_CONTRACT]
    daily = sum(one.scope is Scope.DAILY_CHANGE for one in outside)
    short = version.rpartition("-")[2]
    calibration = Calibration(
        version=short,
        inside=learn(part, decided, short),
        daily_share=round(daily / len(outside), 4) if outside else 0.0,
        precedents=tuple(map(_precedent, found[:_PRECEDENTS])),
    )
    measured = tuple(measure_across(parts, decided))
    return Calibrated(len(found), measured, calibration)


def _decide_all(
    meanings: Meanings | None, found: Sequence[Review], known: Mapping[str, Contract]
) -> list[Decided]:
    words = {slug: WordMatcher().index(each) for slug, each in known.items()}
    blended: Mapping[str, Index] = words
    heard: list[Meaning] = []
    if meanings is not None:
        matcher = BlendedMatcher(meanings)
        blended = {slug: matcher.index(each) for slug, each in known.items()}
        heard = meanings.encode([_text(one) for one in found])
    decided = []
    for place, one in enumerate(found):
        asked = request(one.snapshot, phase=one.phase)
        precedent = _follow_others(place, found, heard)
        leaning = blended[one.contract].match(asked).leaning
        decided.append(
            Decided(
                by_words=_with_opinion(words[one.contract].match(asked).leaning, one),
                by_all=_with_opinion(leaning, one)._replace(precedent=precedent),
                inside=one.scope is Scope.IN_CONTRACT,
                groups={"language": _language(_text(one)), "phase": one.phase},
            )
        )
    return decided


def _follow_others(
    place: int, found: Sequence[Review], heard: Sequence[Meaning]
) -> float:
    """What the other reviews under the same contract say of one; never itself."""
    if not heard:
        return 0.0
    own, text = found[place], _text(found[place])
    others = [
        (heard[i], each.scope is Scope.IN_CONTRACT)
        for i, each in enumerate(found[:_PRECEDENTS])
        if i != place and each.contract == own.contract and _text(each) != text
    ]
    return follow_precedents(heard[place], others)


def _with_opinion(leaning: Leaning, one: Review) -> Leaning:
    return leaning._replace(judge=_OPINIONS.get(one.opinion, 0.0))


def _precedent(one: Review) -> Precedent:
    return Precedent(_text(one), one.scope is Scope.IN_CONTRACT, one.contract)


def _text(one: Review) -> str:
    asked = request(one.snapshot)
    return asked_text(asked.title, asked.description)


def _language(text: str) -> str:
    if not _CHINESE.search(text):
        return "en"
    return "mixed" if _WORD.search(text) else "zh"
