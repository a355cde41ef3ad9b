"""Every planted mistake breaks the law that it should, within a few stories."""

import os
from pathlib import Path

import pytest

from tests.simulation import bugs_inbox, bugs_outbox
from tests.simulation.bugs import BUGS, Bug
from tests.simulation.life import Story, draw
from tests.simulation.run import Ground, hear

FRESH = int(os.environ.get("SIMULATION_BUG_SEEDS", "0"))
_STEPS = 150
_FEW = 12
_CAUGHT = Path(__file__).with_name("caught.txt")


def load_caught() -> dict[str, Story]:
    """By a bug's name a short story that told of it."""
    lines = _CAUGHT.read_text(encoding="utf-8").splitlines()
    named = [line.split(" ", 1) for line in lines if line and line[0] != "#"]
    return {name: Story.parse(told) for name, told in named}


STORIES = load_caught()


def stories_for(bug: Bug) -> list[Story]:
    """The short one; when it has become blunt, or for a longer run, fresh ones."""
    known = [] if FRESH else [STORIES[bug.name]]
    return [*known, *(draw(seed, _STEPS) for seed in range(FRESH or _FEW))]


CHOSEN = [bug for bug in BUGS.values() if FRESH or bug.name in STORIES]


@pytest.mark.parametrize("bug", CHOSEN, ids=lambda bug: bug.name)
async def test_a_planted_bug_is_caught(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, bug: Bug
) -> None:
    bug.plant(monkeypatch)
    found = []
    for story in stories_for(bug):
        failure = (await hear(ground, story)).failure
        if failure is not None and failure.kind in map(str, bug.laws):
            return
        found.append(f"{failure.kind}: {failure.sentence[:200]}" if failure else "")
    pytest.fail(f"{bug.sentence}: not caught, but {found}")


def test_there_are_thirty_of_them_from_both_ends() -> None:
    ends = {bug.plant.__module__ for bug in BUGS.values()}
    assert ends == {bugs_inbox.__name__, bugs_outbox.__name__}
    assert STORIES.keys() <= BUGS.keys()
    assert len(CHOSEN) >= 30
