"""Killed at every await and every commit, a story ends as it does without."""

import os
from typing import Any

import pytest

from tests.simulation.finale import check_converged
from tests.simulation.run import Ground
from tests.simulation.scenarios import SCENARIOS, Scenario, perform, portray

KILLS = int(os.environ.get("SIMULATION_KILLS", "6"))
"""At how many points of each scenario, evenly spread; 0 for every one of them."""


async def told(ground: Ground, scenario: Scenario, kill_at: int | None) -> Any:
    async with ground.world(seed=0) as world:
        points = await perform(world, scenario, kill_at)
        await check_converged(world)
        assert (world.kills == 0) == (kill_at is None)
        return points, await portray(world)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
async def test_killed_anywhere_it_ends_the_same(
    ground: Ground, scenario: Scenario
) -> None:
    points, end = await told(ground, scenario, None)
    step = max(points // KILLS, 1) if KILLS else 1
    for kill_at in range(1 + (points % step), points, step):
        _, other = await told(ground, scenario, kill_at)
        assert other == end, f"killed at {kill_at} of {points}"
