"""The real engine under seeded faults: nothing lost, nothing twice, nothing leaked."""

import os
from collections import Counter

import pytest

from tests.simulation.faults import Fault
from tests.simulation.life import Story, draw
from tests.simulation.run import Failure, Ground, hear, shorten
from tests.simulation.seeds import keep_story, load_stories

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "18"))
STEPS = int(os.environ.get("SIMULATION_STEPS", "150"))
FROM = int(os.environ.get("SIMULATION_FROM", "0"))
_ENOUGH = 100
_happened = Counter[Fault]()
_heard: list[int] = []


@pytest.mark.parametrize(
    "story", load_stories(), ids=lambda story: f"kept-{story.seed}"
)
async def test_a_story_that_failed_once(ground: Ground, story: Story) -> None:
    heard = await hear(ground, story)
    assert heard.failure is None, _tell(story, heard.failure)


@pytest.mark.parametrize("seed", range(FROM, FROM + SEEDS))
async def test_a_seed(ground: Ground, seed: int) -> None:
    story = draw(seed, STEPS)
    heard = await hear(ground, story)
    _happened.update(heard.happened)
    _heard.append(seed)
    if heard.failure is not None:
        short = await shorten(ground, story, heard.failure)
        again = (await hear(ground, short)).failure or heard.failure
        keep_story(short, again.sentence.splitlines()[0])
        pytest.fail(_tell(short, again), pytrace=False)


def _tell(story: Story, failure: Failure | None) -> str:
    assert failure is not None
    return "\n".join([failure.sentence, str(story), *failure.trace])


async def test_every_fault_of_the_list_happened() -> None:
    if len(_heard) < _ENOUGH:
        pytest.skip("too few seeds were run in this process")
    never = [fault.value for fault in Fault if not _happened[fault]]
    assert never == []


async def test_the_same_seed_is_the_same_trace(ground: Ground) -> None:
    heard = [await hear(ground, draw(seed, 60)) for seed in (7, 7, 8)]
    assert heard[0].hash == heard[1].hash
    assert heard[0].hash != heard[2].hash


async def test_leaving_a_stimulus_out_leaves_the_others_as_they_were() -> None:
    story = draw(3, 40)
    assert Story.parse(str(story)) == story
