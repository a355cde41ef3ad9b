"""What people decided makes the next match better, once somebody applies it."""

from dataclasses import replace

import pytest

from app.encoder import build_matcher, open_meanings
from model.decisions import Section
from rules.matching.parts import Part
from sync.calibrate import FEWEST, apply, calibrate
from sync.overrule import overrule
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
