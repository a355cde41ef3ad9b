"""Killed in every durable state, a story ends as it does without."""

import os
from typing import Any

import pytest

from tests.simulation.finale import check_converged
from tests.simulation.run import Ground
from tests.simulation.scenarios import SCENARIOS, Scenario, perform, portray
from tests.simulation.states import watching

KILLS = int(os.environ.get("SIMULATION_KILLS", "0"))
"""In how many states of each scenario, evenly spread; 0 for every one of them."""


async def told(ground: Ground, scenario: Scenario) -> tuple[list[int], Any]:
    """The points to kill at, one a state, and how it ends when nobody kills."""
    async with ground.world(seed=0) as world:
        with watching(world) as states:
            await perform(world, scenario, None, states)
        await check_converged(world)
        assert world.kills == 0
        return list(states.first.values()), await portray(world)


async def killed(ground: Ground, scenario: Scenario, kill_at: int) -> Any:
    async with ground.world(seed=0) as world:
        await perform(world, scenario, kill_at)
        await check_converged(world)
        assert world.kills == 1
        return await portray(world)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
async def test_killed_anywhere_it_ends_the_same(
    ground: Ground, scenario: Scenario
) -> None:
    points, end = await told(ground, scenario)
    step = max(len(points) // KILLS, 1) if KILLS else 1
    for kill_at in points[len(points) % step :: step]:
        other = await killed(ground, scenario, kill_at)
        assert other == end, f"killed at {kill_at}"


async def test_between_two_commits_nothing_is_left_behind(ground: Ground) -> None:
    """So one kill stands for all those that leave the same rows."""
    read = list[bool]()
    async with ground.world(seed=0) as world:
        with watching(world) as states:

            def read_again(point: int) -> None:
                states(point)
                read.append(states.read_rows() == states.rows)

            await perform(world, SCENARIOS[0], None, read_again)
    assert all(read)
    assert 4 * len(states.first) < len(read)
