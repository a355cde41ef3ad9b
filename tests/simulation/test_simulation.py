"""The real engine under seeded faults: nothing lost, nothing twice, nothing leaked."""

import os
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from tests.conftest import new_database
from tests.simulation import elsewhere
from tests.simulation.faults import Fault
from tests.simulation.life import Story, draw
from tests.simulation.run import Failure, Ground, hear, shorten
from tests.simulation.seeds import keep_story, load_stories

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "300"))
STEPS = int(os.environ.get("SIMULATION_STEPS", "300"))
FROM = int(os.environ.get("SIMULATION_FROM", "0"))
SHORTEN = bool(os.environ.get("SIMULATION_SHORTEN", "1"))
"""And keep a story that fails; not where only that it fails matters."""

_ENOUGH = 30
"""Stories in which every fault happens, and any two are on together."""

_TWICE, _LONG = (27, 38, 39), 200
"""Stories that once were told otherwise after others; elsewhere they are told last first."""


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of a run share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "heard"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize(
    "story", load_stories(), ids=lambda story: f"kept-{story.seed}"
)
async def test_a_story_that_failed_once(ground: Ground, story: Story) -> None:
    heard = await hear(ground, story)
    assert heard.failure is None, _tell(story, heard.failure)


@pytest.mark.parametrize("seed", range(FROM, FROM + SEEDS))
async def test_a_seed(ground: Ground, notes: Path, seed: int) -> None:
    """After the last one every fault of the list has happened."""
    story = draw(seed, STEPS)
    heard = await hear(ground, story)
    take_note(notes / f"{seed}.part", heard.happened)
    if heard.failure is not None and SHORTEN:
        short = await shorten(ground, story, heard.failure)
        again = (await hear(ground, short)).failure or heard.failure
        keep_story(short, again.sentence.splitlines()[0])
        pytest.fail(_tell(short, again), pytrace=False)
    assert heard.failure is None, _tell(story, heard.failure)
    assert find_never_happened(notes) == []


def take_note(note: Path, happened: Counter[Fault]) -> None:
    """What happened in a story, at once as a whole."""
    names = [fault.name for fault, times in happened.items() if times]
    note.write_text("\n".join(names), encoding="utf-8")
    note.rename(note.with_suffix(".txt"))


def find_never_happened(notes: Path) -> list[str]:
    """Of the whole list; nothing as long as stories are left to be told."""
    told = [one.read_text(encoding="utf-8").split() for one in notes.glob("*.txt")]
    happened = {name for names in told for name in names}
    is_over = len(told) == SEEDS >= _ENOUGH
    return [one.value for one in Fault if is_over and one.name not in happened]


def _tell(story: Story, failure: Failure | None) -> str:
    assert failure is not None
    return "\n".join([failure.sentence, str(story), *failure.trace])


async def test_any_two_faults_are_on_together_in_some_story() -> None:
    together = [draw(seed, STEPS).on for seed in range(_ENOUGH)]
    pairs = combinations(Fault, 2)
    assert [pair for pair in pairs if not any(on >= {*pair} for on in together)] == []


async def test_the_same_seed_is_the_same_trace(
    ground: Ground, postgres_url: str
) -> None:
    """Whatever was told before, with words hashed and statements planned otherwise."""
    databases = new_database(postgres_url, "migrated")
    others = await elsewhere.begin(next(databases), _LONG, _TWICE[::-1])
    here = [(await hear(ground, draw(seed, _LONG))).hash for seed in _TWICE]
    assert await elsewhere.end(others) == here[::-1]
    assert len({*here}) == len(_TWICE)
    next(databases, None)


async def test_leaving_a_stimulus_out_leaves_the_others_as_they_were() -> None:
    story = draw(3, 40)
    assert Story.parse(str(story)) == story
