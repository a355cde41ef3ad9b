"""What people decided makes the next match better, once somebody applies it."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from app.encoder import build_matcher, open_meanings
from model.decisions import Section
from pool.database import Database
from pool.encode import encode
from rules.matching.calibration import Calibration, Precedent
from rules.matching.meaning import asked_text
from rules.matching.parts import Measure, Part
from sync.calibrate import FEWEST, apply, calibrate
from sync.overrule import overrule
from tests.builders import Town, open_town
from tests.sync.conftest import JiraDesk
from tests.sync.world import World

INSIDE = (
    "Fund report number {}",
    "Excel of fund report {}",
    "Payment approval step {}",
)
OUTSIDE = ("Canteen menu of week {}", "Parking lot number {}", "Birthday list {}")


async def decide_by_hand(world: World, desk: JiraDesk, each: int) -> None:
    """Raise issues, and say of each whether it is in the contract."""
    wanted = {}
    for scope, titles in (("in_contract", INSIDE), ("out_of_contract", OUTSIDE)):
        for number in range(each):
            title = titles[number % len(titles)].format(number)
            wanted[desk.raise_issue(title).key] = scope
    await world.settle(polls=True)
    for key, scope in wanted.items():
        [row] = await world.rows(
            "SELECT l.requirement_id FROM requirement_issues l"
            " JOIN issues i ON i.id = l.issue_id WHERE i.key = %s",
            key,
        )
        requirement = row["requirement_id"]
        await overrule(world.engine, requirement, Section.SCOPE, scope, "seen", "Li")
    await world.settle()


async def test_a_few_decisions_teach_nothing(world: World, desk: JiraDesk) -> None:
    await decide_by_hand(world, desk, 1)
    made = await calibrate(world.engine)
    assert (made.decisions, made.calibration, made.measured) == (2, None, ())
    with pytest.raises(ValueError, match="too few"):
        await apply(world.engine, made, "Li")


async def test_decisions_teach_and_hold_when_applied(
    world: World, desk: JiraDesk
) -> None:
    meanings = open_meanings()
    world.engine = replace(
        world.engine, meanings=meanings, matcher=build_matcher(meanings)
    )
    await decide_by_hand(world, desk, FEWEST // 2)
    made = await calibrate(world.engine)
    assert made.decisions == FEWEST
    assert made.calibration
    by_part = {one.part: one for one in made.measured}
    assert set(by_part) == set(Part) - {Part.JUDGE}
    decisions = by_part[Part.DECISIONS]
    assert decisions.auc is not None
    assert decisions.auc > 0.9
    assert {"language=en", "phase=trial_run"} <= decisions.groups.keys()

    await apply(world.engine, made, "Li")
    late = desk.raise_issue("Canteen menu of week 99")
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    [row] = await world.rows(
        "SELECT d.engine, d.facts FROM decisions d JOIN issues i ON i.decision_id = d.id"
        " WHERE i.key = %s",
        late.key,
    )
    assert f"calibration/{made.calibration.version}" in row["engine"]
    assert row["facts"]["contract.match.in_probability"] < 0.1
    kept = await world.rows("SELECT count(*) AS n FROM embeddings")
    assert kept[0]["n"] > FEWEST


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        yield town


SAID = (
    ("资金日报导出为 Excel", "in_contract", "zh"),
    ("资金月报按公司汇总查询", "in_contract", "zh"),
    ("付款申请 payment 按金额分级审批", "in_contract", "mixed"),
    ("按月结账时自动审核凭证", "in_contract", "zh"),
    ("食堂菜单公告", "out_of_contract", "zh"),
    ("Parking lot signs", "out_of_contract", "en"),
    ("员工生日祝福", "daily_change", "zh"),
    ("访客 WiFi 登记", "out_of_contract", "mixed"),
)


async def test_what_was_learnt_by_words_alone_is_kept_and_written_down(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.calibrate.FEWEST", len(SAID))
    for title, scope, _ in SAID:
        await town.raise_issue(title)
        [row] = await town.rows(
            "SELECT id FROM requirements ORDER BY number DESC LIMIT 1"
        )
        town.clock.wind(seconds=1)
        await overrule(town.engine, row["id"], Section.SCOPE, scope, "seen", "Li")
    identity = UUID("01a00000-0000-7000-8000-0000deadbeef")
    town.engine = replace(town.engine, ids=lambda: identity)
    made = await calibrate(town.engine)
    assert made.decisions == len(SAID)
    assert made.calibration
    newest_first = list(reversed(SAID))
    assert made.calibration == Calibration(
        version="0000deadbeef",
        inside=made.calibration.inside,
        daily_share=0.25,
        precedents=tuple(
            Precedent(asked_text(title, ""), scope == "in_contract", "huaxin-2026")
            for title, scope, _ in newest_first
        ),
    )
    assert [one.part for one in made.measured] == [
        each for each in Part if each is not Part.JUDGE
    ]
    languages = Counter(language for *_, language in SAID)
    groups = made.measured[0].groups
    assert set(groups) == {*(f"language={it}" for it in languages), "phase=trial_run"}

    town.woken.clear()
    assert await apply(town.engine, made, "Li") == identity
    assert town.woken == [("tick", "")]
    [stored] = await town.rows("SELECT * FROM calibrations")
    assert (stored["id"], stored["applied_by"], stored["applied_at"]) == (
        *(identity, "Li", town.clock()),
    )
    assert stored["calibration"] == encode(made.calibration)
    assert stored["report"] == encode(made.measured, tuple[Measure, ...])
    [entry] = await town.rows(
        "SELECT at, actor, subject, cause, client_id, before, after FROM audit"
        " WHERE action = 'calibrate'"
    )
    assert entry == {
        "at": town.clock(),
        "actor": "Li",
        "subject": "0000deadbeef",
        "cause": "8 decisions",
        "client_id": None,
        "before": None,
        "after": None,
    }
